"""Tests of the width of output."""

from __future__ import annotations

import pytest

from spacedialog.cli import terminal
from spacedialog.presentation import tables
from spacedialog.render import table
from spacedialog.tracker import Tracker

LONG = "9" * 5000


@pytest.mark.parametrize(
    ("columns", "width"),
    [("100", 100), ("", 120), ("0", 120), ("-5", 120), ("²", 120), ("1e3", 120), ("9" * 12, 1000), (LONG, 1000)],
)
def test_a_table_has_the_width_in_columns(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    """Off a terminal, a table has the width in COLUMNS, at most 1,000; it has 120 if COLUMNS is not a number."""
    monkeypatch.setenv("COLUMNS", columns)
    assert terminal.settings().width == width


def test_a_table_does_not_depend_on_other_sizes(monkeypatch: pytest.MonkeyPatch, tracker: Tracker) -> None:
    """COLUMNS and LINES do not affect a table of a given width, even if they are numbers of 5,000 digits."""
    settings = terminal.settings()._replace(width=200)

    def drawn() -> str:
        with tracker.snapshot() as snapshot:
            return "".join(table.drawn(tables.commitments(snapshot.commitments(), snapshot.coverage), settings))

    before = drawn()
    monkeypatch.setenv("COLUMNS", LONG)
    monkeypatch.setenv("LINES", LONG)
    assert drawn() == before
