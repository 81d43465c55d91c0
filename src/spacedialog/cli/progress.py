"""How far long work is: a line on standard error, for a person at a terminal, once it has taken a second."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import ExitStack, contextmanager
from time import monotonic

from spacedialog import environment
from spacedialog.model.progress import Item, Progress, silent

PATIENCE = 1.0
"""After so many seconds a person wants to know."""

_PACE = 0.1


@contextmanager
def progress(doing: str, what: str) -> Iterator[Progress]:
    """Watches one work, for whose length the line may stand; it is gone afterwards, and so when the work fails."""
    if not environment.is_watched():
        yield silent
        return
    with ExitStack() as shown:

        def watch(items: Iterable[Item], /) -> Iterator[Item]:
            total = len(items) if isinstance(items, Sized) else None
            shown_at, advance = monotonic() + PATIENCE, None
            for done, item in enumerate(items):
                if monotonic() > shown_at:
                    advance = advance or shown.enter_context(_line(doing, what, total))
                    advance(done)
                    shown_at = monotonic() + _PACE
                yield item

        yield watch


@contextmanager
def _line(doing: str, what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    of = f" of {total}" if total is not None else ""
    columns = (TextColumn(f"{doing} {{task.completed}}{of} {what}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda done: bar.update(task, completed=done)
