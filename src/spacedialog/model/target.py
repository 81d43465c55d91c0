"""Targets: the commitments and milestones that refs name."""

from __future__ import annotations

from typing import NamedTuple


class Target(NamedTuple):
    """The target of a ref: the item with the id `item` or, if `milestone` is not None, its milestone with that id."""

    ref: str
    item: str
    milestone: str | None
