"""Tests of faults of a real server at a small count; docs/team.md has the figures of the large one."""

from __future__ import annotations

import pytest

from tests.faults import chaos_sync, standby
from tests.support.built_in import CHANGES


def test_chaos_loses_no_entry() -> None:
    """Killed backends, cut connections and server crashes neither lose nor duplicate entries."""
    did = chaos_sync.run(chaos_sync.Orders())
    assert did.kills >= 12
    assert did.stops >= 2
    assert did.entries > CHANGES + 4 * 6


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_copies_continue_with_a_promoted_standby(mode: str) -> None:
    """A synchronous standby has every entry when promoted; copies send the entries that an asynchronous one lacks."""
    did = standby.run(standby.Orders(failovers=1, replicas=2, mode=mode))
    assert (did.refused > 0, did.lost > 0) == (mode == "async", mode == "async")
    assert did.entries > CHANGES
