"""Progress of long operations: a line on standard error after one second, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import ExitStack, contextmanager
from time import monotonic

from spacedialog.cli import terminal
from spacedialog.model.progress import Item, Progress, silent

DELAY = 1.0
"""The time before the line appears, in seconds."""

_INTERVAL = 0.1


@contextmanager
def progress(action: str, unit: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Yield a function that reports progress through items; its line disappears at the end, even after an error.

    If `quiet`, nothing is shown.
    """
    if quiet or not terminal.is_watched():
        yield silent
        return
    with ExitStack() as line:

        def watch(items: Iterable[Item], /) -> Iterator[Item]:
            total = len(items) if isinstance(items, Sized) else None
            shown_at, advance = monotonic() + DELAY, None
            for done, item in enumerate(items):
                if monotonic() > shown_at:
                    advance = advance or line.enter_context(_line(action, unit, total))
                    advance(done)
                    shown_at = monotonic() + _INTERVAL
                yield item

        yield watch


@contextmanager
def _line(action: str, unit: str, total: int | None) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    out_of = f" of {total}" if total is not None else ""
    columns = (TextColumn(f"{action} {{task.completed}}{out_of} {unit}"), BarColumn(), TimeElapsedColumn())
    # Rich reads COLUMNS and LINES, which may be numbers of any length, unless both sizes are given.
    console = Console(stderr=True, width=terminal.columns(sys.stderr), height=1)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(action, total=total)
        yield lambda done: bar.update(task, completed=done)
