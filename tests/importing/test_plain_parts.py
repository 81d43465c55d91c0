"""Tests of the compiled check of the parts of a data file: it accepts only what the models accept unchanged."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacedialog.importing.dialogue_schema import Commitment, Strict, Update
from spacedialog.importing.plain_parts import is_plain
from tests.support import ruritania

COMMITMENT = ruritania.commitment(
    1,
    "moon",
    "Fly a lander",
    "firm",
    due="2027-33",
    lead="RUR",
    partners=["GRA"],
    milestones=[{"ref": "RUR1-01.1", "title": "Launch", "when": "2027", "status": "planned"}],
)
UPDATE = {"ref": "RUR1-01", "on": "2026-01-02", "status": "stalled", "note": "x", "evidence": "https://zenda.example/"}
ODD: st.SearchStrategy[Any] = st.sampled_from(
    (
        *(None, True, False, 0, 1, 100, 101, -1, 1.5, "", " ", "x", "a\0b", "a\nb", "a\u2028b", "\u200b", "x" * 10_001),
        *(
            "2026",
            "2026-Q3",
            "2026-13",
            "2026/..",
            "2 years",
            "firm",
            "complete",
            "planned",
            "not-assessed",
            "RUR1-01\n",
        ),
        *(
            "https://zenda.example/a",
            " https://zenda.example/a",
            "see https://zenda.example/a",
            "ab",
            "Cable 12",
            "\ud800",
        ),
        *([], {}, ["GRA"], ["GRA", 1], ["-"], [{"document": "JS"}], [{"document": "JS", "sentence": 0}], [{}], [7]),
        *([{"document": "JS", "sentence": True}], [{"document": "JS", "hash": "0" * 16}], [{"document": "JS", "x": 1}]),
        *(
            [{"ref": "RUR1-01.1", "title": "A", "when": "2027", "recurs": "1 year"}],
            [{"ref": "RUR1-01.1", "title": "A"}],
        ),
    )
)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), model=st.sampled_from((Commitment, Update)))
def test_a_plain_part_is_valid_and_unchanged(data: st.DataObject, model: type[Strict]) -> None:
    """A part that the compiled check accepts is valid for the model, and equal to its validated values."""
    part: dict[str, Any] = dict(COMMITMENT if model is Commitment else UPDATE)
    names = st.sampled_from((*model.model_fields, "unheard"))
    for name, value in data.draw(st.lists(st.tuples(names, ODD), max_size=2)):
        part[name] = value
    if removed := data.draw(st.none() | st.sampled_from(sorted(part))):
        del part[removed]
    if is_plain(model, part):
        assert model.model_validate(part).model_dump(mode="json", exclude_unset=True) == part


@pytest.mark.parametrize(("model", "part"), [(Commitment, COMMITMENT), (Update, UPDATE)])
def test_the_usual_parts_are_plain(model: type[Strict], part: dict[str, Any]) -> None:
    """A commitment with a milestone and an update with a web address need no validation by their models."""
    assert is_plain(model, part)
