"""The output formats: name, file endings, and the module that writes each."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from spacedialog.presentation.tables import Table
    from spacedialog.presentation.views import View


class Settings(NamedTuple):
    """Settings for all output formats; a writer ignores those that it does not need.

    `as_of` is the day (ISO 8601) that the view shows, `width` the length of a line in characters. `pager` is a command,
    or empty; it runs in `pager_environment`, by default the program's own. Without `signs`, drawings use ASCII only;
    without `notes`, hidden columns are not named. `template` is a Jinja template, whose Markdown becomes
    `template_format`; None writes its text as it is. `reference` is the user's own Word file, which sets the styles of
    a Word document.
    """

    as_of: str = ""
    header: bool = True
    colour: bool = False
    signs: bool = True
    notes: bool = True
    width: int = 120
    pager: str = ""
    pager_environment: Mapping[str, str] | None = None
    template: Path | None = None
    template_format: "Format | None" = None
    reference: Path | None = None


Writer = Callable[["Table | View", Any, Settings], None]
"""Writes a view to a text stream, or to a binary one for a binary format. InputError if the view does not fit it."""


class Format(StrEnum):
    """An output format. `module` is the module in render/ whose `write` is a `Writer`, imported when it is used."""

    module: str
    endings: tuple[str, ...]
    is_binary: bool

    def __new__(cls, name: str, module: str, endings: tuple[str, ...] = (), is_binary: bool = False) -> Self:
        """Create a member whose value is `name`."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.module, member.endings, member.is_binary = module, endings, is_binary
        return member

    TABLE = "table", "table"
    PLAIN = "plain", "plain", (".txt", ".tsv")
    JSON = "json", "json_", (".json",)
    JSONL = "jsonl", "jsonl", (".jsonl",)
    CSV = "csv", "csv_", (".csv",)
    MD = "md", "markdown", (".md",)
    HTML = "html", "html", (".html",)
    XLSX = "xlsx", "xlsx", (".xlsx",), True
    DOCX = "docx", "docx", (".docx",), True
    ICS = "ics", "ics", (".ics",)
    ATOM = "atom", "atom", (".atom",)
    EML = "eml", "eml", (".eml",)
    BIBTEX = "bibtex", "bibtex", (".bib",)
    CSL_JSON = "csl-json", "csl_json"

    def writer(self) -> Writer:
        """Return the function that writes this format."""
        return _writer_in(self.module)


def template_writer() -> Writer:
    """Return the function that fills a template."""
    return _writer_in("template")


def _writer_in(module: str) -> Writer:
    writer: Writer = import_module(f"spacedialog.render.{module}").write
    return writer


FORMAT_BY_ENDING = {ending: format_ for format_ in Format for ending in format_.endings}
