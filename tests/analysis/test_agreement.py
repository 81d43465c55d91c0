"""Tests of `agreement` and `crosswalk`: published coefficients, and every record on every rating scale."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacedialog.analysis.agreement import ALPHA, KAPPA, agreement, alpha, kappa
from spacedialog.analysis.crosswalk import Trait, crosswalk
from spacedialog.model import rubrics
from spacedialog.model.fields import CommitmentRow
from spacedialog.model.rows.assessment import Crosswalk, Timing
from spacedialog.model.rows.record import AssessmentRow
from spacedialog.model.rubrics import Rubric, Verdict
from spacedialog.model.vocabulary import Flag, Status, Strength
from spacedialog.tracker import Tracker
from tests.support.built_in import COVERAGE
from tests.support.program import Desk

SCALES = ("ogp-irm", "g7-g20", "politifact", "polimetre", "gao")
FULFILMENT = rubrics.rubric("fulfilment")
IN_TIME = Timing(late=False, missed=False)


def verdict(ref: str, assessor: str, value: str, party: str | None = None, rubric: str = "") -> AssessmentRow:
    name = rubric or FULFILMENT.name
    return AssessmentRow(ref, f"Title of {ref}", party, assessor, name, value, "2026", None, (), "", "", "")


# Coefficients


def test_kappa_is_that_of_cohens_own_example() -> None:
    """Kappa for the 200 patients of Cohen 1960, table 2, is .492 (observed .70, expected .41)."""
    table = {"AA": 88, "AB": 14, "AC": 18, "BA": 10, "BB": 40, "BC": 10, "CA": 2, "CB": 6, "CC": 12}
    pairs = [(cell[0], cell[1]) for cell, count in table.items() for _ in range(count)]
    assert len(pairs) == 200
    assert kappa(pairs) == pytest.approx((0.70 - 0.41) / (1 - 0.41))
    assert round(kappa(pairs) or 0, 3) == 0.492


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0.0),
        ([("a", "a"), ("a", "a")], None),
        ([("a", "b")], 0.0),
        ([], None),
    ],
)
def test_kappa_at_its_ends(pairs: Sequence[tuple[str, str]], value: float | None) -> None:
    """Kappa is 1 for full agreement, 0 for chance, less below chance, and undefined if chance alone agrees fully."""
    assert kappa(pairs) == value


NONE = None
UNITS: list[list[int | None]] = [
    [1, 1, NONE, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [NONE, 5, 5, 5],
    [NONE, NONE, 1, 1],
    [NONE, NONE, 3, NONE],
]
"""Krippendorff 2011, example C: four observers, twelve units, some of them not seen by all."""


def five(*, ordinal: bool) -> Rubric:
    verdicts = tuple(Verdict(str(value), "") for value in range(1, 6))
    return FULFILMENT._replace(ordinal=ordinal, verdicts=verdicts)


@pytest.mark.parametrize(("ordinal", "value"), [(False, 0.743), (True, 0.815)])
def test_alpha_is_that_of_krippendorffs_own_example(ordinal: bool, value: float) -> None:
    """Alpha of the published example is .743 for nominal and .815 for ordinal data."""
    units = [[None if one is None else str(one) for one in unit] for unit in UNITS]
    assert round(alpha(units, five(ordinal=ordinal)), 3) == value


def test_the_coefficient_is_the_one_that_fits() -> None:
    """Kappa is used for two assessors of the same commitments, alpha for more assessors or gaps."""
    pairs = (("met", "met"), ("met", "not-met"), ("partly-met", "partly-met"))
    two = [verdict(f"R-{n}", who, pair[place]) for n, pair in enumerate(pairs) for place, who in enumerate("AB")]
    found = agreement(FULFILMENT, two)
    assert (found.coefficient, found.units, found.alone, found.pairs, found.alike) == (KAPPA, 3, 0, 3, 2)
    assert found.value == pytest.approx(0.5)
    assert found.alike_percent == 66.7
    assert [(one.ref, one.verdicts) for one in found.differences] == [("R-1", {"A": "met", "B": "not-met"})]
    assert "Cohen" in (found.source or "")
    more = agreement(FULFILMENT, [*two, verdict("R-1", "C", "met")])
    assert (more.coefficient, more.assessors, more.pairs) == (ALPHA, ("A", "B", "C"), 5)
    gap = agreement(FULFILMENT, [*two, verdict("R-9", "A", "met"), verdict("R-9", "B", "cannot-tell")])
    assert (gap.coefficient, gap.units, gap.alone) == (ALPHA, 3, 1)
    assert "R-9" not in {one.ref for one in gap.differences}
    apart = agreement(FULFILMENT, [*two, verdict("R-1", "A", "met", "X"), verdict("R-1", "B", "met", "X")])
    assert (apart.coefficient, apart.units) == (KAPPA, 4)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([], "no commitment was assessed by two"),
        ([("A", "met")], "no commitment was assessed by two"),
        ([("A", "met"), ("B", "cannot-tell")], "no commitment was assessed by two"),
        ([("A", "met"), ("B", "met")], "undefined"),
        ([("A", "met"), ("B", "met"), ("C", "met")], "undefined"),
    ],
)
def test_a_missing_coefficient_has_a_reason(values: list[tuple[str, str]], why: str) -> None:
    """An undefined coefficient has no number, and its reason is given."""
    found = agreement(FULFILMENT, [verdict("R-1", who, value) for who, value in values])
    assert found.value is None
    assert why in (found.why or "")
    assert found.differences == ()


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.sampled_from((None, *(one.value for one in FULFILMENT.verdicts)))] * 3), min_size=1, max_size=6
    )
)
def test_agreement_is_always_a_number_or_a_reason(units: list[tuple[str | None, ...]]) -> None:
    """For any verdicts of three assessors there is a value of at most 1, or a reason; never NaN."""
    rows = [
        verdict(f"R-{number}", who, value)
        for number, given in enumerate(units)
        for who, value in zip("ABC", given, strict=True)
        if value
    ]
    found = agreement(FULFILMENT, rows)
    assert (found.value is None) == (found.why is not None)
    assert found.value is None or -3 <= found.value <= 1
    json.dumps(found, allow_nan=False)


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its library, alpha names the command that installs it; everything else is shown, and kappa works."""
    monkeypatch.setitem(sys.modules, "krippendorff", None)
    rows = [verdict("R-1", who, value) for who, value in (("A", "met"), ("B", "not-met"), ("C", "met"))]
    assert agreement(FULFILMENT, rows[:2]).coefficient == KAPPA
    told = agreement(FULFILMENT, rows)
    assert (told.coefficient, told.value) == (ALPHA, None)
    assert "spacedialog[assess]" in str(told.why)
    assert [row.ref for row in told.differences] == ["R-1"]


