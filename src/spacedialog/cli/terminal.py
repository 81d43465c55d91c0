"""The terminal: its capabilities, messages to the user, and input from the user."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

from spacedialog import environment
from spacedialog.errors import InputError
from spacedialog.render.formats import Settings

WIDEST = 1_000
"""The maximum width of output in columns; a timeline takes 1 ms per column."""


def settings() -> Settings:
    """Return the settings for a table on standard output."""
    is_terminal, is_dumb = sys.stdout.isatty(), os.environ.get("TERM") == "dumb"
    is_utf8 = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    if not is_terminal:
        return Settings(signs=is_utf8, width=_columns_variable() or 120)
    return Settings(
        colour=not is_dumb and not os.environ.get("NO_COLOR"),
        signs=not is_dumb and is_utf8,
        width=columns(sys.stdout),
        pager=environment.pager() if sys.stdin.isatty() and not is_dumb else "",
        pager_environment={"LESS": "FRX", **os.environ},  # for PAGER=less, as for the default
    )


def columns(stream: TextIO) -> int:
    """Return the width in columns, at most WIDEST, of the terminal that a stream writes to."""
    return min(os.get_terminal_size(stream.fileno()).columns or 80, WIDEST)


def _columns_variable() -> int:
    """Return the number in the variable COLUMNS, at most WIDEST; 0 if it has none."""
    named = os.environ.get("COLUMNS", "").lstrip("0")
    if not (named.isascii() and named.isdigit()):
        return 0
    # Python refuses to convert a number with thousands of digits.
    return WIDEST if len(named) > len(str(WIDEST)) else min(int(named), WIDEST)


def write_message(text: str) -> None:
    """Write a message to standard error. If that fails, only the exit status reports the result."""
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()


def is_watched() -> bool:
    """Return whether standard error is a terminal on which progress can be shown."""
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
        raise InputError("the text is not valid UTF-8", "set the terminal to UTF-8, and type it again") from error


def password() -> str | None:
    """Ask for the password of the team server; None if standard input is not a terminal."""
    import getpass

    return getpass.getpass("Password for the team server: ") if sys.stdin.isatty() else None
