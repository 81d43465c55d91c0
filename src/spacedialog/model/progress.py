"""Progress of long work: the protocol through which a caller can follow it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Progress(Protocol):
    """Yield the items of long work and report progress."""

    def __call__(self, items: Iterable[Item], /) -> Iterable[Item]:
        """Return an iterator over the items."""


def silent(items: Iterable[Item], /) -> Iterable[Item]:
    """Return the items and report nothing."""
    return items
