"""Tests of `review`: the effect of each step on a draft, the saved file, and the dialogue on a terminal."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacedialog.cli import terminal as prompt
from spacedialog.drafting import review
from spacedialog.drafting.draftfile import ChangedFileError, DraftFile
from spacedialog.drafting.steps import Course
from spacedialog.errors import InputError, ProblemsError
from spacedialog.importing import parse
from spacedialog.model.rows.drafting import StepRow
from spacedialog.model.vocabulary import Decision
from spacedialog.tracker.review import Review
from tests.support import drafted
from tests.support.program import PROGRAM, Desk, Session, terminal

TODAY = date(2026, 11, 22)
PROMPT = "? > "


def by_ref(document: review.Document) -> dict[str, Any]:
    """Return the candidates by the last part of their refs."""
    return {candidate["ref"].removeprefix("ZUB2-"): candidate for candidate in document["commitments"]}


def decisions(document: review.Document) -> dict[str, Any]:
    """Return the decision on each candidate."""
    return {ref: candidate["draft"].get("decision") for ref, candidate in by_ref(document).items()}


# Single steps


def test_accept_and_drop_only_record_the_decision() -> None:
    """A decision adds one field to the candidate and changes nothing else."""
    before = drafted.document()
    after = review.decide(review.decide(before, "1", Decision.ACCEPTED), "zub2-02", Decision.DROPPED)
    assert after == drafted.document("accepted", "dropped")
    assert before == drafted.document()


def test_a_milestone_of_one_year_recurs_every_year() -> None:
    """A milestone is shown with its recurrence in the words of the other tables."""
    document = drafted.document()
    document["commitments"][4]["milestones"][0]["recurs"] = "1 year"
    assert review.row(review.candidate(document, "5")).milestones == ("ZUB2-05.1 2028 The next dialogue, every year",)


def test_edit_keeps_the_order_of_fields() -> None:
    """An edit keeps the order of the fields, inserts a new one where `draft` writes it, and removes an emptied one."""
    original = by_ref(drafted.document())["01"]
    edited = by_ref(review.edit(drafted.document(), "1", {"detail": "A tender.", "due": None, "partners": ["SYL"]}))
    assert list(edited["01"]) == [
        *("ref", "area", "kind", "title", "detail", "strength", "lead", "partners", "status", "sources", "draft"),
    ]
    assert {name: edited["01"][name] for name in original if name != "due"} == {
        name: value for name, value in original.items() if name != "due"
    }


def test_the_quote_is_edited_by_its_name() -> None:
    """`edit` asks for the quote only if it is named; a split keeps it in each part, and `-` clears it."""
    document = drafted.document()
    assert "quote" not in review.fields("")
    assert review.fields("quo") == ("quote",)
    quoted = review.edit(document, "1", {"quote": review.value_of(document, "quote", " We will. ", TODAY)})
    assert list(review.candidate(quoted, "1"))[-3:] == ["sources", "quote", "draft"]
    parts = review.split(quoted, "1", ["Launch", "Host"])["commitments"][:2]
    assert [part["quote"] for part in parts] == ["We will.", "We will."]
    assert review.value_of(document, "quote", "-", TODAY) is None


def test_edit_keeps_an_unusual_order_of_fields() -> None:
    """Fields that the user has reordered keep their order after an edit."""
    document = drafted.document()
    document["commitments"][0] = dict(reversed(document["commitments"][0].items()))
    edited = review.edit(document, "1", {"title": "Launch a tender"})
    assert list(edited["commitments"][0]) == list(document["commitments"][0])


@pytest.mark.parametrize(("ref", "strength", "status"), [("1", "delivered", "complete"), ("3", "intended", "unknown")])
def test_the_status_follows_the_strength(ref: str, strength: str, status: str) -> None:
    """When the strength is edited, the status follows: `delivered` is complete, everything else unknown."""
    (candidate,) = [
        c for c in review.edit(drafted.document(), ref, {"strength": strength})["commitments"] if ref in c["ref"]
    ]
    assert candidate["status"] == status


def test_a_status_set_by_hand_is_kept() -> None:
    """An edit of the strength does not change a status that was written into the file by hand."""
    document = drafted.document()
    document["commitments"][0]["status"] = "stalled"
    assert by_ref(review.edit(document, "1", {"strength": "delivered"}))["01"]["status"] == "stalled"


def test_split_shares_the_source() -> None:
    """The parts of a split follow each other, with the same source, the next free refs and no decision."""
    document = review.split(drafted.document("accepted"), "1", ["Launch a tender", "Host a workshop", "Sing"])
    assert list(by_ref(document)) == ["01", "06", "07", "02", "03", "04", "05"]
    parts = [by_ref(document)[ref] for ref in ("01", "06", "07")]
    assert [part["title"] for part in parts] == ["Launch a tender", "Host a workshop", "Sing"]
    assert [part["sources"] for part in parts] == [drafted.document()["commitments"][0]["sources"]] * 3
    assert [part["draft"].get("decision") for part in parts] == [None] * 3
    assert list(parts[1]) == list(parts[0])


def test_split_keeps_the_milestones_with_the_first_part() -> None:
    """After a split the milestones belong to the first part, because their refs begin with its ref."""
    document = review.split(drafted.document(), "5", ["Meet again", "Meet in Klow"])
    assert ["milestones" in by_ref(document)[ref] for ref in ("05", "06")] == [True, False]


def test_merge_joins_sources_without_duplicates() -> None:
    """A merge adds missing sources, a missing date and the milestones to the target, and drops the candidate."""
    document = drafted.document()
    document["commitments"][4]["sources"] += document["commitments"][3]["sources"]
    document["updates"] = [{"ref": "ZUB2-05.1", "on": "2026-06", "status": "met", "evidence": "https://lutz.example/a"}]
    merged = review.merge(document, "5", "4")
    assert [s["sentence"] for s in by_ref(merged)["04"]["sources"]] == [1, 2]
    (milestone,) = by_ref(merged)["04"]["milestones"]
    assert (milestone["ref"], milestone["when"]) == ("ZUB2-04.1", "2028")
    assert merged["updates"][0]["ref"] == "ZUB2-04.1"
    assert decisions(merged) == {"01": None, "02": None, "03": None, "04": None, "05": "dropped"}
    assert by_ref(merged)["05"]["draft"]["why"].endswith("; merged into ZUB2-04")
    assert by_ref(review.merge(document, "1", "4"))["04"]["due"] == "../2028"
    parse.read(io.BytesIO(json.dumps(merged).encode()), "merged")


@pytest.mark.parametrize(("ref", "into"), [("1", "1"), ("1", "2"), ("1", "99")])
def test_merge_refuses_an_invalid_target(ref: str, into: str) -> None:
    """A candidate cannot be merged into itself, into a dropped one, or into one that does not exist."""
    with pytest.raises(InputError):
        review.merge(drafted.document("-", "dropped"), ref, into)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("title", " Launch it ", "Launch it"),
        ("area", "MOON", "moon"),
        ("strength", "Firm", "firm"),
        ("lead", "zub", "ZUB"),
        ("lead", "-", None),
        ("partners", "syl, sso SYL", ["SYL", "SSO"]),
        ("partners", "-", None),
        ("due", "by 2035", "../2035"),
        ("due", "Q3 2027", "2027-35"),
        ("due", "-", None),
        ("kind", "event", "event"),
        ("detail", "-", None),
    ],
)
def test_typed_values_are_parsed(field: str, typed: str, value: object) -> None:
    """Names match in any case, dates are accepted as people type them, and `-` empties a field."""
    assert review.value_of(drafted.document(), field, typed, TODAY) == value


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *(("title", "-"), ("title", "x" * 10_001), ("area", "sky"), ("strength", "strong"), ("lead", "NOAA")),
        *(("partners", "ZUB NOAA"), ("due", "10/05/2026"), ("due", "2026-13"), ("kind", "two words")),
    ],
)
def test_invalid_values_are_refused(field: str, typed: str) -> None:
    """A value that is invalid for its field is refused with a remedy."""
    with pytest.raises(InputError) as raised:
        review.value_of(drafted.document(), field, typed, TODAY)
    assert raised.value.remedy


@pytest.mark.parametrize(
    ("title", "taken"),
    [
        ("Host a workshop on tide gauges", "host a workshop on tide gauges"),
        ("Launch a buoy tender and host a workshop", "launch a buoy tender by 2028 and host a workshop"),
        ("Rescue", None),
        ("Gauges", "gauges"),
        ("Cooperate with many others", None),
    ],
)
def test_the_words_of_a_title_are_found_in_the_sentence(title: str, taken: str | None) -> None:
    """The part of the sentence from which a title was made is found, or nothing is marked."""
    sentence = drafted.document()["commitments"][0]["draft"]["sentence"]
    span = review.taken(title, sentence)
    assert (sentence[slice(*span)] if span else None) == taken


# Random sequences of steps

numbers = st.integers(1, 8)
STEPS = st.one_of(
    st.tuples(st.just("decide"), numbers, st.sampled_from(Decision)),
    st.tuples(st.just("merge"), numbers, numbers),
    st.tuples(st.just("split"), numbers, st.lists(st.sampled_from(["One", "Two", "Three"]), min_size=2, max_size=3)),
    st.tuples(
        st.just("edit"),
        numbers,
        st.fixed_dictionaries({}, optional={"due": st.sampled_from([None, "2030"]), "strength": st.just("delivered")}),
    ),
)


def sources(document: review.Document) -> set[str]:
    """Return the sources of the candidates that are not dropped."""
    kept = [candidate for candidate in document["commitments"] if candidate["draft"].get("decision") != "dropped"]
    return {json.dumps(source) for candidate in kept for source in candidate["sources"]}


@given(st.lists(STEPS, max_size=12))
def test_steps_in_any_order(steps: list[tuple[Any, ...]]) -> None:
    """After any steps the file can be imported, refs are unique and kept, merges keep all sources, and undo works."""
    course = Course.of(drafted.document())
    seen = [json.dumps(course.document)]
    for name, number, *more in steps:
        before = course.document
        with suppress(InputError):
            after = getattr(review, name)(before, str(number), *(str(m) if isinstance(m, int) else m for m in more))
            course = course._replace(ref=course.ref or "ZUB2-01").step(after, StepRow(name, str(number), ""))
            seen.append(json.dumps(after))
            refs = [candidate["ref"] for candidate in after["commitments"]]
            assert len(refs) == len(set(refs))
            assert {candidate["ref"] for candidate in before["commitments"]} <= set(refs)
            if name == "merge":
                assert sources(before) <= sources(after)
    parse.read(io.BytesIO(json.dumps(course.document).encode()), "reviewed")
    while course.before:
        assert json.dumps(course.document) == seen.pop()
        course = course.undone()
    assert [json.dumps(course.document)] == seen
    with pytest.raises(InputError):
        course.undone()


# The file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a draft file."""
    path = tmp_path / "draft.json"
    path.write_text(drafted.text_of(drafted.document()), "utf-8")
    return path


