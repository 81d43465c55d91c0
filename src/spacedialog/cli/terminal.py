"""The terminal: its abilities, and the person who types at it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from spacedialog.errors import InputError


class Display(NamedTuple):
    """The abilities of an output: colour, the characters of bars (else ASCII), characters in a line, the pager.

    The pager is a command for output longer than the terminal; empty for none.
    """

    colour: bool
    signs: bool
    width: int
    pager: str


FILE = Display(colour=False, signs=True, width=120, pager="")
"""The abilities of a file."""


def display() -> Display:
    """Return the abilities of standard output."""
    is_terminal, is_dumb = sys.stdout.isatty(), os.environ.get("TERM") == "dumb"
    is_utf8 = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    if not is_terminal:
        columns = os.environ.get("COLUMNS", "")
        width = int(columns) if columns.isascii() and columns.isdigit() else 0
        return Display(colour=False, signs=is_utf8, width=width or 120, pager="")
    return Display(
        colour=not is_dumb and not os.environ.get("NO_COLOR"),
        signs=not is_dumb and is_utf8,
        width=os.get_terminal_size(sys.stdout.fileno()).columns or 80,
        pager=os.environ.get("PAGER", ""),
    )


def is_watched() -> bool:
    """Return whether standard error is a terminal that can show progress."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def is_interactive() -> bool:
    """Return whether a person at a terminal reads questions and types answers."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(prompt: str, suggestions: Sequence[str] = ()) -> str:
    """Return a line that a person types; the arrow up offers the suggestions. Raises EOFError at Ctrl-D."""
    try:
        import readline
    except ImportError:
        return _line(prompt)
    readline.set_auto_history(False)
    readline.clear_history()
    for line in suggestions:
        readline.add_history(line)
    return _line(prompt)


def _line(prompt: str) -> str:
    try:
        return input(prompt)
    except UnicodeDecodeError as error:
        raise InputError("what was typed is not UTF-8", "set the terminal to UTF-8, and type it again") from error


def password() -> str | None:
    """Return the password for a team's server that a person types; None where standard input is no terminal."""
    import getpass

    return getpass.getpass("password for the team's server: ") if sys.stdin.isatty() else None
