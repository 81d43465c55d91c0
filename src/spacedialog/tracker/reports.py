"""The use cases that summarize a record: briefs, reports, comparisons and assessments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from spacedialog.errors import ReadOnlyError
from spacedialog.model.filters import OneOf
from spacedialog.model.position import NOW, Scope, Since
from spacedialog.model.progress import Progress, silent
from spacedialog.store.read.selection import ALL_COMMITMENTS, Selection, find_value
from spacedialog.tracker.record import Record

if TYPE_CHECKING:
    from spacedialog.analysis.checkpoint import Checkpoint
    from spacedialog.model.rows.assessment import Agreement, Crosswalk
    from spacedialog.model.rows.compare import Comparison
    from spacedialog.model.rows.record import CalendarEvent, Coverage
    from spacedialog.model.rows.report import Brief, Report, SiteRecord
    from spacedialog.store.read.snapshot import Snapshot

DAYS_AHEAD = 60
"""The number of days ahead that a brief covers by default."""

PERIOD_DAYS = 90
"""The number of days before a report whose completions it lists by default, and after it whose dates it lists."""


def _shifted(day: date, days: int) -> date:
    """Return the day `days` later, limited to the years that `date` supports."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal() + 2), date.max.toordinal()))


class Reports(Record):
    """The use cases that summarize a record; `scope` limits the record that they read."""

    def coverage(self, *, scope: Scope = NOW) -> Coverage:
        """Return how much of the record has been checked."""
        with self.snapshot(scope) as snapshot:
            return snapshot.coverage()

    def checkpoint(self, name: str, *, public: bool = False) -> Checkpoint:
        """Return the checkpoint of that name, for `brief`; InputError for an invalid name.

        Briefs on the public record have checkpoints of their own.
        """
        from spacedialog.analysis.checkpoint import Checkpoint

        if self.read_only:
            raise ReadOnlyError("the record")
        return Checkpoint(self.path, name, public=public or self.public)

    def brief(
        self,
        since: date | None = None,
        *,
        checkpoint: Checkpoint | None = None,
        until: date | None = None,
        scope: Scope = NOW,
    ) -> Brief:
        """Return the news since a day, and the next dates up to `until`.

        Without `since`, the news begins at the checkpoint, and without that, at the beginning of the record. A new
        checkpoint begins now. Call `checkpoint.save()`, and the next brief begins where this one ends.
        """
        from spacedialog.analysis.brief import brief

        with self.snapshot(scope) as snapshot:
            if since is not None:
                start = Since.from_day(since)
            else:
                start = checkpoint.since(snapshot) if checkpoint else Since()
            if checkpoint:
                checkpoint.reach(self.today, snapshot.position())
            return brief(snapshot, start, until=until or _shifted(snapshot.day, DAYS_AHEAD))

    def report(
        self,
        selection: Selection = ALL_COMMITMENTS,
        *,
        sort: str = "ref",
        since: date | None = None,
        scope: Scope = NOW,
        watch: Progress = silent,
    ) -> Report:
        """Return the details of the selected commitments, and the completions since a day, by default 90 days ago.

        A report on whole dialogues also compares the newest of them with the one before it.
        """
        from spacedialog.analysis.brief import add_period
        from spacedialog.analysis.compare import add_comparison

        named = selection._replace(dialogue=[*selection.dialogue, *scope.dialogues])
        with self.snapshot(scope) as snapshot:
            report = snapshot.report(named.filter(snapshot), selection=named.describe(), sort=sort, watch=watch)
            report = report._replace(fingerprint=_fingerprint(snapshot))
            period = since or _shifted(snapshot.day, -PERIOD_DAYS), _shifted(snapshot.day, PERIOD_DAYS)
            report = add_period(report, snapshot, *period)
            if len(keys := {find_value(snapshot, "party", name) for name in named.party}) == 1:
                report = report._replace(party=next(row for row in snapshot.of(()).parties() if row.party in keys))
            is_whole = not selection._replace(dialogue=()).describe()
            return add_comparison(report, snapshot) if is_whole else report

    def site(self, *, scope: Scope = NOW, watch: Progress = silent) -> SiteRecord:
        """Return the record for a site, read from one snapshot."""
        from spacedialog.analysis.compare import add_comparison
        from spacedialog.model.rows.report import SiteRecord

        selection = Selection(dialogue=scope.dialogues).describe()
        with self.snapshot(scope) as snapshot:
            return SiteRecord(
                add_comparison(snapshot.report(selection=selection, watch=watch), snapshot)._replace(
                    fingerprint=_fingerprint(snapshot)
                ),
                tuple(snapshot.dialogues()),
                tuple(snapshot.parties()),
                tuple(snapshot.calendar()),
            )

    def cite(self, refs: Sequence[str], *, scope: Scope = NOW) -> Report:
        """Return a report on the commitments with these refs, in their order, for citations."""
        with self.snapshot(scope) as snapshot:
            targets = dict.fromkeys(snapshot.refs.resolve(ref) for ref in refs)
            details = tuple(snapshot.detail(target) for target in targets)
            report = snapshot.report(OneOf("ref", [detail.commitment.ref for detail in details]))
            return report._replace(commitments=details, fingerprint=_fingerprint(snapshot))

    def calendar(
        self, selection: Selection = ALL_COMMITMENTS, *, until: date | None = None, scope: Scope = NOW
    ) -> list[CalendarEvent]:
        """Return the dated events of the selected commitments for a calendar, up to the day `until`."""
        with self.snapshot(scope) as snapshot:
            return snapshot.calendar(selection.filter(snapshot), until=until)

    def compare(self, old: str, new: str, *, scope: Scope = NOW) -> Comparison:
        """Compare the dialogue `new` with the earlier dialogue `old` (their keys), commitment by commitment.

        Raises InputError if there is no such dialogue, or `old` was not held before `new`.
        """
        from spacedialog.analysis.compare import compare

        with self.snapshot(scope) as snapshot:
            return compare(snapshot, old, new)

    def agreement(
        self, selection: Selection = ALL_COMMITMENTS, *, rubric: str = "fulfilment", scope: Scope = NOW
    ) -> Agreement:
        """Return how far assessors agree on the selected commitments under a rubric (NAME or NAME@VERSION)."""
        from spacedialog.analysis.agreement import agreement
        from spacedialog.model import rubrics

        scale = rubrics.rubric(rubric)
        with self.snapshot(scope) as snapshot:
            return agreement(scale, snapshot.assessments(selection.filter(snapshot), rubric=scale.name))

    def rubrics(self, selection: Selection = ALL_COMMITMENTS, *, scope: Scope = NOW) -> list[str]:
        """Return the rubrics (NAME@VERSION) under which the selected commitments have verdicts."""
        with self.snapshot(scope) as snapshot:
            return sorted({row.rubric for row in snapshot.assessments(selection.filter(snapshot))})

    def crosswalk(
        self, scale: str, selection: Selection = ALL_COMMITMENTS, *, sort: str = "ref", scope: Scope = NOW
    ) -> Crosswalk:
        """Return the selected commitments on a published rating scale, and the losses of the conversion."""
        from spacedialog.analysis.crosswalk import crosswalk
        from spacedialog.model import rubrics

        rubric = rubrics.scale(scale)
        with self.snapshot(scope) as snapshot:
            chosen = selection.filter(snapshot)
            return crosswalk(
                rubric,
                snapshot.commitments(chosen, sort=sort),
                snapshot.timings(chosen),
                snapshot.assessments(chosen, rubric=rubric.name),
                snapshot.sides(),
            )


def _fingerprint(snapshot: Snapshot) -> str:
    """Return the fingerprint of the snapshot's log."""
    from spacedialog.maintenance.fingerprint import fingerprint_of_hashes

    return str(fingerprint_of_hashes(snapshot.hashes()))
