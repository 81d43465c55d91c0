"""Many updates from a file, JSON Lines or CSV: read, checked one by one, and all their problems collected."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from spacedialog.editing.remarks import EntryRemarks
from spacedialog.editing.updates import Update, pending_update
from spacedialog.errors import InputError, SpacedialogError
from spacedialog.importing.entries import BOOKKEEPING_KEYS
from spacedialog.importing.reader import Problems, parse_json, told
from spacedialog.model.dates import VagueDate, quoted
from spacedialog.model.entry import canonical_json
from spacedialog.model.progress import Progress, silent
from spacedialog.model.rows.record import CommitmentRow
from spacedialog.model.values import check_on, check_percent, check_text

if TYPE_CHECKING:
    from spacedialog.model.entry import Entry, PendingEntry
    from spacedialog.model.refs import Target

FIELDS = ("ref", "status", "percent", "due", "note", "evidence", "on")
"""What a record may hold. The other columns of `list` are passed over, so that its CSV can be edited and applied."""

MOST_RECORDS = 100_000
"""How many updates a file may hold: as one action, they are all held till the last is read."""

_WHOLE = re.compile("[0-9]{1,9}")
_PASSED_OVER = frozenset(CommitmentRow._fields) - frozenset(FIELDS)
_FIELDS_REMEDY = f"the fields are {', '.join(FIELDS)}"


class Batch:
    """The updates of one file: what they come to, and what is wrong with them.

    `resolve` finds what a ref names, `standing` gives its fields, `live` the changes of an item that count.
    """

    def __init__(
        self,
        name: str,
        today: date,
        resolve: Callable[[str], Target],
        standing: Callable[[Target], Mapping[str, Any]],
        live: Callable[[str], Iterable[Entry]],
    ) -> None:
        self.problems = Problems(name, "nothing was recorded")
        self.drafts: list[PendingEntry] = []
        self.targets: dict[Target, Mapping[str, Any]] = {}
        self._said: set[str] = set()
        self._standing_cores: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        self._today = today
        self._resolve = resolve
        self._standing = standing
        self._live = live

    def read(self, text: str, watch: Progress = silent) -> None:
        """Take in every record of the file."""
        text = text.removeprefix("\ufeff")
        start = text.lstrip()[:1]
        if start == "[":
            self._problem("line 1", InputError("this is a JSON array", "write one object a line (JSON Lines)"))
            return
        records = self._json_lines(text) if start == "{" else self._csv_records(text)
        for number, (place, record) in enumerate(watch(records)):
            if number == MOST_RECORDS:
                self._problem(place, InputError(f"there are more than {MOST_RECORDS} updates", "part the file"))
                return
            self._take(place, record)
            if self.problems.full:
                return

    def _take(self, place: str, record: Mapping[str, Any]) -> None:
        before = len(self.problems)
        given = {name: value for name, value in record.items() if value not in (None, "") and name not in _PASSED_OVER}
        for name in given.keys() - FIELDS:
            self._problem(place, InputError(f"{quoted(name)} is not a field", _FIELDS_REMEDY))
        values: dict[str, Any] = {"on": VagueDate.parse(self._today.isoformat())}
        for name in given.keys() & FIELDS:
            with self._collecting(place):
                values[name] = self._value(name, given[name])
        with self._collecting(place):
            if "ref" not in given:
                raise InputError("ref: it is missing", "say which commitment the record is about")
            if "ref" not in values:
                return
            target = self._resolve(values["ref"])
            if len(self.problems) > before and not values.keys() - {"ref", "on"}:
                return
            fields = self.targets.get(target) or self._standing(target)
            remarks = EntryRemarks(values["on"], values.get("note"), values.get("evidence"))
            update = Update(remarks, values.get("status"), values.get("percent"), values.get("due"))
            said = pending_update(update, target, fields, lambda: self._collecting(place))
            if len(self.problems) == before and self._is_news(said, fields, dated="on" in given):
                self.drafts.append(said)
                self.targets[target] = {**fields, **said.body.get("set", {})}

    def _value(self, name: str, given: object) -> Any:
        if name == "percent":
            text = given.strip().removesuffix("%").strip() if isinstance(given, str) else given
            return check_percent(int(text) if isinstance(text, str) and _WHOLE.fullmatch(text) else text)
        if not isinstance(given, str):
            raise InputError(f"{name}: {quoted(str(given))} is not text", "write it in quotation marks")
        check_text(name, given)
        if name not in ("due", "on"):
            return given.strip() if name in ("ref", "status", "evidence") else given
        try:
            when = VagueDate.parse(given.strip())
        except SpacedialogError as error:
            raise InputError(f"{name}: {error.problem}", error.remedy) from error
        return check_on(when, self._today) if name == "on" else when

    def _is_news(self, said: PendingEntry, fields: Mapping[str, Any], *, dated: bool) -> bool:
        """Whether a draft says anything that does not stand in the record or in this batch already.

        Where the record gives no day, one that said the same on another day is the same.
        """
        values = said.body.get("set", {})
        bare = not dated and not said.body.keys() & {"note", "evidence"}
        if bare and all(fields.get(name) == value for name, value in values.items()):
            return False
        words = canonical_json([said.item, said.on, said.body])
        if words in self._said:
            return False
        self._said.add(words)
        if said.item not in self._standing_cores:
            # Read once for an item: a file may say thousands of things of one.
            self._standing_cores[said.item] = [(c.on, _core(c.content)) for c in self._live(said.item)]
        core = _core(said.body)
        return not any(
            stands == core and (not dated or on == said.on) for on, stands in self._standing_cores[said.item]
        )

    def _json_lines(self, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for number, line in enumerate(text.split("\n"), 1):
            place = f"line {number}"
            if not line.strip():
                continue
            try:
                record = parse_json(line, place)
            except InputError as error:
                self.problems.extend(told(error))
                if self.problems.full:
                    return
            else:
                if isinstance(record, dict):
                    yield place, record
                else:
                    self._problem(place, InputError("this is no object", 'write {"ref": "ROK4-31", …}'))

    def _csv_records(self, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        header, _, _ = text.partition("\n")
        delimiter = max(",;\t", key=header.count)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        names: list[str] = []
        begun = 1
        try:
            for cells in lines:
                place, begun = f"line {lines.line_num}", lines.line_num + 1
                if not any(cell.strip() for cell in cells):
                    continue
                if not names:
                    names = [cell.strip().casefold() for cell in cells]
                    foreign = [name for name in names if name not in FIELDS and name not in _PASSED_OVER]
                    if foreign or "ref" not in names:
                        what = f"{quoted(foreign[0])} is not a field" if foreign else "there is no column ref"
                        self._problem(place, InputError(what, _FIELDS_REMEDY))
                        return
                elif len(cells) > len(names) and any(cells[len(names) :]):
                    self._problem(
                        place,
                        InputError("there are more cells than the header names", "quote a cell that holds commas"),
                    )
                else:
                    yield place, {name: _unguarded(cell) for name, cell in zip(names, cells, strict=False)}
        except csv.Error as error:
            # Where its record begins: a quotation mark that is never closed runs on to the end of the file.
            self._problem(f"line {begun}", InputError(f"this is not CSV: {error}", "close every quotation mark"))

    @contextmanager
    def _collecting(self, place: str) -> Iterator[None]:
        try:
            yield
        except SpacedialogError as error:
            self._problem(place, error)

    def _problem(self, place: str, error: SpacedialogError) -> None:
        self.problems.add(f"{place}: {error.problem}\n  {error.remedy}")


def _core(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a body says, whichever occurrence of a recurring milestone it met."""
    core = {name: value for name, value in body.items() if name not in BOOKKEEPING_KEYS}
    if "met" in core.get("set", {}):
        core["set"] = {name: True if name == "met" else value for name, value in core["set"].items() if name != "when"}
    return core


def _unguarded(cell: str) -> str:
    """A cell of a CSV that this program wrote, without the apostrophe that keeps a spreadsheet from reckoning."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n'") else cell
