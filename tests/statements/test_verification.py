"""Tests of `verify-source`: sources compared with a copy of the text that is re-wrapped, reordered, edited or cut."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacedialog.model.rows.drafting import VerifiedRow
from spacedialog.presentation.verification import sources
from spacedialog.statements import prose, verification
from spacedialog.statements.citations import Cited
from spacedialog.statements.wording import changed_words
from tests.support import drafted
from tests.support.program import Desk

HEAD, FIRST, SECOND, THIRD = drafted.TEXT.rstrip().split("\n\n")
TENDER, SSO, BOTH = prose.read(drafted.TEXT, "text").sentences[2:5]


@pytest.fixture(scope="module")
def recorded_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose record contains all commitments of the draft."""
    desk = Desk(tmp_path_factory.mktemp("kept"))
    (desk.folder / "draft.json").write_text(drafted.text_of(drafted.document(*["accepted"] * 5)))
    assert desk.call("import", "draft.json", "--without-built-in").status == 0
    return desk


def verified(desk: Desk, text: str, *arguments: str, source: str = "ZUB2", name: str = "copy.txt") -> dict[str, Any]:
    """Write the copy, and return the rows of `verify-source` by the last digit of their refs."""
    (desk.folder / name).write_text(text, "utf-8")
    ran = desk.call("verify-source", source, name, "--json", *arguments)
    assert ran.status == 0, ran.stderr
    return {row["ref"][-1]: row for row in ran.data}


def verdicts(rows: dict[str, Any]) -> str:
    """Return the verdicts in the order of the commitments."""
    return " ".join(rows[number]["verdict"] for number in sorted(rows))


def rewrapped(text: str) -> str:
    """Return the text with its paragraphs wrapped to lines of 40 characters."""
    paragraphs = []
    for paragraph in text.strip().split("\n\n"):
        lines: list[str] = []
        line = ""
        for word in paragraph.split():
            if len(line) + len(word) > 40:
                lines, line = [*lines, line], ""
            line = f"{line}  {word}".strip()
        paragraphs.append("\n".join([*lines, line]))
    return "\n\n\n".join(paragraphs)


def requoted(text: str) -> str:
    """Return the text with the quotation marks, hyphens and spaces of a word processor."""
    return text.replace('"open"', "\u201copen\u201d").replace(" dialogue", "\u00a0dialogue").replace("-", "\u2011")


def as_html(text: str) -> str:
    """Return the text as a web page."""
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text.strip().split("\n\n")[1:])
    return f"<!doctype html><html><body><nav><a href='/'>Home</a></nav><article>{paragraphs}</article></body></html>"


@pytest.mark.parametrize("changed", [str, rewrapped, requoted, lambda text: text.replace("\n", "\r\n"), as_html])
def test_another_layout_is_the_same_text(recorded_desk: Desk, changed: Callable[[str], str]) -> None:
    """Line breaks, spaces, the form of quotation marks and the file type make no difference."""
    rows = verified(recorded_desk, changed(drafted.TEXT))
    assert verdicts(rows) == "same same same same same"
    assert {row["similarity"] for row in rows.values()} == {1.0}
    assert rows["3"] | {"title": ""} == {
        "ref": "ZUB2-03",
        "title": "",
        "verdict": "same",
        "document": "JS",
        "paragraph": "2",
        "sentence": 3,
        "found_paragraph": "2",
        "found_sentence": 3,
        "similarity": 1.0,
        "text": "Both sides welcomed the signing of a memorandum on rescue.",
        "quote": None,
        "changes": None,
    }


def test_a_moved_sentence_is_found(recorded_desk: Desk) -> None:
    """In a reordered text each sentence is reported with its new place."""
    swapped = "\n\n".join([HEAD, FIRST, THIRD.replace("3.", "2."), SECOND.replace("2.", "3.")])
    rows = verified(recorded_desk, swapped)
    assert verdicts(rows) == "moved moved moved moved moved"
    assert [(row["found_paragraph"], row["found_sentence"]) for row in rows.values()] == [
        *(("3", 1), ("3", 2), ("3", 3), ("2", 1), ("2", 2)),
    ]


def test_an_edited_sentence_is_shown(recorded_desk: Desk) -> None:
    """For an edited sentence the most similar one is shown with its similarity; the others are the same."""
    rows = verified(recorded_desk, drafted.TEXT.replace("explore a joint lunar relay", "explore one lunar relay each"))
    assert verdicts(rows) == "same same same changed same"
    assert rows["4"]["text"] == "The two sides agreed to explore one lunar relay each."
    assert 0.5 <= rows["4"]["similarity"] < 1
    assert (rows["4"]["found_paragraph"], rows["4"]["found_sentence"]) == ("3", 1)


