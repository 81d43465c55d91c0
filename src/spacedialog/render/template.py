"""Jinja templates, built in or the user's own: filled in a sandbox with the data of the view, within limits.

It is filled in a child process. The kernel limits its memory and ends it after the time limit. An exception in the
same process would end it only between two Python instructions, and one instruction, such as a comparison of two lists,
can run without end.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from spacedialog.errors import InputError
from spacedialog.model.dates import readable
from spacedialog.model.escapes import one_line, passage
from spacedialog.model.values import LONGEST_TEXT, citation_text, is_web_address
from spacedialog.presentation.letters import deadline, fitted, in_words, last_step, shortened
from spacedialog.presentation.phrases import action_text, coverage_line, delay_text, log_line, window_text
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render import markdown
from spacedialog.render.formats import Format, Settings
from spacedialog.render.html import site
from spacedialog.render.json_ import encoded, plain
from spacedialog.render.template_files import ENDING

SECONDS = 30.0
"""The time that a template may take, in seconds."""

MAX_CHARACTERS = 64_000_000
"""The length of the text that a template may write, in characters."""

MAX_MEMORY = 1_000_000_000
"""The memory that a template may use besides that of the program, in bytes; several times that of the longest text."""

_MARKUP_ENDINGS = (".html", ".htm", ".xml", ".xhtml", ".svg")


def write(view: Table | View, out: Any, settings: Settings) -> None:
    """Fill the template `settings.template` with the view's data, and write the result in `settings.template_format`.

    InputError, with the line of the template, if it cannot be read or filled.
    """
    file = settings.template
    assert file is not None
    data = view.data if isinstance(view, View) else tuple(view.rows)
    text = _in_child(lambda: _filled(file, {view.name: data}))
    if settings.template_format in (None, Format.MD):
        out.write(text)
        return
    from spacedialog.render import from_markdown

    name = file.name.removesuffix(ENDING)
    if settings.template_format == Format.HTML:
        from_markdown.write_html(text, out, name)
    else:
        from_markdown.write_docx(text, out, name, settings)


def _filled(file: Path, data: Mapping[str, Any]) -> bytes:
    with _as_input_errors(file), _limited_memory():
        return "".join(_bounded(_load(file).generate(data))).encode("utf-8", "surrogatepass")


@contextmanager
def _limited_memory() -> Iterator[None]:
    """Limit the memory of this process to MAX_MEMORY above its present use, where that is known, as on Linux."""
    statistics = Path("/proc/self/statm")
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if statistics.exists():
        limit = int(statistics.read_text().split()[0]) * resource.getpagesize() + MAX_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit if soft == resource.RLIM_INFINITY else min(limit, soft), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))  # so that the error can be reported


def _load(file: Path) -> Template:
    """Return the template; it may include and extend templates in its folder."""
    environment = _Sandbox(
        loader=FileSystemLoader(file.parent),
        autoescape=_is_markup,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in _LENGTHENING_FILTERS:
        del environment.filters[name]
    environment.filters |= FILTERS
    return environment.get_template(file.name)


def _evidence(pieces: Iterable[str], columns: int = LONGEST_TEXT) -> str:
    """Return pieces of evidence as Markdown, each shortened: a web address as a link that shows its site."""
    sites = {piece: site(piece) if is_web_address(piece) else piece for piece in pieces}
    return "; ".join(markdown.linked(shortened(label, columns), piece) for piece, label in sites.items())


def _required(value: Any, problem: str, remedy: str) -> Any:
    """Return the value; InputError if it is empty."""
    if not value:
        raise InputError(problem, remedy)
    return value


FILTERS: dict[str, Callable[..., Any]] = {
    "citation": citation_text,
    "coverage": coverage_line,
    "deadline": deadline,
    "delay": delay_text,
    "did": action_text,
    "evidence": _evidence,
    "fitted": fitted,
    "in_words": lambda edtf: in_words(edtf or ""),
    "json": lambda value: encoded(plain(value)),
    "last_step": last_step,
    "linked": lambda label, address: markdown.linked(label, address or ""),
    "log": log_line,
    "markdown": lambda text: markdown.escaped(text or ""),
    "one_line": lambda text: one_line(text or ""),
    "readable": lambda edtf: readable(edtf or ""),
    "required": _required,
    "short": shortened,
    "window": window_text,
}
"""The filters of a template besides Jinja's own."""

