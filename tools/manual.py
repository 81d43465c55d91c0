"""The manual page, made of the commands' own help: `python -m tools.manual` writes docs/spacedialog.1 anew.

Options that many commands share are described once. The exit statuses are those of docs/output.md.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from pathlib import Path
from typing import Any

import typer

from spacedialog import __version__
from spacedialog.cli.app import COMMANDS, NAME, app

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "spacedialog.1"
_MANY = 8
"""An option of so many commands is described once."""

_ENVIRONMENT = {
    "SPACEDIALOG_DB": "The store, where --db names none.",
    "SPACEDIALOG_TODAY": "The day to take for today, where --today names none.",
    "SOURCE_DATE_EPOCH": "The time, in seconds since 1970, of whose day a report is; --today and SPACEDIALOG_TODAY "
    "outweigh it.",
    "NO_COLOR": "If set, no colour.",
    "PAGER": "The command that shows what is longer than the terminal.",
    "COLUMNS": "The width of tables that go elsewhere than to a terminal.",
}

Options = dict[str, str]


def page() -> str:
    """The page as roff, for the macros of man(7)."""
    group = typer.main.get_command(app)
    top = typer.Context(group, info_name=NAME, **group.context_settings)
    summary, *about = _paragraphs(group.help or "")
    commands = {name: group.get_command(top, name) for name in COMMANDS}  # type: ignore[attr-defined] # it is a group
    options = {name: _options(command, top) for name, command in commands.items()}
    uses = Counter(record for own in options.values() for record in own.items())
    shared = dict(record for record, times in uses.items() if times >= _MANY)
    out = [
        f'.TH SPACEDIALOG 1 "" "{NAME} {__version__}" "User Commands"',
        ".SH NAME",
        f"{NAME} \\- {_text(summary[0].lower() + summary[1:].rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {NAME}\n[\\fICOMMAND\\fR] [\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]",
        ".SH DESCRIPTION",
        *_body(about),
        ".SH COMMANDS",
    ]
    for name, command in commands.items():
        own = {option: says for option, says in options[name].items() if (option, says) not in shared.items()}
        more = [re.findall(r"--[a-z-]+", option)[-1] for option in options[name] if option not in own]
        out += [f".SS {_text(_usage(command, top, name))}", *_body(_paragraphs(command.help or "")), *_listed(own)]
        if more:
            out += [".PP", _text(f"Also {', '.join(more)}.")]
    out += [".SH OPTIONS OF MANY COMMANDS", *_listed(shared), ".SH ENVIRONMENT", *_listed(_ENVIRONMENT)]
    out += [".SH EXIT STATUS", *_listed(_statuses())]
    return "\n".join(out) + "\n"


def _usage(command: Any, top: Any, name: str) -> str:
    pieces = command.collect_usage_pieces(typer.Context(command, info_name=name, parent=top))
    return " ".join([name, *(piece.strip("{}") for piece in pieces if piece != "[OPTIONS]")])


def _options(command: Any, top: Any) -> Options:
    """The records of the command's own help: what is written, and what it does."""
    context = typer.Context(command, parent=top)
    return dict(filter(None, (param.get_help_record(context) for param in command.get_params(context))))


def _statuses() -> Options:
    table = (DOCS / "output.md").read_text("utf-8").partition("## Exit status")[2]
    return {status: means.replace("`", "") for status, means in re.findall(r"^\| (\d+) \| (.+) \|$", table, re.M)}


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a help; one that begins with a backspace stands as it is."""
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


def _listed(records: Options) -> list[str]:
    return [line for name, says in records.items() for line in (".TP", f".B {_text(name)}", _text(says))]


def _text(text: str) -> str:
    """Text with nothing in it that roff would take for its own."""
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
