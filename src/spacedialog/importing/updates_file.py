"""Files of updates: compare each row with the record, convert the differences to entries, and collect all problems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from spacedialog.editing.commitments import check_fields
from spacedialog.editing.remarks import EntryRemarks
from spacedialog.editing.updates import Update, check_has_opened, pending_check, pending_update
from spacedialog.errors import InputError, SpacedialogError
from spacedialog.importing.cells import check_ref, is_same, parse_value, split_percent
from spacedialog.importing.entries import BOOKKEEPING_KEYS
from spacedialog.importing.reader import Problems
from spacedialog.importing.sheet_notices import SheetNotices
from spacedialog.importing.sheets import COLUMNS, COLUMNS_REMEDY, CORRECTED, READ_ONLY, RECORDED, UPDATED, Row
from spacedialog.model.dates import VagueDate, quoted
from spacedialog.model.entry import NOTE, SET, canonical_json
from spacedialog.model.progress import Progress, silent
from spacedialog.model.values import check_status, is_complete_below_full
from spacedialog.model.visibility import INTERNAL
from spacedialog.model.vocabulary import MilestoneStatus, Status
from spacedialog.store.log import live_entries
from spacedialog.store.write.internal_entries import live_public_entries

if TYPE_CHECKING:
    import sqlite3

    from spacedialog.model.entry import PendingEntry
    from spacedialog.model.target import Target
    from spacedialog.store.read.snapshot import Snapshot

MOST_RECORDS = 100_000
"""The maximum number of updates in a file; all are held in memory, because they are one action."""

_STATUSES: tuple[tuple[type[Status] | type[MilestoneStatus], str], ...] = (
    (Status, "a commitment"),
    (MilestoneStatus, "a milestone"),
)

_MONTH_SO_FAR = re.compile(r"([0-9]{4}-[0-9]{2})(?:-01(?:/\1-[0-9]{2})?)?")
"""A month, as far as it had passed."""

_Content = tuple[str, Mapping[str, Any]]
"""The kind and the body of an entry."""


class Batch:
    """The updates of the file `name`: the entries to record, and the problems found.

    With `is_internal`, every update is internal.
    """

    def __init__(
        self,
        name: str,
        connection: sqlite3.Connection,
        snapshot: Snapshot,
        today: date,
        *,
        is_internal: bool = False,
    ) -> None:
        self.problems = Problems(name, "nothing was recorded")
        self.pending: list[PendingEntry] = []
        self.targets: list[Target] = []
        self._is_internal = is_internal
        self._fields: dict[tuple[Target, bool], Mapping[str, Any]] = {}
        self._notices = SheetNotices(connection, snapshot)
        self._places: dict[Target, str] = {}
        self._seen: set[str] = set()
        self._recorded: dict[tuple[str, bool], list[tuple[str, _Content]]] = {}
        self._today = today
        self._connection = connection
        self._snapshot = snapshot

    def read(self, rows: Iterable[Row], watch: Progress = silent) -> None:
        """Read every row of the file."""
        for number, row in enumerate(watch(rows)):
            if number == MOST_RECORDS:
                self.problems.add_error(
                    row.place, InputError(f"there are more than {MOST_RECORDS} updates", "split the file")
                )
                return
            self._add(row)
            if self.problems.full:
                return

    def notices(self) -> tuple[str, ...]:
        """Return notices on the cells that were not recorded: those that cannot be edited, and emptied ones."""
        return tuple(self._notices.texts())

    def _add(self, row: Row) -> None:
        before = len(self.problems)
        given = {name: value for name, value in split_percent(row.values).items() if value not in (None, "", [])}
        for name in given.keys() - {*COLUMNS, *READ_ONLY}:
            self.problems.add_error(row.place, InputError(f"{quoted(name)} is not a field", COLUMNS_REMEDY))
        target = self._target(row, given)
        is_internal = self._is_internal
        with self._collecting(row.at(INTERNAL)):
            is_internal |= INTERNAL in given and parse_value(INTERNAL, given[INTERNAL], self._today)
        if target:
            is_internal |= self._snapshot.fields(target.item, target.milestone, public=True) is None
        fields = self._fields_of(row, target, is_internal=is_internal) if target else None
        values, same = self._values(row, given, target, fields or {})
        if target is None or fields is None or (len(self.problems) > before and not values.keys() - {"on"}):
            return
        with self._collecting(row.place):
            values[INTERNAL] = is_internal
            self._record(row, target, fields, values, same, is_valid=len(self.problems) == before)

    def _target(self, row: Row, given: Mapping[str, Any]) -> Target | None:
        """Return the commitment or milestone of a row; None, with a problem added, if its ref names none."""
        with self._collecting(row.at("ref")):
            if "ref" not in given:
                raise InputError("ref: it is missing", "write the ref of a commitment or a milestone")
            target = self._snapshot.refs.resolve(check_ref(given["ref"], self._resolves))
            if row.is_exported and target in self._places:
                # The second row has values from before the first, and would undo its edits.
                raise InputError(f"ref: {target.ref} is also in {self._places[target]}", "remove one of the rows")
            self._places[target] = row.place
            return target
        return None

    def _resolves(self, ref: str) -> bool:
        try:
            self._snapshot.refs.resolve(ref)
        except SpacedialogError:
            return False
        return True

    def _fields_of(self, row: Row, target: Target, *, is_internal: bool) -> Mapping[str, Any] | None:
        """Return the fields after the rows so far; for a public update, those of the public record."""
        with self._collecting(row.at("ref")):
            for internal in (True, False):
                if (target, internal) not in self._fields:
                    self._fields[target, internal] = self._snapshot.fields_of(target, public=not internal)
            return self._fields[target, is_internal]
        return None

    def _values(
        self, row: Row, given: Mapping[str, Any], target: Target | None, fields: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the valid values of a row that differ from the recorded fields, and those that do not.

        A value that is recorded is not checked, so a review date that has passed is accepted in an export.
        """
        values: dict[str, Any] = {}
        same: dict[str, Any] = {}
        for name in COLUMNS[1:]:
            if name not in given or name == INTERNAL:
                continue
            key = _key(name, target)
            held = fields.get(key)
            if target and name in RECORDED and is_same(row, name, given[name], held):
                same[name] = held
                continue
            if target and row.is_exported and name in RECORDED and self._notices.is_outdated(row, target, name, held):
                continue
            with self._collecting(row.at(name)):
                value = parse_value(name, given[name], self._today, held)
                if target and name in RECORDED:
                    value = self._checked(target, name, value)
                    if _stored(value) == _stored(held):
                        same[name] = held
                        continue
                values[name] = value
        return values, same

    def _checked(self, target: Target, name: str, value: Any) -> Any:
        """Return the value of a field that the record accepts; InputError if it is invalid in this record."""
        if name == "status":
            return check_status(value, *_STATUSES[bool(target.milestone)])
        if name == "due" and value is None and target.milestone:
            raise InputError("due: a milestone must have a date", "write its date, or mark it withdrawn")
        if name in UPDATED:
            return value
        if target.milestone and name != "title":
            raise InputError(f"{name}: a milestone does not have this field", "use the ref of its commitment")
        if name == "title" and self._resolves(value):
            # In other lists than `list`, a column `commitment` has the ref, and not the title.
            raise InputError(f"title: {quoted(value)} is a ref", "write a title, or remove the column")
        if value is None:
            return [] if name == "partners" else None
        return check_fields(self._snapshot, target, {name: value})[name]

    def _record(
        self,
        row: Row,
        target: Target,
        fields: Mapping[str, Any],
        values: dict[str, Any],
        same: dict[str, Any],
        *,
        is_valid: bool,
    ) -> None:
        """Add the entry of a row, unless the record has it already."""
        on: VagueDate = values.get("on") or VagueDate.parse(self._today.isoformat())
        is_internal: bool = values[INTERNAL]
        remarks = EntryRemarks(on, values.get("note"), values.get("evidence", ()), is_internal)
        is_check = values.get("check", False)
        if row.is_exported:
            self._drop_leftover_percent(row, target, fields, values)
        changed = {name: values[name] for name in RECORDED if name in values}
        if is_check and changed:
            raise InputError(
                "check: a check cannot set a status, percentage, date or other field",
                "remove check, or write two updates",
            )
        # In a file that a person wrote, a repeated status, percentage or date confirms the recorded one.
        stated = changed | (
            {} if row.is_exported else {name: same[name] for name in UPDATED if same.get(name) is not None}
        )
        has_remarks = remarks.note is not None or bool(remarks.evidence)
        if row.is_exported:
            self._notices.compare(row, target, fields, changed)
        if not stated and not has_remarks and not is_check and (same or row.is_exported):
            return
        edits = {name: value for name, value in changed.items() if name in CORRECTED or value is None}
        update = Update(
            remarks, stated.get("status"), stated.get("percent"), stated.get("due"), edits if edits else None
        )
        pending = (
            pending_check(remarks, target)
            if is_check
            else pending_update(update, target, fields, lambda: self._collecting(row.place))
        )
        dated = is_check or "on" in values
        unstated = {name: value for name, value in same.items() if name not in stated}
        is_edit = row.is_exported or bool(edits)
        if is_valid and (new := self._new(target.ref, pending, fields, unstated, dated=dated, is_edit=is_edit)):
            check_has_opened(new, target, fields)
            if not is_internal:
                whole = self._fields[target, True]
                self._notices.published(
                    target,
                    [
                        name
                        for name, value in new.body.get("set", {}).items()
                        if value is not None and value == whole.get(name) != fields.get(name)
                    ],
                )
            self.pending.append(new)
            self.targets.append(target)
            for internal in {is_internal, True}:
                held = self._fields[target, internal]
                self._fields[target, internal] = {**held, **new.body.get("set", {})}

    def _drop_leftover_percent(
        self, row: Row, target: Target, fields: Mapping[str, Any], values: dict[str, Any]
    ) -> None:
        """Drop the percentage of a commitment that is complete already; a sheet has it from before."""
        percent = values.get("percent")
        if "status" not in values and is_complete_below_full(fields.get("status"), percent):
            self._notices.ignored(row, target, "percent", fields.get("percent"))
            del values["percent"]

    def _new(
        self,
        ref: str,
        pending: PendingEntry,
        fields: Mapping[str, Any],
        unstated: Mapping[str, Any],
        *,
        dated: bool,
        is_edit: bool,
    ) -> PendingEntry | None:
        """Return the entry to record; None if the record or this file has one with the same content.

        `dated` is true if the row gives a day. If it does not, an entry of any day counts as the same. A row that also
        has no note or evidence sets only the values that the fields do not have. If it `is_edit`, earlier entries with
        the same values do not count. `unstated` are the recorded values that the row repeats, and does not set.
        """
        full = {**unstated, **_core(pending.body).get("set", {})}
        if not dated and not pending.body.keys() & {"note", "evidence"}:
            values = pending.body.get("set", {})
            values = {name: value for name, value in values.items() if fields.get(name) != value}
            if not values:
                return None
            pending = pending._replace(body={**pending.body, "set": values})
            if is_edit:
                return pending
        statement = canonical_json([pending.kind, pending.item, pending.on, pending.body])
        if statement in self._seen:
            return None
        self._seen.add(statement)
        key = pending.item, INTERNAL in pending.body
        if key not in self._recorded:
            # Once per item, because a file may have thousands of updates on one.
            read = live_entries if key[1] else live_public_entries
            entries = read(self._connection, pending.item)
            self._recorded[key] = [(entry.on, (entry.kind, _core(entry.content))) for entry in entries]
        core = _core(pending.body)
        is_known = any(
            _repeats(recorded, (pending.kind, core), full) and (not dated or _is_same_day(on, pending.on))
            for on, recorded in self._recorded[key]
        )
        if is_known and not dated and not pending.body.keys() & {"note", "evidence"}:
            self._notices.skipped(ref)
        return None if is_known else pending

    @contextmanager
    def _collecting(self, place: str) -> Iterator[None]:
        try:
            yield
        except SpacedialogError as error:
            self.problems.add_error(place, error)


