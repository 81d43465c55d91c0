"""Watching long work: whoever asks for it may be told how far it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Progress(Protocol):
    """Gives on the items of a long work one by one, and sees how many there were."""

    def __call__(self, items: Iterable[Item], /) -> Iterable[Item]:
        """The items."""


def silent(items: Iterable[Item], /) -> Iterable[Item]:
    """The items, with nobody told."""
    return items
