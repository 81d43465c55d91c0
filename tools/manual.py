"""The manual page, generated from the help of the commands: `python -m tools.manual` writes docs/spacedialog.1.

Options that many commands share are described once. The exit statuses come from docs/output.md.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from pathlib import Path
from typing import Any

import typer

from spacedialog import __version__
from spacedialog.cli.app import COMMANDS, app
from spacedialog.cli.help import NAME

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "spacedialog.1"
_SHARED_FROM = 8
"""An option that at least this many commands share is described once, in a section of its own."""

_ENVIRONMENT = {
    "SPACEDIALOG_CONFIG": "The configuration file. If it is empty, no file is used.",
    "SPACEDIALOG_DB": "The database file, if --db is not given.",
    "SPACEDIALOG_AUTHOR": "The author of new entries, if --by is not given.",
    "SPACEDIALOG_PUBLIC": "If it is 1, true, yes or on, only the public record can be read.",
    "SPACEDIALOG_READONLY": "If it is 1, true, yes or on, every write to the record is refused with status 2.",
    "SPACEDIALOG_TODAY": "The day used as today, if --today is not given.",
    "SOURCE_DATE_EPOCH": "The time, in seconds since 1970, that sets the day of a report. --today and "
    "SPACEDIALOG_TODAY override it.",
    "NO_COLOR": "If set, the output has no color.",
    "SPACEDIALOG_PAGER": "The command that shows output longer than the terminal. Without it and without pager in the "
    "configuration file, PAGER is used.",
    "PAGER": "The program that shows output longer than the terminal.",
    "COLUMNS": "The width of tables that are not written to a terminal.",
}

Options = dict[str, str]


def page() -> str:
    """Return the page in roff, with the macros of man(7)."""
    group = typer.main.get_command(app)
    top = typer.Context(group, info_name=NAME, **group.context_settings)
    summary, *description = _paragraphs(group.help or "")
    commands = {name: group.get_command(top, name) for name in COMMANDS}  # type: ignore[attr-defined] # the app is a group
    options = {name: _options(command, top) for name, command in commands.items()}
    uses = Counter(record for own in options.values() for record in own.items())
    shared = dict(record for record, times in uses.items() if times >= _SHARED_FROM)
    out = [
        f'.TH SPACEDIALOG 1 "" "{NAME} {__version__}" "User Commands"',
        ".SH NAME",
        f"{NAME} \\- {_text(summary[0].lower() + summary[1:].rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {NAME}\n[\\fICOMMAND\\fR] [\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]",
        ".SH DESCRIPTION",
        *_body(description),
        ".SH COMMANDS",
    ]
    for name, command in commands.items():
        own = {option: text for option, text in options[name].items() if (option, text) not in shared.items()}
        shared_names = [re.findall(r"--[a-z-]+", option)[-1] for option in options[name] if option not in own]
        out += [f".SS {_text(_usage(command, top, name))}", *_body(_paragraphs(command.help or "")), *_tagged_list(own)]
        if shared_names:
            out += [".PP", _text(f"Also {', '.join(shared_names)}.")]
    out += [".SH COMMON OPTIONS", *_tagged_list(shared), ".SH ENVIRONMENT", *_tagged_list(_ENVIRONMENT)]
    out += [".SH EXIT STATUS", *_tagged_list(_statuses())]
    return "\n".join(out) + "\n"


def _usage(command: Any, top: Any, name: str) -> str:
    pieces = command.collect_usage_pieces(typer.Context(command, info_name=name, parent=top))
    return " ".join([name, *(piece.strip("{}") for piece in pieces if piece != "[OPTIONS]")])


def _options(command: Any, top: Any) -> Options:
    """Return the options in the help of a command, each with its description."""
    context = typer.Context(command, parent=top)
    return dict(filter(None, (param.get_help_record(context) for param in command.get_params(context))))


def _statuses() -> Options:
    table = (DOCS / "output.md").read_text("utf-8").partition("## Exit status")[2]
    return {status: meaning.replace("`", "") for status, meaning in re.findall(r"^\| (\d+) \| (.+) \|$", table, re.M)}


def _paragraphs(text: str) -> list[str]:
    """Split a help text into paragraphs; one that begins with a backspace keeps its line breaks."""
    return [part.strip("\n") for part in inspect.cleandoc(text).split("\n\n")]


def _body(paragraphs: list[str]) -> list[str]:
    out = []
    for paragraph in paragraphs:
        if paragraph.startswith("\b"):
            lines = [_text(line.strip()) for line in paragraph.lstrip("\b\n").splitlines()]
            out += [".PP", ".nf", ".RS 4", *lines, ".RE", ".fi"]
        else:
            out += [".PP", _text(" ".join(paragraph.split()))]
    return out


def _tagged_list(records: Options) -> list[str]:
    return [line for name, text in records.items() for line in (".TP", f".B {_text(name)}", _text(text))]


def _text(text: str) -> str:
    """Escape text for roff."""
    safe = (
        text.replace("…", "...")
        .replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("`", "\\(ga")
        .replace('"', "\\(dq")
    )
    safe = "".join(char if char.isascii() else f"\\[u{ord(char):04X}]" for char in safe)
    return f"\\&{safe}" if safe.startswith(".") else safe


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
