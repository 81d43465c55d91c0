"""The pager of a terminal, which shows long output as it is drawn."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from typing import TextIO

from spacedialog.render.formats import Settings


def write(pieces: Iterable[str], out: TextIO, settings: Settings) -> None:
    """Write text to `out` if it fits the screen or the pager cannot be run, else show it through the pager.

    The user may quit the pager before all pieces are written; the rest is then not drawn.
    """
    height = os.get_terminal_size(sys.stdout.fileno()).lines
    remaining = iter(pieces)
    first: list[str] = []
    lines = 0
    for piece in remaining:
        first.append(piece)
        lines += piece.count("\n")
        if lines >= height:
            break
    else:
        out.writelines(first)
        return
    text = chain(first, remaining)
    try:
        shown = subprocess.Popen(
            shlex.split(settings.pager), stdin=subprocess.PIPE, text=True, env=settings.pager_environment
        )
    except (OSError, ValueError):
        out.writelines(text)
        return
    # Ctrl-C is for the pager, as the user sees only that.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert shown.stdin
        with suppress(BrokenPipeError), shown.stdin as stream:
            for piece in text:
                stream.write(piece)
                stream.flush()
    finally:
        # Also after an error while rows are read, so that its message comes after the pager has ended.
        shown.wait()
        signal.signal(signal.SIGINT, before)
