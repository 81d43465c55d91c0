"""Tests of successions: which parties count as the predecessors of others, and until which day."""

from __future__ import annotations

import pytest

from spacedialog.model.fold import FOREVER
from spacedialog.model.parties import Succession, predecessors

LINE = [Succession("C", "B", "2024-05-27"), Succession("B", "A", "2017-07")]


@pytest.mark.parametrize(
    ("successions", "ends"),
    [
        ([], {}),
        (LINE, {"B": "2024-05-27", "A": "2017-07-31"}),
        # A predecessor of a predecessor counts only before the dates of both successions.
        ([Succession("C", "B", "2010"), Succession("B", "A", "2017")], {"B": "2010-12-31", "A": "2010-12-31"}),
        # If two chains lead to a party, the later day applies.
        ([*LINE, Succession("C", "A", "2020")], {"B": "2024-05-27", "A": "2020-12-31"}),
        ([Succession("C", "B", "2024/..")], {"B": FOREVER}),
        # A cycle is followed only once.
        ([*LINE, Succession("A", "C", "2000")], {"B": "2024-05-27", "A": "2017-07-31", "C": "2000-12-31"}),
        ([Succession("C", "C", "2000")], {"C": "2000-12-31"}),
    ],
)
def test_indirect_predecessors_are_found(successions: list[Succession], ends: dict[str, str]) -> None:
    """The predecessors of a party are those it succeeds, also indirectly, each until the first succession after it."""
    assert predecessors(["C"], successions) == ends
    assert "C" not in predecessors(["B"], LINE)