def test_an_edited_and_moved_sentence_is_shown(recorded_desk: Desk) -> None:
    """A sentence that was edited and moved is found at its new place, not confused with the one at its old place."""
    text = drafted.TEXT.replace(f"{TENDER.text} ", "") + "\n4. Zubrowka will launch two buoy tenders by 2029.\n"
    rows = verified(recorded_desk, text)
    assert verdicts(rows) == "changed moved moved same same"
    assert (rows["1"]["found_paragraph"], rows["1"]["found_sentence"]) == ("4", 1)


def test_a_deleted_sentence_is_missing(recorded_desk: Desk) -> None:
    """A deleted sentence is missing, even if the sentence of another commitment has taken its place."""
    rows = verified(recorded_desk, drafted.TEXT.replace(f"{TENDER.text} ", ""))
    assert verdicts(rows) == "missing moved moved same same"
    assert (rows["1"]["found_paragraph"], rows["1"]["similarity"], rows["1"]["text"]) == (None, None, None)
    rows = verified(recorded_desk, "\n\n".join([HEAD, FIRST, SECOND]))
    assert verdicts(rows) == "same same same missing missing"


def test_a_replaced_sentence_has_changed(recorded_desk: Desk) -> None:
    """If no sentence is similar, the one at the same place is shown as changed, with its low similarity."""
    rows = verified(recorded_desk, drafted.TEXT.replace(TENDER.text, "Nobody said a thing."))
    assert verdicts(rows) == "changed same same same same"
    assert rows["1"]["text"] == "Nobody said a thing."
    assert rows["1"]["similarity"] < 0.5


@pytest.mark.parametrize(("text", "status"), [(drafted.TEXT, 0), (drafted.TEXT.replace("rescue", "relief"), 1)])
def test_the_exit_status_reports_differences(recorded_desk: Desk, text: str, status: int) -> None:
    """With `--exit-code` the status is 1 if a sentence changed or is missing; the rows are printed all the same."""
    ran = recorded_desk.run("verify-source", "ZUB2", "-", "--exit-code", "-f", "plain", stdin=text)
    assert (ran.status, len(ran.rows)) == (status, 6)
    assert recorded_desk.run("verify-source", "ZUB2", "-", "-f", "plain", stdin=text).status == 0


@pytest.mark.parametrize("format_", ["table", "plain", "json", "jsonl", "csv", "md", "html"])
def test_every_format_has_the_rows(recorded_desk: Desk, format_: str) -> None:
    """Every format has the rows; table, Markdown and HTML also have the counts."""
    (recorded_desk.folder / "copy.txt").write_text(drafted.TEXT)
    shown = recorded_desk.call("verify-source", "ZUB2", "copy.txt", "-f", format_).stdout
    assert "ZUB2-05" in shown
    assert ("5 same" in shown) == (format_ in ("table", "md", "html"))
    assert recorded_desk.call("verify-source", "ZUB2", "copy.txt", "-o", "rows.xlsx").status == 0


# Quotes


def with_quote(quote: str, copy: str = drafted.TEXT, *, hash_: str | None = None, place: int | None = 2) -> VerifiedRow:
    """Verify a quote, recorded at the second sentence of paragraph 2, with the copy."""
    paragraph = "2" if place else None
    cited = Cited("ZUB2-02", "Share open radar images", "JS", paragraph, place, hash_, quote, True, quote)
    (row,) = verification.verify([cited], prose.read(copy, "text").sentences)
    return row


@pytest.mark.parametrize(
    ("quote", "verdict", "number"),
    [
        (SSO.text, "same", 2),
        (requoted(SSO.text), "same", 2),
        ("intends to  share its \u201copen\u201d radar images", "same", 2),
        (f"{SSO.text} {BOTH.text}", "same", 2),
        (BOTH.text, "moved", 3),
    ],
)
def test_a_quote_in_the_copy_has_not_changed(quote: str, verdict: str, number: int) -> None:
    """A quote is in the copy if a sentence, or several of a paragraph, contain its words in a row."""
    row = with_quote(quote)
    assert (row.verdict, row.found_paragraph, row.found_sentence, row.changes) == (verdict, "2", number, None)
    assert row.quote == quote
    assert with_quote(quote, place=None).verdict == "same"


def test_a_changed_quote_is_compared_word_by_word() -> None:
    """For a quote whose sentence was edited the old and the new words are marked."""
    row = with_quote(SSO.text, drafted.TEXT.replace("intends to share its", "will share all its").replace("radar ", ""))
    assert row.verdict == "changed"
    assert row.changes == (
        'The Syldavian Space Office (SSO) [-intends to-] {+will+} share {+all+} its "open" [-radar-] images with'
        " Zubrowka."
    )
    assert not row.is_found


