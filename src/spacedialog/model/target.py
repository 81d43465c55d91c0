"""The targets of refs."""

from __future__ import annotations

from typing import NamedTuple


class Target(NamedTuple):
    """The thing that a ref names: an item of the log or, unless None, the milestone of it with that id."""

    ref: str
    item: str
    milestone: str | None