# Filters and methods with which a template from others could fill the memory.
_LENGTHENING_FILTERS = ("center", "format", "indent")
_LENGTHENING_METHODS = {"center", "expandtabs", "format", "format_map", "ljust", "rjust", "zfill"}


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which also limits the size of texts and numbers."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may use an attribute."""
        return super().is_safe_attribute(obj, attr, value) and not (
            isinstance(obj, str) and attr in _LENGTHENING_METHODS
        )

    def wrap_str_format(self, value: Any) -> None:
        """Return None: Jinja then has no form of `format`, whose widths could fill the memory."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Return the result of an operation on numbers below 2**53; SecurityError for others."""
        if operator == "**" or not all(isinstance(side, int | float) and abs(side) < 2**53 for side in (left, right)):
            raise SecurityError(f"'{operator}' cannot be used on these values in a template")
        return super().call_binop(context, operator, left, right)


def _is_markup(name: str | None) -> bool:
    return (name or "").removesuffix(".j2").removesuffix(".jinja").endswith(_MARKUP_ENDINGS)


def _bounded(parts: Iterator[str]) -> Iterator[str]:
    remaining = MAX_CHARACTERS
    for part in parts:
        remaining -= len(part)
        if remaining < 0:
            raise InputError(f"--template: the output is longer than {MAX_CHARACTERS} characters", _LESS)
        yield part


def _in_child(fill: Callable[[], bytes]) -> str:
    """Return the result of `fill` in a child process; InputError if it raises one or takes longer than SECONDS."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _answer(fill, writing)
    try:
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            answer = pipe.read()
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGALRM:
        raise InputError(f"--template: the template takes longer than {SECONDS:g} seconds", _LESS)
    if code < 0:
        raise InputError(f"--template: the process of the template was killed (signal {-code})", _LESS)
    if code == InputError.exit_status:
        raise InputError(*json.loads(answer))
    if code:
        raise RuntimeError(f"the process of the template ended with status {code}")
    return answer.decode("utf-8", "surrogatepass")


def _answer(fill: Callable[[], bytes], pipe: int) -> NoReturn:
    """Write the result of `fill`, or the InputError that it raises, to the pipe, and end this process."""
    code = 1
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            answer, ended = fill(), 0
        except InputError as error:
            answer, ended = json.dumps([error.problem, error.remedy]).encode(), InputError.exit_status
        with os.fdopen(pipe, "wb") as out:
            out.write(answer)
        code = ended
    except Exception:
        traceback.print_exc()
    finally:
        # A regular exit would flush the buffers of the parent a second time.
        os._exit(code)


def _printable(value: Any) -> Any:
    """Return a value as the template writes it: None as empty, text without control characters."""
    if value is None:
        return ""
    if isinstance(value, Markup):
        return Markup(passage(value))
    return passage(value) if isinstance(value, str) else value


_LESS = "simplify the template"
_REMEDY = "see docs/templates.md for the data and filters of templates"


@contextmanager
def _as_input_errors(file: Path) -> Iterator[None]:
    """Turn any error that a template raises into an InputError with the line of the template."""
    try:
        yield
    except TemplateNotFound as error:
        if error.name == file.name:
            raise InputError(f"--template {file}: No such file or directory", "name a template file") from error
        raise InputError(
            f"--template {file}: there is no template '{error.name}'", "use a template in the same folder"
        ) from error
    except TemplateSyntaxError as error:
        raise InputError(f"{error.filename or file}:{error.lineno}: {error.message}", _REMEDY) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"--template {file}: the template, or one that it includes, is not UTF-8", "save it as UTF-8"
        ) from error
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{_place(error, file)}: {error}", _REMEDY) from error
    except MemoryError as error:
        raise InputError(f"--template {file}: the template needs too much memory", _LESS) from error
    except OSError as error:
        raise InputError(f"--template {file}: {error.strerror}", "name a file that can be read") from error


def _place(error: BaseException, file: Path) -> str:
    """Return the file and the line of the template that raised the error."""
    place, trace = str(file), error.__traceback__
    while trace:
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith("<") and Path(name).parent == file.parent and Path(name).suffix != ".py":
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
