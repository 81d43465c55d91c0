"""Tests of citations: their contents, and their formats as other parsers read them."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest

from spacedialog.presentation.citation import Citation, citation_maker, citations, date_parts
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render import bibtex, csl_json
from spacedialog.render.formats import Settings
from spacedialog.tracker import Tracker
from tests.support.hostile import HOSTILE
from tests.support.program import Desk

Entries = dict[str, dict[str, str]]


def bibtex_entries(text: str) -> Entries:
    """Return the fields of BibTeX entries by key; braces are counted as BibTeX counts them, and all must match."""
    entries: Entries = {}
    position = 0
    while position < len(text):
        head = re.compile(r"@misc\{([^,\s{}%#\"'=\\~]+),\n").match(text, position)
        assert head
        position, fields = head.end(), {}
        while field := re.compile(r"  ([a-z]+) = \{").match(text, position):
            start = end = field.end()
            depth = 1
            while depth:
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                end += 1
            assert text[end : end + 2] == ",\n"
            fields[field[1]] = text[start : end - 1]
            position = end + 2
        assert text[position : position + 2] == "}\n"
        position += 2
        assert head[1] not in entries
        entries[head[1]] = fields
    return entries


def text_of(module: Any, view: Table | View) -> str:
    """Return the view as a module of render/ writes it."""
    out = io.StringIO(newline="")
    module.write(view, out, Settings())
    return out.getvalue()


def line(tracker: Tracker, ref: str) -> str:
    """Return the citation of a commitment in one line."""
    report = tracker.cite([ref])
    return citation_maker(report)(report.commitments[0]).text


def test_a_citation_states_status_and_record(tracker: Tracker) -> None:
    """A citation has ref, title, dialogue, document, status, evidence and day, and a fingerprint that verifies."""
    tracker.mark("1", "in-progress", percent=40, evidence=["https://example.org/1", "Cable 12"])
    text = line(tracker, "1")
    assert text.startswith("RUR1-01 \u201c")
    assert ". As of 2026-12-01, status in progress 40%, evidence: https://example.org/1; Cable 12. " in text
    fingerprint = text.rpartition(" ")[2]
    assert tracker.verify_fingerprint(fingerprint).holds
    assert fingerprint == tracker.fingerprint().fingerprint == tracker.report().fingerprint


def test_unknown_is_cited_as_not_checked(tracker: Tracker) -> None:
    """An unknown status is never cited as not started, and a status without evidence says so."""
    assert "status unknown: not checked. " in line(tracker, "2")
    tracker.check("2", note="Asked the agency")
    assert "status unknown: last checked 2026-12-01. " in line(tracker, "2")
    tracker.mark("2", "complete")
    assert "status complete, evidence: no evidence recorded. " in line(tracker, "2")


def test_evidence_is_that_of_the_status(tracker: Tracker) -> None:
    """The evidence is that of the entry that set the status; that of a later note counts only if there is none."""
    tracker.mark("2", "in-progress", evidence="Cable 1")
    tracker.mark("2", "stalled", evidence="Cable 2")
    tracker.note("2", "A rumour", evidence="Cable 3")
    assert "status stalled, evidence: Cable 2. " in line(tracker, "2")
    tracker.mark("2", "complete")
    tracker.note("2", "The report", evidence="Cable 4")
    assert "status complete, evidence: Cable 4. " in line(tracker, "2")
    tracker.undo()
    tracker.undo()
    assert "status stalled, evidence: Cable 2. " in line(tracker, "2")


def test_the_command_writes_each_format(desk: Desk) -> None:
    """Text is the default, also for a pipe; .bib and --format select the others, all in the order of the refs."""
    plain = desk.call("cite", "33", "ROK4-31", "33").stdout.splitlines()
    assert [row.split()[0] for row in plain] == ["ROK4-33", "ROK4-31"]
    assert desk.call("cite", "33", "31", "-f", "plain").stdout.splitlines() == plain
    assert [row["text"] for row in desk.call("cite", "33", "31", "--json").data] == plain
    assert desk.call("cite", "33", "-f", "md").stdout.startswith("- ROK4-33 ")
    assert desk.call("cite", "33", "31", "-o", "a.bib").status == 0
    assert list(bibtex_entries((desk.folder / "a.bib").read_text("utf-8"))) == ["ROK4-33", "ROK4-31"]
    items = json.loads(desk.call("cite", "33", "31", "-f", "csl-json").stdout)
    assert [item["id"] for item in items] == ["ROK4-33", "ROK4-31"]
    assert items[0]["issued"] == {"date-parts": [[2025, 4, 14]]}
    assert desk.call("cite", "33", "--fields", "ref,as_of").stdout == "ref\tas_of\nROK4-33\t2026-11-22\n"


def test_a_citation_is_of_the_day_that_is_asked_for(desk: Desk) -> None:
    """With --as-of, the status is that of the day; a commitment that did not exist then is not found."""
    desk.call("mark", "33", "complete", "--on", "2026-11-20", "--evidence", "Cable 1")
    assert (
        "As of 2026-11-21, status complete, evidence: Cable 1"
        in desk.call("cite", "33", "--as-of", "2026-11-21").stdout
    )
    assert "Cable 1" not in desk.call("cite", "33", "--as-of", "2026-11-19").stdout
    assert desk.call("cite", "33", "--as-of", "2001-01-01").status == 3


def test_other_views_have_no_citations(desk: Desk) -> None:
    """The formats for citations refuse any other view with a remedy, and --fields."""
    for format_ in ("bibtex", "csl-json"):
        refused = desk.call("list", "-f", format_)
        assert (refused.status, refused.stdout) == (2, "")
        assert "use cite" in refused.stderr
        assert desk.call("cite", "33", "-f", format_, "--fields", "ref").status == 2


@pytest.mark.parametrize(
    ("when", "parts"),
    [
        ("2025-04-14", [[2025, 4, 14]]),
        ("2025-04~", [[2025, 4]]),
        ("2025-21", [[2025]]),
        ("2025-10/2026-03", [[2025, 10], [2026, 3]]),
        ("2025-12-15/2025-12-16", [[2025, 12, 15], [2025, 12, 16]]),
        ("2025/..", []),
        ("", []),
    ],
)
def test_only_the_known_parts_of_a_date_are_cited(when: str, parts: list[list[int]]) -> None:
    """A vague date has no month or day that was not recorded, and one that is not certain is marked."""
    assert date_parts(when) == parts
    row = Citation("R-1", "T", when, "S", "", "2026-12-01", "unknown", (), "k", "f", "t")
    view = View("citations", [row], citations_table(row), ())
    (item,) = json.loads(text_of(csl_json, view))
    assert item.get("issued", {}).get("date-parts", []) == parts
    assert ("circa" in item.get("issued", {})) == (when == "2025-04~")
    (entry,) = bibtex_entries(text_of(bibtex, view)).values()
    assert entry.get("year") == (None if when in ("2025-04~", "2025-10/2026-03", "2025/..", "") else "2025")


def citations_table(*rows: Citation) -> Table:
    """Return a table of citations."""
    return Table("citations", Citation._fields, rows, (), "")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_of_others_stays_text(text: str) -> None:
    """No text ends a field of BibTeX, is a command of LaTeX, or is markup for a citation processor."""
    row = Citation(text, text, text, text, f"https://example.org/{text}", "2026-12-01", text, (text,), text, text, text)
    view = View("citations", [row], citations_table(row), ())
    (fields,) = bibtex_entries(text_of(bibtex, view)).values()
    assert fields.keys() == {"title", "howpublished", "url", "note"}
    note = re.sub(r"\\(text[a-z]+\{\}|[$&%#_])", "", fields["note"])
    assert not set(note) & set("\\{}$&%#_~^")
    (item,) = json.loads(text_of(csl_json, view))
    assert not re.search("</?[a-z]", "".join(item[name] for name in ("title", "note", "container-title")))
    for written in (text_of(bibtex, view), text_of(csl_json, view)):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", written)


def test_the_view_of_a_report_has_every_commitment(tracker: Tracker) -> None:
    """The citations of a report are those of its commitments, in its order."""
    report = tracker.report()
    assert [row.ref for row in citations(report).data] == [detail.commitment.ref for detail in report.commitments]


def test_an_address_in_csl_json_is_not_changed_into_another() -> None:
    """A sign that a citation processor would read as markup is percent-encoded in an address."""
    row = Citation("R-1", "T", "2025", "S", "https://a.example/<b>", "2026-12-01", "unknown", (), "k", "f", "t")
    (item,) = json.loads(text_of(csl_json, View("citations", [row], citations_table(row), ())))
    assert item["URL"] == "https://a.example/%3Cb>"
