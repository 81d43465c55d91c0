"""Citations of commitments: the title, the source, the status on a day, and the record that it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from spacedialog.model.dates import readable
from spacedialog.model.entry import CHECK, CREATE
from spacedialog.model.fold import closing_day
from spacedialog.model.rows.record import Detail
from spacedialog.model.rows.report import Report
from spacedialog.model.values import citation_text, is_web_address
from spacedialog.model.vocabulary import Status
from spacedialog.presentation.phrases import NO_EVIDENCE, joined, log_line, sentences
from spacedialog.presentation.tables import Column, Table
from spacedialog.presentation.views import Block, View


class Citation(NamedTuple):
    """The citation of a commitment in parts, and as one line in `text`.

    `when` is the EDTF date of the dialogue. `source` is the dialogue and the first document with the place in it, and
    `url` the document's web address. `known` is the status on the day `as_of`, and the record with its fingerprint.
    """

    ref: str
    title: str
    when: str
    source: str
    url: str
    as_of: str
    status: str
    evidence: tuple[str, ...]
    known: str
    fingerprint: str
    text: str


def citation_maker(report: Report) -> Callable[[Detail], Citation]:
    """Return the function that returns the citation of a commitment of the report."""
    fingerprint = report.fingerprint and f"fingerprint {report.fingerprint}"
    # All citations name the same record, and counting its internal entries is slow.
    log = f"spacedialog record: {'; '.join(filter(None, (log_line(report), fingerprint)))}"
    return partial(_citation, report, log)


def _citation(report: Report, log: str, detail: Detail) -> Citation:
    row = detail.commitment
    meeting: Mapping[str, Any] = next((one for one in report.dialogues if one.get("key") == row.dialogue), {})
    cited: Mapping[str, Any] = next(iter(detail.sources), {"document": ""})
    place = citation_text({**cited, "document": cited.get("title") or cited["document"], "grade": None})
    source = ", ".join(filter(None, (meeting.get("title"), readable(meeting.get("when") or ""), place)))
    url = cited.get("url") if is_web_address(cited.get("url") or "") else ""
    status = row.status.replace("-", " ") + ("" if row.percent is None else f" {row.percent}%")
    evidence = _status_evidence(detail)
    if row.status == Status.UNKNOWN:
        status += f": last checked {detail.checked_on}" if detail.checked_on else ": not checked"
    else:
        status += f", evidence: {joined(evidence) or NO_EVIDENCE}"
    known = sentences(f"As of {report.as_of}, status {status}", log)
    return Citation(
        row.ref,
        row.title,
        meeting.get("when") or "",
        source,
        url or "",
        report.as_of,
        row.status,
        evidence,
        known,
        report.fingerprint,
        sentences(f"{row.ref} \u201c{row.title}\u201d", source, url, known),
    )


def _status_evidence(detail: Detail) -> tuple[str, ...]:
    """Return the newest evidence of the entries that set the status or, if they have none, of the entries since."""
    entries = [row for row in detail.history if row.ref == detail.commitment.ref and row.kind != CHECK]
    entries = [row for row in entries if not row.retracted and not row.ignored]
    status, found, since = "", tuple[str, ...](), tuple[str, ...]()
    for row in sorted(entries, key=lambda row: (row.kind != CREATE, closing_day(row.on), row.recorded_at, row.id)):
        if row.changed.get("status", status) != status:
            found = since = ()
        if "status" in row.changed:
            status, found = row.changed["status"], row.evidence or found
        since = row.evidence or since
    return found or since


def citations(report: Report) -> View:
    """Return the citations of all commitments of the report."""
    rows = list(map(citation_maker(report), report.commitments))
    text = Column("Citation", lambda row: row.text, wide=True, field="text")
    table = Table("citations", Citation._fields, rows, (text,), "", dates=("when",))
    return View("citations", rows, table, (Block("", tuple(row.text for row in rows)),))


def date_parts(when: str) -> list[list[int]]:
    """Return the known parts of an EDTF date, year first: one list for a date, two for an interval.

    An interval with an open side has none.
    """
    ends = [re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", end) for end in when.split("/")]
    known = [[int(part) for part in end.groups() if part] for end in ends if end]
    # The numbers from 21 are seasons, quarters and halves, not months.
    return [parts if parts[1:2] < [13] else parts[:1] for parts in known] if len(known) == len(ends) else []


def is_certain(when: str) -> bool:
    """Return whether an EDTF date is neither approximate nor uncertain."""
    return not re.search("[~?%]", when)