def test_a_quote_that_differs_from_its_sentence_is_reported() -> None:
    """A quote that differs from the sentence of its hash is a difference; the verdict on the sentence stays `same`."""
    row = with_quote(SSO.text.replace("intends", "promises"), hash_=prose.fingerprint(SSO.text))
    assert (row.verdict, row.found_sentence, row.similarity) == ("same", 2, 1.0)
    assert row.changes
    assert "[-promises-] {+intends+}" in row.changes
    assert not row.is_found


def test_a_missing_quote_is_shown_with_the_nearest_sentence() -> None:
    """A quote that is not in the copy is missing, and is shown with the nearest sentence."""
    copy = "1. The Syldavian Space Office met.\n\n2. They ate well.\n"
    row = with_quote(SSO.text, copy)
    assert (row.verdict, row.text, row.changes) == ("missing", "The Syldavian Space Office met.", None)
    assert row.similarity is not None
    assert row.similarity < verification.NEAR
    (cell,) = (column.cell(row) for column in sources([row]).columns if column.heading == "Sentence of the copy")
    assert cell == f"quote: \u201c{SSO.text}\u201d; nearest sentence: The Syldavian Space Office met."


def test_a_data_file_may_have_an_ending_in_capital_letters(tmp_path: Path) -> None:
    """A file named `DRAFT.JSON` is a data file, not the key of a dialogue."""
    (tmp_path / "DRAFT.JSON").write_text(drafted.text_of(drafted.document()))
    assert "same" in verdicts(verified(Desk(tmp_path), drafted.TEXT, source="DRAFT.JSON"))


def test_the_quotes_of_a_record_are_compared(tmp_path: Path) -> None:
    """A recorded quote and the sentence of a draft are compared with the copy, and the marks are explained."""
    desk = Desk(tmp_path)
    document = drafted.document()
    for commitment, sentence in zip(document["commitments"], (TENDER, SSO, BOTH), strict=False):
        commitment["quote"] = sentence.text
        del commitment["sources"][0]["hash"]
    (tmp_path / "d.json").write_text(json.dumps(document))
    edited = drafted.TEXT.replace("by 2028", "by 2030")
    from_file = verified(desk, edited, source="d.json")
    assert desk.call("import", "d.json", "--without-built-in").status == 0
    rows = verified(desk, edited)
    assert verdicts(rows) == verdicts(from_file) == "changed same same same same"
    assert "tender by [-2028-] {+2030+} and" in rows["1"]["changes"]
    assert rows["1"]["changes"] == from_file["1"]["changes"]
    shown = desk.call("verify-source", "ZUB2", "copy.txt", "-f", "md").stdout
    assert "only in the quote" in shown


@given(st.lists(st.sampled_from(["a", "b", "c."]), min_size=1), st.lists(st.sampled_from(["a", "b", "c."]), min_size=1))
def test_the_marks_restore_both_versions(old: list[str], new: list[str]) -> None:
    """Without the marked old words the text is the new version, and without the new words the old one."""
    marked = changed_words(" ".join(old), " ".join(new))
    kept = re.sub(r"\[-.*?-\]", "", marked).replace("{+", "").replace("+}", "")
    former = re.sub(r"\{\+.*?\+\}", "", marked).replace("[-", "").replace("-]", "")
    assert (former.split(), kept.split()) == (old, new)


# The choice of document and dialogue


def test_a_source_without_a_hash_is_shown_with_its_place(tmp_path: Path, ruritania: bytes) -> None:
    """A source without a hash is unpinned, and shown with the most similar sentence of its paragraph, or with none."""
    desk = Desk(tmp_path)
    (tmp_path / "record.json").write_bytes(ruritania)
    assert desk.call("import", "record.json", "--without-built-in").status == 0
    rows = verified(
        desk,
        "1. The parties met in Strelsau. A seismometer of Graustark will fly to the Moon.\n\n2. They ate.\n",
        source="rur1",
    )
    assert verdicts(rows) == "unpinned unpinned unpinned unpinned unpinned"
    assert (rows["1"]["found_paragraph"], rows["1"]["found_sentence"]) == ("1", 2)
    assert rows["5"]["text"] is None
    assert desk.call("verify-source", "RUR1", "copy.txt", "--exit-code").status == 0