def test_agreement_on_the_command_line(desk: Desk) -> None:
    """`agreement` names commitments, assessors and differences, and --exit-code reports differences."""
    assert "No verdicts" in desk.call("agreement").stderr
    assert desk.call("agreement", "--exit-code").status == 0
    for ref, found in (("31", ("met", "met")), ("27", ("met", "partly-met"))):
        for who, value in zip(("Anna", "Bo"), found, strict=True):
            assert desk.call("assess", ref, "--verdict", value, "--assessor", who).status == 0
    shown = desk.call("agreement", "-f", "md", "--exit-code")
    assert shown.status == 1
    for words in ("2 assessors: Anna, Bo", "2 items", "1 of 2 pairs", "50.0 %", "Cohen's kappa: 0.000", "benchmark"):
        assert words in shown.stdout
    assert "Anna: met; Bo: partly-met" in shown.stdout
    assert desk.call("agreement", "--area", "exploration", "--json").data["units"] == 0
    assert desk.call("agreement", "--rubric", "nope").status == 2
    assert "Use --rubric fulfilment@1" in desk.call("agreement", "--rubric", "gao").stderr


# The scales


def a_row(status: Status, flags: Sequence[Flag] = (), **more: Any) -> CommitmentRow:
    fields: dict[str, Any] = dict.fromkeys(CommitmentRow._fields, "")
    fields |= {"ref": "R-1", "title": "Fly", "dialogue": "D", "strength": "firm", "lead": None, "partners": ("A", "B")}
    fields |= {"status": status.value, "percent": None, "flags": tuple(flag.value for flag in flags), **more}
    return CommitmentRow(**fields)