def test_saving_changes_only_the_edited_lines(path: Path) -> None:
    """Saving a decision adds one line, and the file keeps its encoding mark, indentation and line endings."""
    before = [line.rstrip(",") for line in path.read_text().splitlines()]
    draft = DraftFile(path)
    draft.save(review.decide(draft.document, "2", Decision.ACCEPTED))
    after = [line.rstrip(",") for line in path.read_text().splitlines()]
    after.remove('        "decision": "accepted"')
    assert after == before
    for text in (
        "\ufeff" + json.dumps(drafted.document("accepted"), indent=4),
        json.dumps(drafted.document("accepted"), indent="\t").replace("\n", "\r\n") + "\r\n",
        json.dumps(drafted.document("accepted")),
        json.dumps({**drafted.document("accepted"), "grades": {"A": "seen 🛰 by us"}}, indent=2) + "\n\n",
    ):
        path.write_bytes(text.encode())
        draft = DraftFile(path)
        draft.save(review.decide(draft.document, "1", Decision.DROPPED))
        assert path.read_bytes().decode() == text.replace("accepted", "dropped")


def test_saving_keeps_the_mode_and_follows_a_link(path: Path) -> None:
    """Saving keeps the file's permissions and a symbolic link, and leaves no other file in the folder."""
    path.chmod(0o640)
    link = path.with_name("link.json")
    link.symlink_to(path)
    draft = DraftFile(link)
    draft.save(review.decide(draft.document, "1", Decision.ACCEPTED))
    assert (path.stat().st_mode & 0o777, link.is_symlink()) == (0o640, True)
    assert sorted(path.parent.iterdir()) == [path, link]
    assert decisions(json.loads(path.read_text()))["01"] == "accepted"