def test_the_document_with_hashes_is_chosen(tmp_path: Path) -> None:
    """Of several documents the one with hashes is verified; if none or several have them, one must be named."""
    desk = Desk(tmp_path)
    document = drafted.document()
    document["documents"].append({"key": "MN", "title": "Media note"})
    document["commitments"][0]["sources"].append({"document": "MN", "paragraph": "7"})
    (tmp_path / "d.json").write_text(json.dumps(document))
    (tmp_path / "copy.txt").write_text(drafted.TEXT)
    assert desk.call("import", "d.json", "--without-built-in").status == 0
    assert verdicts(verified(desk, drafted.TEXT)) == "same same same same same"
    assert verdicts(verified(desk, drafted.TEXT, "--document", "mn")) == "unpinned"
    for commitment in document["commitments"]:
        for source in commitment["sources"]:
            source.pop("hash", None)
    (tmp_path / "d.json").write_text(json.dumps(document))
    assert desk.call("import", "d.json").status == 0
    ran = desk.call("verify-source", "ZUB2", "copy.txt")
    assert (ran.status, "--document JS" in ran.stderr) == (2, True)
    assert desk.call("verify-source", "ZUB2", "copy.txt", "--document", "X").status == 2


@pytest.mark.parametrize(
    ("arguments", "text", "status"),
    [(["X9"], b"A b.", 3), (["ZUB2"], b"", 2), (["ZUB2"], b"caf\xe9.", 2), (["x.json"], b"A b.", 2)],
)
def test_invalid_arguments_are_refused(recorded_desk: Desk, arguments: list[str], text: bytes, status: int) -> None:
    """An unknown dialogue, an empty text and a text in another encoding are refused with a remedy."""
    (recorded_desk.folder / "copy.txt").write_bytes(text)
    ran = recorded_desk.call("verify-source", *arguments, "copy.txt")
    assert (ran.status, ran.stdout) == (status, "")
    assert ran.stderr.splitlines()[-1].startswith("  ")


def test_the_encoding_can_be_named(recorded_desk: Desk) -> None:
    """A copy is read in the encoding that `--encoding` names."""
    (recorded_desk.folder / "copy.txt").write_bytes(drafted.TEXT.replace("Lutz", "L\u00fctz").encode("latin-1"))
    ran = recorded_desk.call("verify-source", "ZUB2", "copy.txt", "--encoding", "latin-1", "--json")
    assert {row["verdict"] for row in ran.data} == {"same"}


# Before the import


def test_a_draft_can_be_verified_before_its_import(tmp_path: Path) -> None:
    """A data file is verified like a record, without its dropped candidates; its sentences give the similarity."""
    desk = Desk(tmp_path)
    (tmp_path / "d.json").write_text(drafted.text_of(drafted.document("-", "dropped")))
    text = drafted.TEXT.replace("Both sides welcomed the signing", "All sides greeted the signing")
    rows = verified(desk, text, source="d.json")
    assert {number: row["verdict"] for number, row in rows.items()} == {
        **{"1": "same", "3": "changed", "4": "same", "5": "same"},
    }
    assert rows["3"]["similarity"] == pytest.approx(2 * 8 / 20, abs=0.01)
    assert not desk.db.exists()


def test_an_invalid_data_file_is_refused(tmp_path: Path) -> None:
    """A data file that cannot be imported is refused with its problems; so is an exported log."""
    desk = Desk(tmp_path)
    document = drafted.document()
    document["commitments"][0]["due"] = "2026-13"
    (tmp_path / "d.json").write_text(json.dumps(document))
    (tmp_path / "log.json").write_text('{"format": "spacedialog-log/1", "changes": []}')
    (tmp_path / "copy.txt").write_text(drafted.TEXT)
    assert "commitments[0].due" in desk.call("verify-source", "d.json", "copy.txt").stderr
    commitments = document.pop("commitments")
    (tmp_path / "d.jsonl").write_text("\n".join(json.dumps(part) for part in (document, *commitments)))
    ran = desk.call("verify-source", "d.jsonl", "copy.txt")
    assert (ran.status, "line 2.due" in ran.stderr) == (2, True)
    ran = desk.call("verify-source", "log.json", "copy.txt")
    assert (ran.status, "exported log" in ran.stderr) == (2, True)


# Properties


@given(st.permutations(range(1, 8)), st.sets(st.integers(0, 6)))
def test_every_remaining_sentence_is_found(order: list[int], cut: set[int]) -> None:
    """In a shuffled and cut text, a pinned sentence is the same or moved exactly if it is in the copy."""
    texts = [f"The party number {name} will build a {name} of its own." for name in "abcdefg"]
    cited = [
        Cited(f"X-{number}", "Build", "JS", "1", number, prose.fingerprint(text), text, is_whole=True)
        for number, text in enumerate(texts, 1)
    ]
    copy = [
        prose.Sentence("1", place, texts[number - 1], "")
        for place, number in enumerate(order, 1)
        if number - 1 not in cut
    ]
    for row, source in zip(verification.verify(cited, copy), cited, strict=True):
        places = [sentence.number for sentence in copy if sentence.text == source.words]
        expected = "missing" if not places else "same" if places == [source.sentence] else "moved"
        assert row.verdict == expected
        assert row.found_sentence == (places[0] if places else None)
