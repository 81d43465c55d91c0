"""What a ref names."""

from __future__ import annotations

from typing import NamedTuple


class Target(NamedTuple):
    """What a ref names: an item of the log, and the milestone of it that is meant, or None."""

    ref: str
    item: str
    milestone: str | None
