"""Tests of the tables of a draft."""

from __future__ import annotations

import pytest

from spacedialog.model.rows.drafting import CandidateRow, ReviewCount, SentenceRow
from spacedialog.presentation.drafting import candidate, candidates, sentences
from spacedialog.presentation.tables import Table
from spacedialog.render.formats import Settings
from spacedialog.render.table import drawn

TITLE = "Exchange observations of objects in geostationary orbit " * 3
REF, DUE, STRENGTH = "CANROK2-01", "2026-10-13/2026-10-14", "exploratory"
PARTIES = ("Communications-Security-Establishment", "NIS")
WHY = "'will continue'; firm"

CANDIDATE = CandidateRow(
    REF, TITLE, None, "space", "event", STRENGTH, None, PARTIES, DUE, None, (), ("STATEMENT par. 1 s. 1",), 0.9, WHY, ""
)
SENTENCE = SentenceRow("10", 12, REF, STRENGTH, TITLE, PARTIES, DUE, "2 years", 0.9, WHY, "")


@pytest.mark.parametrize("width", range(60, 201, 10))
@pytest.mark.parametrize("table", [candidates([CANDIDATE], ReviewCount(0, 0, 1)), sentences([SENTENCE])])
def test_the_title_has_room(table: Table, width: int) -> None:
    """At every width of a terminal, at least two words of a candidate's title are on a line."""
    lines = "".join(drawn(table, Settings(width=width))).splitlines()
    assert max(map(len, lines)) <= width
    assert "Exchange observations" in "\n".join(lines)


@pytest.mark.parametrize(
    ("quote", "shown"),
    [("We will.", "the sentence above"), ("We  shall.", "We  shall."), (None, None)],
)
def test_a_candidate_is_shown_with_its_quote(quote: str | None, shown: str | None) -> None:
    """A review shows the quote of a candidate, in short if it is the sentence of the draft."""
    view = candidate(CANDIDATE._replace(sentence="We will.", quote=quote), "1 of 1", None)
    assert dict(view.table.rows).get("quote") == shown


def test_a_candidate_is_shown_between_its_neighbors() -> None:
    """A review shows the sentences before and after that of a candidate, if the file has them."""
    view = candidate(CANDIDATE._replace(before="They met.", after=None), "1 of 1", None)
    shown = dict(view.table.rows)
    assert shown["before"] == "They met."
    assert "after" not in shown


def test_a_candidate_without_a_decision_is_undecided() -> None:
    """The list of candidates shows `undecided` where no decision is recorded."""
    assert "undecided" in "".join(drawn(candidates([CANDIDATE], ReviewCount(0, 0, 1)), Settings(width=80)))
