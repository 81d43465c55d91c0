"""A report by the user's own Jinja template: in a sandbox, within limits, with nothing but the report to look at."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from spacedialog.errors import InputError
from spacedialog.model.dates import readable
from spacedialog.model.values import citation_text
from spacedialog.presentation.documents import View
from spacedialog.presentation.tables import Table, coverage_line, delay, did, window
from spacedialog.render.json_ import dumps, plain
from spacedialog.render.markdown import cell
from spacedialog.render.text import one_line, passage

SECONDS = 30
"""How long a template may take."""

MOST_CHARACTERS = 64_000_000
"""How long a text may become."""

_MARKUP = (".html", ".htm", ".xml", ".xhtml", ".svg")


def write(view: Table | View, out: TextIO, file: Path) -> None:
    """Fill the template with the view's data, and write what comes of it.

    InputError where the template cannot be read or filled, with its line.
    """
    with _telling(file), _in_time():
        data = view.data if isinstance(view, View) else tuple(view.rows)
        text = "".join(_bounded(_load(file).generate({view.name: data})))
    out.write(text)


def _load(file: Path) -> Template:
    """The template; it may include, and extend, those in its folder."""
    environment = _Sandbox(
        loader=FileSystemLoader(file.parent),
        autoescape=_is_markup,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in _ENDLESS_FILTERS:
        del environment.filters[name]
    environment.filters |= FILTERS
    return environment.get_template(file.name)


FILTERS: dict[str, Callable[..., str]] = {
    "citation": citation_text,
    "coverage": coverage_line,
    "delay": delay,
    "did": did,
    "json": lambda value: dumps(plain(value)),
    "markdown": lambda text: cell(text or ""),
    "one_line": lambda text: one_line(text or ""),
    "readable": lambda edtf: readable(edtf or ""),
    "window": window,
}
"""What a template can do beyond Jinja's own filters."""

# What makes a long text of a short one: a template that comes from elsewhere is not to fill the memory.
_ENDLESS_FILTERS = ("center", "format", "indent")
_ENDLESS_METHODS = {"center", "expandtabs", "format", "format_map", "ljust", "rjust", "zfill"}


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which no text and no number grows out of all measure either."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may look at that."""
        return super().is_safe_attribute(obj, attr, value) and not (isinstance(obj, str) and attr in _ENDLESS_METHODS)

    def wrap_str_format(self, value: Any) -> None:
        """No safe form of `format` either, which has widths: it is one of the methods above."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """The operation, on numbers that are not vast; on nothing else."""
        if operator == "**" or not all(isinstance(side, int | float) and abs(side) < 2**53 for side in (left, right)):
            raise SecurityError(f"'{operator}' is not for that in a template")
        return super().call_binop(context, operator, left, right)


def _is_markup(name: str | None) -> bool:
    return (name or "").removesuffix(".j2").removesuffix(".jinja").endswith(_MARKUP)


def _bounded(parts: Iterator[str]) -> Iterator[str]:
    room = MOST_CHARACTERS
    for part in parts:
        room -= len(part)
        if room < 0:
            raise InputError(f"--template: it makes more than {MOST_CHARACTERS} characters", "let it write less")
        yield part


@contextmanager
def _in_time() -> Iterator[None]:
    """Ends what takes longer than SECONDS."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise InputError(f"--template: it takes longer than {SECONDS} seconds", "let it do less")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _harmless(value: Any) -> Any:
    """What stands for a value: nothing for None; text from the record with no control signs in it."""
    if value is None:
        return ""
    if isinstance(value, Markup):
        return Markup(passage(value))
    return passage(value) if isinstance(value, str) else value


_REMEDY = "see docs/templates.md for what a template can use"


@contextmanager
def _telling(file: Path) -> Iterator[None]:
    """What is wrong with a template, told with its line; it is a program, and can go wrong in every way."""
    try:
        yield
    except TemplateNotFound as error:
        raise InputError(f"--template {file}: there is no template '{error}'", "name one in its folder") from error
    except TemplateSyntaxError as error:
        raise InputError(f"{error.filename or file}:{error.lineno}: {error.message}", _REMEDY) from error
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{_place(error, file)}: {error}", _REMEDY) from error
    except MemoryError as error:
        raise InputError(f"--template {file}: it takes too much memory", "let it do less") from error
    except OSError as error:
        raise InputError(f"--template {file}: {error.strerror}", "name a file that can be read") from error


def _place(error: BaseException, file: Path) -> str:
    """The template's file and line where it went wrong."""
    place, trace = str(file), error.__traceback__
    while trace:
        name = trace.tb_frame.f_code.co_filename
        if Path(name).parent == file.parent and Path(name).suffix != ".py":
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
