"""Tests of the progress of long operations."""

from __future__ import annotations

import sys

from tests.support.program import Desk, terminal


def test_progress_is_for_a_terminal_and_for_long_work(desk: Desk) -> None:
    """Progress is shown only for long operations on a terminal, whatever COLUMNS and LINES are."""
    code = (
        "import sys, time; from spacedialog.cli import progress as p; p.DELAY = float(sys.argv[1])\n"
        "with p.progress('reading', 'commitments') as watch:\n"
        "    for item in watch(list(range(50))): time.monotonic() and sum(range(200000))\n"
        "print('done')"
    )
    for patience, term, shown in (("0", "xterm", True), ("60", "xterm", False), ("0", "dumb", False)):
        with terminal(
            [sys.executable, "-c", code, patience],
            columns=80,
            lines=20,
            env={**desk.environment, "TERM": term, "COLUMNS": "9" * 5000, "LINES": "9" * 5000},
            folder=desk.folder,
        ) as session:
            assert ("of 50 commitments" in session.rest()) is shown
    assert desk.python("-c", code, "0").stderr == ""