def on(scale: str, row: CommitmentRow, timing: Timing = IN_TIME, verdicts: Sequence[AssessmentRow] = ()) -> Crosswalk:
    return crosswalk(rubrics.scale(scale), [row], {row.ref: timing}, verdicts, {("D", "A"): "US", ("D", "B"): "ROK"})


def values(scale: str, row: CommitmentRow, timing: Timing = IN_TIME) -> set[str | None]:
    return {line.value for line in on(scale, row, timing).rows}


@pytest.mark.parametrize("scale", SCALES)
def test_every_state_of_a_record_has_its_place_on_the_scale(scale: str) -> None:
    """Every combination of status, flags, percentage, timing and strength has a value on the scale, or none."""
    known = {one.value for one in rubrics.scale(scale).verdicts} | {None}
    flags = [tuple(chosen) for size in range(3) for chosen in itertools.combinations(Flag, size)]
    for status, chosen, percent, late, missed, strength in itertools.product(
        Status, flags, (None, 0, 49, 50, 100), (False, True), (False, True), Strength
    ):
        row = a_row(status, chosen, percent=percent, strength=strength.value)
        found = on(scale, row, Timing(late=late, missed=missed))
        assert {line.value for line in found.rows} <= known
        assert {note for line in found.rows for note in line.notes} == found.notes.keys()
        assert sum(found.counts.values()) + found.unscored + found.disputed == len(found.rows)


FAILURES = {"Not Started", "Limited", "Substantial", "Complete", "-1", "0", "+1", "Promise Broken", "Stalled", "broken"}


@pytest.mark.parametrize("scale", SCALES)
def test_not_assessed_never_has_a_value(scale: str) -> None:
    """An unchecked commitment never counts as a failure, a beginning or a success."""
    for chosen in ((), (Flag.OVERDUE,), (Flag.OVERDUE, Flag.SLIPPED, Flag.STALE)):
        for missed in (False, True):
            found = values(scale, a_row(Status.UNKNOWN, chosen, percent=70), Timing(late=False, missed=missed))
            assert not found & FAILURES
            assert found <= {None, "No Evidence Available", "Not Yet Rated", "not yet rated", "Open"}


@pytest.mark.parametrize("scale", SCALES)
def test_a_claim_counts_on_no_scale(scale: str) -> None:
    """Completion without evidence never has the value of completion with evidence, and a footnote says so."""
    unevidenced = on(scale, a_row(Status.COMPLETE, [Flag.UNEVIDENCED]))
    assert {line.value for line in unevidenced.rows} & values(scale, a_row(Status.COMPLETE)) == set()
    assert "unevidenced" in unevidenced.notes


@pytest.mark.parametrize(
    ("scale", "status", "traits", "value"),
    [
        ("ogp-irm", Status.IN_PROGRESS, {"percent": 50}, "Substantial"),
        ("ogp-irm", Status.IN_PROGRESS, {"percent": 49}, "Limited"),
        ("ogp-irm", Status.IN_PROGRESS, {}, "Limited"),
        ("ogp-irm", Status.STALLED, {"percent": 80}, "Substantial"),
        ("ogp-irm", Status.NOT_STARTED, {}, "Not Started"),
        ("ogp-irm", Status.COMPLETE, {"late": True}, "Complete"),
        ("ogp-irm", Status.WITHDRAWN, {}, None),
        ("g7-g20", Status.COMPLETE, {}, "+1"),
        ("g7-g20", Status.IN_PROGRESS, {}, "0"),
        ("g7-g20", Status.NOT_STARTED, {}, None),
        ("g7-g20", Status.NOT_STARTED, {"missed": True}, "-1"),
        ("g7-g20", Status.WITHDRAWN, {}, "-1"),
        ("politifact", Status.COMPLETE, {}, "Promise Kept"),
        ("politifact", Status.COMPLETE, {"late": True}, "Promise Kept"),
        ("politifact", Status.IN_PROGRESS, {}, "In the Works"),
        ("politifact", Status.STALLED, {}, "Stalled"),
        ("politifact", Status.NOT_STARTED, {}, "Not Yet Rated"),
        ("politifact", Status.NOT_STARTED, {"missed": True}, "Promise Broken"),
        ("politifact", Status.WITHDRAWN, {}, "Promise Broken"),
        ("polimetre", Status.COMPLETE, {}, "kept"),
        ("polimetre", Status.COMPLETE, {"late": True}, "kept in part or in the works"),
        ("polimetre", Status.STALLED, {}, "kept in part or in the works"),
        ("polimetre", Status.WITHDRAWN, {}, "broken"),
        ("gao", Status.COMPLETE, {"late": True}, "Closed - Implemented"),
        ("gao", Status.STALLED, {}, "Open"),
        ("gao", Status.WITHDRAWN, {}, "Closed - Not Implemented"),
    ],
)
def test_a_status_has_its_value_on_the_scale(
    scale: str, status: Status, traits: dict[str, Any], value: str | None
) -> None:
    """A status has the value that the scale's own definitions give it."""
    timing = Timing(late=traits.pop("late", False), missed=traits.pop("missed", False))
    assert values(scale, a_row(status, **traits), timing) == {value}


