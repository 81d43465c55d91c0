"""The terminal: its capabilities, and input from the user."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from spacedialog.errors import InputError
from spacedialog.render.formats import Settings


def settings() -> Settings:
    """Return the settings for a table on standard output."""
    is_terminal, is_dumb = sys.stdout.isatty(), os.environ.get("TERM") == "dumb"
    is_utf8 = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    if not is_terminal:
        columns = os.environ.get("COLUMNS", "")
        width = int(columns) if columns.isascii() and columns.isdigit() else 0
        return Settings(signs=is_utf8, width=width or 120)
    return Settings(
        colour=not is_dumb and not os.environ.get("NO_COLOR"),
        signs=not is_dumb and is_utf8,
        width=os.get_terminal_size(sys.stdout.fileno()).columns or 80,
        pager=os.environ.get("PAGER", ""),
        pager_environment={"LESS": "FRX", **os.environ},  # less shows colours, and exits if the text fits on the screen
    )


def is_watched() -> bool:
    """Return whether standard error is a terminal that can show progress."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def is_interactive() -> bool:
    """Return whether a user can read questions and type answers on a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(prompt: str, suggestions: Sequence[str] = ()) -> str:
    """Ask for a line of text; the up arrow key offers the suggestions. Raises EOFError at Ctrl-D."""
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
    """Ask for the password of a team's server; None if standard input is not a terminal."""
    import getpass

    return getpass.getpass("password for the team's server: ") if sys.stdin.isatty() else None