def test_a_file_that_changed_meanwhile_is_not_overwritten(path: Path) -> None:
    """If an editor saved the file after it was read, the step is refused and the edited file is kept."""
    draft = DraftFile(path)
    other = path.read_text().replace("Lutz", "Klow").replace("Hold the", "Hold a")
    path.write_text(other)
    with pytest.raises(ChangedFileError, match="another program changed the file") as raised:
        draft.save(review.decide(draft.document, "1", Decision.ACCEPTED))
    assert raised.value.exit_status == 2
    assert path.read_text() == other


def test_a_file_that_import_would_refuse_is_not_saved(path: Path) -> None:
    """A step whose result cannot be imported is not saved."""
    draft = DraftFile(path)
    before = path.read_text()
    with pytest.raises(ProblemsError, match="draft"):
        draft.save(review.edit(draft.document, "1", {"area": "sky"}))
    assert path.read_text() == before


@pytest.mark.parametrize("point", ["os.fsync", "pathlib.Path.replace"])
def test_a_kill_while_saving_loses_nothing(tmp_path: Path, path: Path, point: str) -> None:
    """If the process is killed while it saves, the file has all earlier steps."""
    module, _, name = point.rpartition(".")
    script = (
        "import os, pathlib, signal, sys\n"
        "from spacedialog.drafting import review\n"
        "from spacedialog.drafting.draftfile import DraftFile\n"
        "from spacedialog.model.vocabulary import Decision\n"
        "draft = DraftFile(pathlib.Path(sys.argv[1]))\n"
        "draft.save(review.decide(draft.document, '1', Decision.ACCEPTED))\n"
        f"{module}.{name} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "draft.save(review.decide(draft.document, '2', Decision.ACCEPTED))\n"
    )
    assert Desk(tmp_path).python("-c", script, path).status == -9
    assert json.loads(path.read_text()) == drafted.document("accepted")
    assert DraftFile(path).document == drafted.document("accepted")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[]", "not a JSON object"),
        (b"{", "not JSON"),
        (b'{"format": "spacedialog-log/1", "changes": []}', "an exported log"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_file_that_is_not_a_draft_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    """A file that `draft` did not write is refused with status 2 and the reason."""
    desk = Desk(tmp_path)
    (tmp_path / "draft.json").write_bytes(content)
    ran = desk.call("review", "draft.json", "--list")
    assert (ran.status, ran.stdout) == (2, "")
    assert says in ran.stderr


def test_a_file_without_candidates_is_refused(tmp_path: Path, ruritania: bytes) -> None:
    """A data file without candidates, a file in JSON Lines, and a missing file are refused with status 2."""
    desk = Desk(tmp_path)
    (tmp_path / "draft.json").write_bytes(ruritania)
    opening, commitment = drafted.document(), drafted.document()["commitments"][0]
    del opening["commitments"]
    (tmp_path / "draft.jsonl").write_text(json.dumps(opening) + "\n" + json.dumps(commitment))
    for name, says in (
        ("draft.json", "no candidates"),
        ("draft.jsonl", "not a single JSON object"),
        ("none.json", "No such file"),
    ):
        ran = desk.call("review", name, "--list")
        assert (ran.status, says in ran.stderr) == (2, True), ran.stderr


# The command


@pytest.fixture
def desk(tmp_path: Path, path: Path) -> Desk:
    """A desk with a draft in its folder."""
    assert path.parent == tmp_path
    return Desk(tmp_path)


def test_the_list_shows_every_decision(desk: Desk, path: Path) -> None:
    """`--list` shows every candidate with its decision, in every format, and does not prompt."""
    path.write_text(drafted.text_of(drafted.document("accepted", "dropped")))
    rows = desk.call("review", "draft.json", "--list", "--json").data
    assert [row["decision"] for row in rows] == ["accepted", "dropped", None, None, None]
    assert rows[0]["sources"] == ["JS par. 2 s. 1"]
    assert rows[4]["milestones"] == ["ZUB2-05.1 2028 The next dialogue, every 2 years"]
    shown = desk.call("review", "draft.json", "--list", "-f", "table").stdout
    assert "1 accepted, 1 dropped, 3 undecided" in shown
    assert desk.call("review", "draft.json", "--list", "-o", "list.xlsx").status == 0
    for format_ in ("csv", "md", "html", "jsonl", "plain"):
        assert "ZUB2-04" in desk.call("review", "draft.json", "--list", "-f", format_).stdout


def test_without_a_terminal_the_review_is_refused(desk: Desk, path: Path) -> None:
    """If standard input is not a terminal, the status is 2, a remedy is given, and the file is unchanged."""
    before = path.read_bytes()
    ran = desk.run("review", "draft.json", stdin="a\na\n")
    assert (ran.status, ran.stdout) == (2, "")
    assert "edit the file" in ran.stderr
    assert path.read_bytes() == before
    assert desk.call("review", "draft.json", "--json").status == 2


# At a terminal


@contextmanager
def at_terminal(desk: Desk, *, columns: int = 80, **env: str) -> Iterator[Session]:
    """Run a review on a terminal; it is killed at the end of the block."""
    environment = {**desk.environment, "TERM": "xterm-256color", "INPUTRC": "/dev/null", **env}
    command: list[str | Path] = [PROGRAM, "review", "draft.json"]
    with terminal(command, columns=columns, lines=200, env=environment, folder=desk.folder) as session:
        yield session


def answer(session: Session, *pairs: tuple[str, str]) -> str:
    """Type each answer and wait for the next prompt; return the text shown after the last answer."""
    shown = ""
    for line, following in pairs:
        session.type(f"{line}\r")
        shown = session.until(following)
    return shown


def test_a_complete_review(desk: Desk, path: Path) -> None:
    """Each edit, split, merge, drop, undo and accept is saved, and the accepted candidates can be imported."""
    with at_terminal(desk) as session:
        shown = session.until(PROMPT)
        assert "ZUB2-01 Launch a buoy tender and host a workshop" in shown
        assert "1 of 5: 0 accepted, 0 dropped, 5 undecided" in shown
        assert "▸launch a buoy tender by 2028 and host a workshop◂" in shown
        answer(session, ("s", "1: "), ("Launch a buoy tender", "2: "), ("Host a workshop", "3: "), ("", PROMPT))
        assert list(by_ref(json.loads(path.read_text())))[:2] == ["01", "06"]
        shown = answer(session, ("e due", "  > "), ("2026-13", "  > "), ("Q1 2028", PROMPT))
        assert "2028-Q1" in shown
        assert "ZUB2-06" in answer(session, ("a", PROMPT))
        assert "ZUB2-02" in answer(session, ("drop", PROMPT))
        assert "ZUB2-06" in answer(session, ("u", PROMPT))
        assert decisions(json.loads(path.read_text()))["06"] is None
        shown = answer(session, ("e lead", "  > "), ("+GMO", "name: "), ("Graustark Office", "such as US): "))
        shown = answer(session, ("GRA", PROMPT))
        assert re.search(r"lead +GMO", shown)
        answer(session, ("accept", PROMPT), ("a", PROMPT), ("a", PROMPT), ("n", PROMPT))
        shown = answer(session, ("m 4", PROMPT))
        assert "No undecided candidates follow: 4 accepted, 1 dropped, 1 undecided." in shown
        answer(session, ("n", PROMPT), ("a", PROMPT))
        session.type("q\r")
        rest = session.rest()
        assert session.status == 0
    assert "5 accepted, 1 dropped, 0 undecided" in rest
    assert "spacedialog import draft.json" in rest
    ran = desk.call("import", "draft.json", "--without-built-in", "--json")
    assert (ran.status, "not reviewed" in ran.stderr) == (0, False)
    rows = {row["ref"]: row for row in desk.call("list", "--json").data}
    assert list(rows) == ["ZUB2-01", "ZUB2-02", "ZUB2-03", "ZUB2-04", "ZUB2-06"]
    assert (rows["ZUB2-01"]["due"], rows["ZUB2-06"]["lead"]) == ("2028-33", "GMO")
    assert len(desk.call("show", "4", "--json").data["sources"]) == 2


def test_a_review_continues_where_it_stopped(desk: Desk, path: Path) -> None:
    """After a kill no decision is lost, and the review continues with the first undecided candidate."""
    with at_terminal(desk) as session:
        session.until(PROMPT)
        answer(session, ("a", PROMPT), ("d", PROMPT), ("e title", "  > "))
        session.type("half a tit")
    assert json.loads(path.read_text()) == drafted.document("accepted", "dropped")
    with at_terminal(desk) as session:
        assert "ZUB2-03" in session.until(PROMPT)
        shown = answer(session, ("b", PROMPT))
        assert "ZUB2-02" in shown
        assert re.search(r"decision +dropped", shown)
        assert "ZUB2-03" in answer(session, ("n", PROMPT))


@pytest.mark.parametrize("status", [130, 0])
@pytest.mark.parametrize("prompt", [PROMPT, "  > "])
def test_an_ended_review_shows_how_to_continue(desk: Desk, path: Path, status: int, prompt: str) -> None:
    """Ctrl-C and Ctrl-D end the review at any prompt; the decisions are saved, and a message shows how to continue."""
    with at_terminal(desk) as session:
        session.until(PROMPT)
        answer(session, ("a", PROMPT), ("e", "  > ") if prompt != PROMPT else ("?", PROMPT))
        if status:
            session.interrupt()
        else:
            session.type("\x04")
        rest = session.rest()
        assert session.status == status
    assert "Continue with: spacedialog review draft.json" in rest
    assert "Traceback" not in rest
    assert json.loads(path.read_text()) == drafted.document("accepted")


@pytest.mark.usefixtures("path")
def test_each_step_is_confirmed(desk: Desk) -> None:
    """After each step the review prints what became of the candidate, and after an undo, which step was undone."""
    with at_terminal(desk, columns=120) as session:
        session.until(PROMPT)
        assert "Accepted ZUB2-01 (Launch a buoy tender" in answer(session, ("a", PROMPT))
        assert "Dropped ZUB2-02" in answer(session, ("d", PROMPT))
        shown = answer(session, ("e due", "  > "), ("2030", PROMPT))
        assert re.search(r"Edited ZUB2-03 .*\s+due: .* → 2030", shown)
        assert "No field changed." in answer(session, ("e due", "  > "), ("2030", PROMPT))
        shown = answer(session, ("m 1", PROMPT))
        assert re.search(r"Merged ZUB2-03 \(.*\) into ZUB2-01 \(Launch a buoy", shown)
        shown = answer(session, ("s", "1: "), ("One", "2: "), ("Two", "3: "), ("", PROMPT))
        assert re.search(r"Split ZUB2-04 \(.*\) into 2 candidates\s+ZUB2-04 \(One\)\s+ZUB2-06 \(Two\)", shown)
        assert "Undid: split ZUB2-04" in answer(session, ("u", PROMPT))


def test_a_later_review_undoes_earlier_steps(path: Path) -> None:
    """A review undoes the steps of an earlier one, back to the first, and the file is as `draft` wrote it."""
    original = path.read_text()
    first = Review(path, TODAY)
    edit = first.begin_edit()
    edit.declare("areas", {"key": "sky", "title": "The sky"})
    edit.set("area", "sky")
    first_step = edit.save()
    assert first_step
    assert first_step.changes == (("area", first_step.changes[0][1], "sky"),)
    steps = [first_step, first.split(["One", "Two"]), first.accept(), first.merge("1"), first.drop()]
    for number, step in enumerate(reversed(steps)):
        assert Review(path, TODAY).undo() == step, number
    assert path.read_text() == original
    assert list(path.parent.iterdir()) == [path]
    with pytest.raises(InputError, match="no step to undo"):
        Review(path, TODAY).undo()


def test_steps_are_lost_if_the_file_was_changed(path: Path) -> None:
    """Steps are not undone if another program changed the draft or the file of steps, which is not overwritten."""
    Review(path, TODAY).accept()
    kept = path.with_name("draft.json.review")
    good = kept.read_text()
    path.write_text(path.read_text() + "\n")
    for content in (
        good,
        "[]",
        good.replace('"steps": [', '"steps": [1, '),
        "\udcff",
        good.replace("commitments", "c"),
    ):
        kept.write_text(content, "utf-8", "surrogateescape")
        with pytest.raises(InputError, match="no step to undo"):
            Review(path, TODAY).undo()
    kept.write_text("my own notes")
    Review(path, TODAY).accept()
    assert kept.read_text() == "my own notes"


def test_a_file_saved_by_an_editor_ends_the_review(desk: Desk, path: Path) -> None:
    """A step on a file that changed meanwhile ends the review with status 2 and keeps the file."""
    with at_terminal(desk) as session:
        session.until(PROMPT)
        answer(session, ("a", PROMPT))
        edited = path.read_text().replace("Hold the", "Hold a")
        path.write_text(edited)
        session.type("a\r")
        rest = session.rest()
        assert session.status == 2
    assert "another program changed the file" in rest
    assert path.read_text() == edited


def test_a_wrong_answer_is_asked_again(desk: Desk, path: Path) -> None:
    """After an invalid answer the review explains it and asks again; the file is unchanged."""
    before = path.read_bytes()
    with at_terminal(desk) as session:
        session.until(PROMPT)
        for line, says in (
            ("xyz", "there is no step"),
            ("e colour", "there is no field"),
            ("e titel", "did you mean title?"),
            ("acept", "did you mean accept?"),
            ("due", "type edit due"),
            ("drop 3", "unexpected argument '3'"),
            ("m", "no candidate before"),
        ):
            assert says in answer(session, (line, PROMPT))
        assert "no step to undo" not in answer(session, ("", PROMPT))
        assert "no step to undo" in answer(session, ("u", PROMPT))
        assert "the first candidate" in answer(session, ("b", PROMPT))
        assert "two titles" in answer(session, ("s", "1: "), ("One", "2: "), ("", PROMPT))
        assert "write one of" in answer(session, ("e strength", "  > "), ("strong", "  > "))
        answer(session, ("", PROMPT))
        assert "there is no area 'sky' in the draft" in answer(session, ("e area", "  > "), ("sky", "  > "))
        assert "type edit title" in answer(session, ("titel", "  > "))
        answer(session, ("+sky", "title: "))
        assert "there is no area '+sky' in the draft" in answer(session, ("", "  > "))
        assert "nothing" not in answer(session, ("", PROMPT))
    assert path.read_bytes() == before


def test_hostile_text_does_no_harm(desk: Desk, path: Path) -> None:
    """Control characters in the file do not reach the terminal, neither in the card nor in the editing prompt."""
    document = drafted.document()
    hostile = "\x1b]0;owned\x07\x9b2J\u202eevil [bold]b[/bold]\r:smile:"
    candidate = document["commitments"][0]
    draft = candidate["draft"]
    candidate["detail"] = draft["sentence"] = draft["why"] = f"Launch {hostile}"
    candidate["title"] = title = candidate["detail"].replace("\r", " ")
    path.write_text(json.dumps(document, indent=2))
    with at_terminal(desk, columns=60) as session:
        shown = session.until(PROMPT)
        shown += answer(session, ("e title", "  > "))
        session.type("\x1b[A\r")  # the arrow up
        shown += session.until(PROMPT)
        shown += answer(session, ("a", PROMPT))
        session.type("q\r")
        shown += session.rest()
    assert "\\x1b]0;owned\\x07" in shown
    assert "[bold]b[/bold]" in shown
    assert not re.search("\x1b\\]|\x07.*owned|\x9b|\u202e", shown.replace("\x1b[A", ""))
    assert json.loads(path.read_text())["commitments"][0]["title"] == title


def test_the_old_text_can_be_edited(desk: Desk, path: Path) -> None:
    """The up arrow recalls the value of a field, so that a long title can be edited in place."""
    with at_terminal(desk) as session:
        session.until(PROMPT)
        answer(session, ("e title", "  > "), ("\x1b[A on an island", PROMPT))
    title = by_ref(json.loads(path.read_text()))["01"]["title"]
    assert title == "Launch a buoy tender and host a workshop on an island"


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_narrow_terminal_without_colour_shows_all(desk: Desk, env: dict[str, str]) -> None:
    """At 60 columns no line is longer and no word is broken, and the marked words are visible without color."""
    with at_terminal(desk, columns=60, **env) as session:
        shown = session.until(PROMPT) + answer(session, ("e due", "  > "), ("", PROMPT))
    text = shown.replace("\r\n", "\n").replace("\x1b[?2004h", "").replace("\x1b[?2004l", "")
    assert "\x1b[" not in text
    assert max(len(line) for line in text.split("\n")) <= 60
    start, end = "><" if env.get("TERM") else "▸◂"
    assert re.search(f"{start}launch a buoy tender by 2028 and host a\\s+workshop{end}", text)


def test_invalid_bytes_are_refused(desk: Desk, path: Path) -> None:
    """Input in another encoding than the terminal's is reported and not saved."""
    with at_terminal(desk, LC_ALL="C") as session:
        session.until(PROMPT)
        answer(session, ("e title", "  > "))
        session.type("caf\udce9\r")
        assert "an invalid character" in session.until("  > ")
        session.type("\r")
        session.until(PROMPT)
        session.type("q\r")
        assert "Traceback" not in session.rest()
        assert session.status == 0
    assert json.loads(path.read_text()) == drafted.document()


def test_input_that_cannot_be_decoded_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Input that is not valid UTF-8 raises an InputError with a remedy."""

    def typed(_: str) -> str:
        return b"\xe9".decode("utf-8")

    monkeypatch.setattr("builtins.input", typed)
    with pytest.raises(InputError, match="not valid UTF-8"):
        prompt.ask("> ")
