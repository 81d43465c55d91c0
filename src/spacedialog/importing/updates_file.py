"""Files of updates, JSON Lines or CSV: read the records, check each, and collect all problems."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from spacedialog.editing.commitments import check_fields
from spacedialog.editing.remarks import EntryRemarks
from spacedialog.editing.updates import Update, check_has_opened, pending_check, pending_update
from spacedialog.errors import InputError, SpacedialogError
from spacedialog.importing.entries import BOOKKEEPING_KEYS
from spacedialog.importing.reader import Problems, parse_json, problem_lines
from spacedialog.model.dates import VagueDate, quoted
from spacedialog.model.entry import canonical_json
from spacedialog.model.fields import DESK_FIELDS, KINDS, CommitmentRow, Kind
from spacedialog.model.progress import Progress, silent
from spacedialog.model.values import check_line, check_on, check_percent, check_text, evidence_pieces
from spacedialog.model.vocabulary import FORMER_STATUSES
from spacedialog.store.log import live_entries

if TYPE_CHECKING:
    import sqlite3

    from spacedialog.model.entry import PendingEntry
    from spacedialog.model.target import Target
    from spacedialog.store.read.snapshot import Snapshot

FIELDS = ("ref", "status", "percent", "due", *DESK_FIELDS, "check", "note", "evidence", "on")
"""The fields of a record. Other columns of `list` are ignored, so that its CSV can be edited and applied."""

MOST_RECORDS = 100_000
"""The maximum number of updates in a file; all are held in memory, because they are one action."""

_MOST_COLUMNS = 1_000
"""The maximum number of columns: many more than a valid file has, and few enough to report a fault in each."""

_YES_OR_NO = {**dict.fromkeys(("yes", "true", "1", "x"), True), **dict.fromkeys(("no", "false", "0"), False)}
_WHOLE = re.compile("[0-9]{1,9}")
_IGNORED = frozenset(CommitmentRow._fields) - frozenset(FIELDS)
_FIELDS_REMEDY = f"use the fields {', '.join(FIELDS)}"


class Batch:
    """The updates of the file `name`: the entries to record, and the problems found."""

    def __init__(self, name: str, connection: sqlite3.Connection, snapshot: Snapshot, today: date) -> None:
        self.problems = Problems(name, "nothing was recorded")
        self.pending: list[PendingEntry] = []
        self.targets: dict[Target, Mapping[str, Any]] = {}
        self._seen: set[str] = set()
        self._recorded: dict[str, list[tuple[str, tuple[str, dict[str, Any]]]]] = {}
        self._today = today
        self._connection = connection
        self._snapshot = snapshot

    def read(self, text: str, watch: Progress = silent) -> None:
        """Read every record of the file."""
        text = text.removeprefix("\ufeff")
        body = text.lstrip()
        start = body[:1]
        if start == "[":
            number = text.count("\n", 0, len(text) - len(body)) + 1
            self._problem(
                f"line {number}", InputError("this is a JSON array", "write one object per line (JSON Lines)")
            )
            return
        records = self._json_lines(text) if start == "{" else self._csv_records(text)
        for number, (place, record) in enumerate(watch(records)):
            if number == MOST_RECORDS:
                self._problem(place, InputError(f"there are more than {MOST_RECORDS} updates", "split the file"))
                return
            self._add(place, record)
            if self.problems.full:
                return

    def _add(self, place: str, record: Mapping[str, Any]) -> None:
        before = len(self.problems)
        given = {name: value for name, value in record.items() if value not in (None, "", []) and name not in _IGNORED}
        for name in given.keys() - FIELDS:
            self._problem(place, InputError(f"{quoted(name)} is not a field", _FIELDS_REMEDY))
        values: dict[str, Any] = {"on": VagueDate.parse(self._today.isoformat())}
        for name in given.keys() & FIELDS:
            with self._collecting(place):
                values[name] = self._value(name, given[name])
        with self._collecting(place):
            if "ref" not in given:
                raise InputError("ref: it is missing", "write the ref of a commitment or a milestone")
            if "ref" not in values:
                return
            target = self._snapshot.refs.resolve(values["ref"])
            if len(self.problems) > before and not values.keys() - {"ref", "on"}:
                return
            fields = self.targets.get(target) or self._snapshot.fields_of(target)
            remarks = EntryRemarks(values["on"], values.get("note"), values.get("evidence", ()))
            asked = {name: values[name] for name in DESK_FIELDS if name in values}
            edits = self._edits(place, target, asked, fields)
            update = Update(
                remarks, values.get("status"), values.get("percent"), values.get("due"), edits if asked else None
            )
            is_check = values.get("check", False)
            # An export of the record, with a column `check` added, has the values that the target already has.
            held = {**fields, "due": fields.get("when", fields.get("due"))}
            wanted = {name: values[name] for name in ("status", "percent", "due") if name in values} | edits
            if is_check and any(str(value) != str(held.get(name)) for name, value in wanted.items()):
                raise InputError(
                    "check: a check cannot set a status, percentage, date or other field",
                    "remove check, or write two updates",
                )
            pending = (
                pending_check(remarks, target)
                if is_check
                else pending_update(update, target, fields, lambda: self._collecting(place))
            )
            if len(self.problems) == before and self._is_new(pending, fields, dated=is_check or "on" in given):
                check_has_opened(pending, target, fields)
                self.pending.append(pending)
                self.targets[target] = {**fields, **pending.body.get("set", {})}

    def _edits(
        self, place: str, target: Target, values: Mapping[str, Any], fields: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the values of fields as the record stores them; those that the target already has are not checked.

        A review date that was valid when it was recorded is thus accepted in an edited export of the record.
        """
        edits: dict[str, Any] = {}
        for name, value in values.items():
            with self._collecting(place):
                if target.milestone:
                    raise InputError(f"{name}: a milestone does not have this field", "use the ref of its commitment")
                is_held = fields.get(name) == value
                edits |= {name: value} if is_held else check_fields(self._snapshot, target, {name: value})
        return edits

    def _value(self, name: str, given: object) -> Any:
        if name == "check":
            return _is_yes(given)
        if name == "percent":
            text = given.strip().removesuffix("%").strip() if isinstance(given, str) else given
            return check_percent(int(text) if isinstance(text, str) and _WHOLE.fullmatch(text) else text)
        if name == "evidence" and isinstance(given, str | list) and all(isinstance(piece, str) for piece in given):
            return evidence_pieces(given)
        if not isinstance(given, str):
            raise InputError(f"{name}: {quoted(str(given))} is not text", "write it in quotation marks")
        if name == "note" or KINDS.get(name) is Kind.TEXT:
            return check_text(name, given)
        text = check_line(name, given.strip())
        if name not in ("due", "on"):
            # A list written by an older version has former statuses.
            return FORMER_STATUSES.get(text.casefold(), text) if name == "status" else text
        try:
            when = VagueDate.parse(text)
        except SpacedialogError as error:
            raise InputError(f"{name}: {error.problem}", error.remedy) from error
        return check_on(when, self._today) if name == "on" else when

    def _is_new(self, pending: PendingEntry, fields: Mapping[str, Any], *, dated: bool) -> bool:
        """Return whether neither the record nor this file has an entry with the same content.

        `dated` is true if the update gives a day. If it does not, an entry of any day counts as the same. An update
        that also has no note or evidence is not new if the fields already have its values.
        """
        values = pending.body.get("set", {})
        bare = not dated and not pending.body.keys() & {"note", "evidence"}
        if bare and all(fields.get(name) == value for name, value in values.items()):
            return False
        statement = canonical_json([pending.kind, pending.item, pending.on, pending.body])
        if statement in self._seen:
            return False
        self._seen.add(statement)
        if pending.item not in self._recorded:
            # Once per item, because a file may have thousands of updates on one.
            entries = live_entries(self._connection, pending.item)
            self._recorded[pending.item] = [(entry.on, (entry.kind, _core(entry.content))) for entry in entries]
        core = pending.kind, _core(pending.body)
        return not any(
            recorded == core and (not dated or on == pending.on) for on, recorded in self._recorded[pending.item]
        )

    def _json_lines(self, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for number, line in enumerate(text.split("\n"), 1):
            place = f"line {number}"
            if not line.strip():
                continue
            try:
                record = parse_json(line, place)
            except InputError as error:
                self.problems.extend(problem_lines(error))
                if self.problems.full:
                    return
            else:
                if isinstance(record, dict):
                    yield place, record
                else:
                    self._problem(place, InputError("this is not a JSON object", 'write {"ref": "ROK4-31", …}'))

    def _csv_records(self, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        header = next(io.StringIO(text.lstrip(), newline=""), "")
        delimiter = max(",;\t", key=header.count)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        names: list[str] = []
        start = 1
        try:
            for cells in lines:
                place, start = f"line {lines.line_num}", lines.line_num + 1
                if not any(cell.strip() for cell in cells):
                    continue
                if not names and len(cells) > _MOST_COLUMNS:
                    self._problem(place, InputError(f"there are more than {_MOST_COLUMNS} columns", _FIELDS_REMEDY))
                    return
                if not names:
                    names = [cell.strip().casefold() for cell in cells]
                    faults = list(_header_faults(names))
                    for fault in faults:
                        self._problem(place, fault)
                    if faults:
                        return
                elif len(cells) > len(names) and any(cells[len(names) :]):
                    self._problem(
                        place,
                        InputError(
                            "the line has more cells than the header",
                            "write a cell that contains commas in quotation marks",
                        ),
                    )
                else:
                    yield place, {name: _unguarded(cell) for name, cell in zip(names, cells, strict=False)}
        except csv.Error as error:
            # Report the line where the record begins, because an open quotation mark extends to the end of the file.
            self._problem(f"line {start}", InputError(f"this is not CSV: {error}", "close every quotation mark"))

    @contextmanager
    def _collecting(self, place: str) -> Iterator[None]:
        try:
            yield
        except SpacedialogError as error:
            self._problem(place, error)

    def _problem(self, place: str, error: SpacedialogError) -> None:
        self.problems.add(f"{place}: {error.problem}\n  {error.remedy}")


def _header_faults(names: Sequence[str]) -> Iterator[InputError]:
    """Yield the faults of the column names, which are in lower case and stripped."""
    columns: dict[str, list[int]] = {}
    for position, name in enumerate(names, 1):
        columns.setdefault(name, []).append(position)
    for name, positions in columns.items():
        if name not in FIELDS and name not in _IGNORED:
            yield InputError(f"{quoted(name)} is not a field", _FIELDS_REMEDY)
        elif len(positions) > 1:
            *earlier, last = map(str, positions)
            which = f"columns {', '.join(earlier)} and {last} are {'both' if len(earlier) == 1 else 'all'}"
            yield InputError(f"{which} {quoted(name)}", "remove all but one")
    if "ref" not in columns:
        yield InputError("there is no column ref", _FIELDS_REMEDY)


def _is_yes(value: object) -> bool:
    word = str(value).strip().casefold()
    if isinstance(value, bool | str) and word in _YES_OR_NO:
        return _YES_OR_NO[word]
    raise InputError(f"check: {quoted(str(value))} is neither yes nor no", "write yes, or leave it empty")


def _core(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body without bookkeeping keys and, if it meets a recurring milestone, without the occurrence's dates."""
    core = {name: value for name, value in body.items() if name not in BOOKKEEPING_KEYS}
    if "met" in core.get("set", {}):
        core["set"] = {name: True if name == "met" else value for name, value in core["set"].items() if name != "when"}
    return core


def _unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that this program adds to prevent formulas in spreadsheets."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n'") else cell