def test_lateness_that_a_scale_cannot_show_is_a_footnote() -> None:
    """Late completion has a value of its own or a footnote on each scale."""
    for scale in set(SCALES) - {"ogp-irm"}:
        found = on(scale, a_row(Status.COMPLETE), Timing(late=True, missed=False))
        assert "late" in found.notes, scale


def test_a_verdict_under_the_scale_goes_before_the_status() -> None:
    """A verdict under the scale replaces the status and names its assessor; a disagreement gives no value."""
    name = "politifact@1"
    row = a_row(Status.UNKNOWN)
    one = on("politifact", row, verdicts=[verdict("R-1", "Anna", "Compromise", rubric=name)])
    assert [(line.value, line.verdicts) for line in one.rows] == [("Compromise", {"Anna": "Compromise"})]
    both = [verdict("R-1", "Anna", "Compromise", rubric=name), verdict("R-1", "Bo", "Promise Kept", rubric=name)]
    apart = on("politifact", row, verdicts=both)
    assert [line.value for line in apart.rows] == [None]
    assert (apart.disputed, apart.unscored) == (1, 0)
    assert "not averaged" in apart.notes["differ"]
    party = on("politifact", row, verdicts=[verdict("R-1", "Anna", "Compromise", "A", rubric=name)])
    assert [line.value for line in party.rows] == ["Not Yet Rated"]


def test_each_party_has_its_score() -> None:
    """Parties to a joint commitment share its score; a partner has a score only from a verdict on that partner.

    A verdict on the whole commitment applies to the lead alone.
    """
    name = "g7-g20@1"
    joint = on("g7-g20", a_row(Status.COMPLETE))
    assert [(line.party, line.value, line.notes) for line in joint.rows] == [
        ("A", "+1", ("shared",)),
        ("B", "+1", ("shared",)),
    ]
    led = a_row(Status.COMPLETE, lead="A", partners=("B",))
    assert [(line.party, line.value, line.notes) for line in on("g7-g20", led).rows] == [
        ("A", "+1", ()),
        ("B", None, ("partner",)),
    ]
    own = on("g7-g20", led, verdicts=[verdict("R-1", "Anna", "-1", "B", rubric=name)])
    assert [line.value for line in own.rows] == ["+1", "-1"]
    assert [(one.kind, one.name, one.scored, one.average) for one in own.averages] == [
        ("party", "A", 1, 1.0),
        ("party", "B", 1, -1.0),
        ("side", "US", 1, 1.0),
        ("side", "ROK", 1, -1.0),
        ("all", "all", 2, 0.0),
    ]
    whole = on("g7-g20", led, verdicts=[verdict("R-1", "Anna", "0", rubric=name)])
    assert [(line.value, line.notes) for line in whole.rows] == [("0", ("whole",)), (None, ("partner",))]
    joint = on("g7-g20", a_row(Status.COMPLETE), verdicts=[verdict("R-1", "Anna", "0", rubric=name)])
    assert [(line.value, line.notes) for line in joint.rows] == [("0", ("whole",)), ("0", ("whole",))]
    nobody = on("g7-g20", a_row(Status.COMPLETE, partners=()))
    assert [(line.party, line.value) for line in nobody.rows] == [(None, None)]
    unknown = on("g7-g20", a_row(Status.UNKNOWN))
    assert {one.average for one in unknown.averages} == {None}


