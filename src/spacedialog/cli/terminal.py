"""What the program knows of its terminal: its size, what it can show, and the person who types at it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from spacedialog.errors import InputError


def width() -> int:
    """Return how many characters a line of a table has."""
    if sys.stdout.isatty():
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    columns = os.environ.get("COLUMNS", "")
    return (int(columns) if columns.isascii() and columns.isdigit() else 0) or 120


def wants_colour() -> bool:
    """Return whether standard output is a terminal that shows colour."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def has_signs() -> bool:
    """Return whether standard output can show the characters that bars are drawn with, or ASCII only."""
    is_dumb = sys.stdout.isatty() and os.environ.get("TERM") == "dumb"
    return not is_dumb and (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"


def pager() -> str:
    """Return the command that shows output longer than the terminal; empty for none."""
    return os.environ.get("PAGER", "") if sys.stdout.isatty() else ""


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