def _key(name: str, target: Target | None) -> str:
    """Return the name of the recorded field that a column sets."""
    return "when" if name == "due" and target and target.milestone else name


def _stored(value: object) -> object:
    """Return a value in the form in which the record has it: a date as text, and one form of each empty value."""
    if isinstance(value, VagueDate):
        return str(value)
    if isinstance(value, list | tuple):
        return list(value) or None
    return None if value == "" else value


def _repeats(recorded: _Content, given: _Content, full: Mapping[str, Any]) -> bool:
    """Return whether a recorded entry has the remarks of a row, and sets what the row changes and nothing else.

    Each is a kind and a body. `full` are all the values of the row, also those that it repeats from the record.
    """
    (recorded_kind, recorded_body), (kind, body) = recorded, given
    values, changed = recorded_body.get("set", {}), body.get("set", {})
    return (
        (recorded_kind == kind or {recorded_kind, kind} == {SET, NOTE})
        and changed.items() <= values.items()
        and values.items() <= full.items()
        and {**recorded_body, "set": None} == {**body, "set": None}
    )


def _is_same_day(recorded: str, on: str) -> bool:
    """Return whether two entries give the same day; the month of today was recorded up to the day of the apply."""
    month = _MONTH_SO_FAR.fullmatch(on)
    return recorded == on or (
        month is not None and _MONTH_SO_FAR.fullmatch(recorded) is not None and month[1] == recorded[:7]
    )


def _core(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body without bookkeeping keys and, if it meets a recurring milestone, without the occurrence's dates."""
    core = {name: value for name, value in body.items() if name not in BOOKKEEPING_KEYS}
    if "met" in core.get("set", {}):
        core["set"] = {name: True if name == "met" else value for name, value in core["set"].items() if name != "when"}
    return core