def test_late_and_missed_follow_from_the_log(tracker: Tracker) -> None:
    """Late means completed after the first due date; missed means checked after the window closed."""
    tracker.reschedule("1", "2027")
    tracker.mark("3", "not-started", on="2026-11-30")
    with tracker.snapshot() as view:
        assert not any(one.late or one.missed for one in view.timings().values())
    tracker.mark("3", "not-started", on="2026-12-01")
    tracker.mark("2", "complete")
    tracker.reschedule("3", "2026-10", on="2026-05-01")
    tracker.reschedule("3", "2027", on="2026-12-01")
    with tracker.snapshot() as view:
        assert view.timings()["RUR1-03"] == Timing(late=False, missed=False)  # the new window is still open
    tracker.mark("3", "complete", on="2026-12-01")
    tracker.mark("1", "complete", on="2026-12-01")
    with tracker.snapshot() as view:
        timings = view.timings()
    assert timings["RUR1-03"].late  # against November, the first date
    assert not timings["RUR1-01"].late  # within 2026, and it was put off to 2027
    assert not timings["RUR1-02"].late  # it had no due date
    assert not timings["RUR1-05"].late  # complete from its first day


def test_the_commands_show_the_scale_its_source_and_what_it_loses(desk: Desk) -> None:
    """`crosswalk` shows the scale, its source, the counts and its footnotes in every format."""
    for scale in SCALES:
        data = desk.call("crosswalk", scale, "--json").data
        assert data["url"].startswith("http")
        assert data["notes"]
        text = desk.call("crosswalk", scale, "-f", "md").stdout.replace("\\", "")
        page = desk.call("crosswalk", scale, "-f", "html").stdout
        for note in data["notes"].values():
            assert note in text
            assert note.replace("'", "&#39;") in page
        assert COVERAGE in text
        assert ("Averages" in text) == (scale == "g7-g20")
    rows = desk.call("crosswalk", "gao", "--status", "complete", "--json").data["rows"]
    assert {row["ref"]: row["value"] for row in rows}["ROK4-32"] == "Open"
    assert {row["ref"]: row["value"] for row in rows}["ROK4-27"] == "Closed - Implemented"
    assert desk.call("crosswalk", "fulfilment").status == 2
    assert "ogp-irm@1" in desk.call("crosswalk", "nope").stderr


# The data


def test_rubrics_are_whole() -> None:
    """Each rubric has a version, a source and a meaning for every verdict, and its rules name existing verdicts."""
    for name, rubric in rubrics.rubrics().items():
        assert name == rubric.name
        assert rubric.source
        assert all(verdict.meaning for verdict in rubric.verdicts)
        assert rubric.key == "fulfilment" or (rubric.url or "").startswith("http")
        assert all(rubric.verdict(verdict.value) == verdict.value for verdict in rubric.verdicts)
        named = {rule.note for rule in rubric.rules if rule.note} | {note for _, note in rubric.remarks}
        assert named <= rubric.notes.keys()
        assert rubric.notes.keys() - named <= {"no-party", "whole", "partner", "shared"}
        assert {rule.given for rule in rubric.rules if rule.given} <= {trait.value for trait in Trait}
        assert {rule.value for rule in rubric.rules} <= {one.value for one in rubric.verdicts} | {None}
        assert {word for word, _ in rubric.remarks} <= {strength.value for strength in Strength}
    assert [scale for scale in SCALES if not rubrics.scale(scale).rules] == []


def test_the_wheel_brings_the_scales_along() -> None:
    """The rubrics are inside the package, so that they are installed with it."""
    folder = Path(rubrics.__file__).parent / "scales"
    assert {path.stem for path in folder.glob("*.json")} == {one.key for one in rubrics.rubrics().values()}
