"""Snapshots: the record as of a day, with one method, which returns typed rows, for each query of the commands.

A snapshot uses a connection that its opener closes. Iterators read from the connection as they advance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spacedialog.errors import NotFoundError
from spacedialog.model.entry import CREATE, Entry, iso_time
from spacedialog.model.filters import EVERYTHING, Filter
from spacedialog.model.progress import Progress, silent
from spacedialog.store.log import entries_of
from spacedialog.store.read import counts
from spacedialog.store.read.commitment_sql import LAST_CHECK, VALID
from spacedialog.store.read.lists import COLUMNS, Lists, commitment_row
from spacedialog.store.read.ordered import Query, select_at_once

if TYPE_CHECKING:
    from spacedialog.model.fold import History
    from spacedialog.model.rows.record import Coverage, Detail, FoundRow
    from spacedialog.model.rows.report import Overview, Report
    from spacedialog.model.target import Target

_DIALOGUE_FIELDS = ("key", "series", "number", "title", "place", "when", "host", "heads", "note")
_FEW = 5

_DETAIL_COLUMNS = f"{COLUMNS}, c.item, {LAST_CHECK}"


class Snapshot(Lists):
    """The record as it was on a day: its lists, single items, and views of the whole record."""

    # Single items

    def detail(self, target: Target) -> Detail:
        """Return the details of a commitment; NotFoundError if it is not in the record on the day."""
        cursor = self._rows(
            f"SELECT {_DETAIL_COLUMNS} FROM commitment AS c WHERE c.item = :item AND {VALID.format('c')}",
            {"item": target.item},
        )
        if not (rows := cursor.fetchmany(1)):
            raise NotFoundError(
                f"{target.ref} is not in the record as of {self.day}", "omit --as-of, or choose a later day"
            )
        return self._details(rows, silent)[0][0]

    def _details(
        self, rows: Sequence[tuple[Any, ...]], watch: Progress
    ) -> tuple[tuple[Detail, ...], Mapping[str, Mapping[str, Any]]]:
        """Return the details of commitments with these values of `_DETAIL_COLUMNS`, and their dialogues by key."""
        from spacedialog.store.read import details

        found = {item: details.Found(commitment_row(row), checked_on) for *row, item, checked_on in rows}
        keys = dict.fromkeys(commitment.row.dialogue for commitment in found.values())
        records = details.dialogues_by_key(self._connection, self.day, keys)
        scope = details.ReadContext(self._connection, self.day, self._dialogues)
        return tuple(details.read_details(scope, found, records, watch)), records

    def details(self, dialogue: str) -> dict[str, str]:
        """Return the long descriptions of a dialogue's commitments, by ref; commitments without one are left out."""
        from spacedialog.store.read import details

        return details.descriptions(self._connection, self.day, dialogue)

    def fields(self, item: str, milestone: str | None = None, *, public: bool = False) -> Mapping[str, Any] | None:
        """Return the fields of an item, or of a milestone of it, on the day; None if it did not exist.

        With `public`, these are the fields without internal entries.
        """
        _, history = self.folded(item, public=public)
        from spacedialog.store.read import details

        return details.fields_on(history, self.day, milestone)

    def folded(self, item: str, *, public: bool = False) -> tuple[list[Entry], History | None]:
        """Return all entries about an item, or the public ones, in the order recorded, and their fold."""
        from spacedialog.model.fold import fold
        from spacedialog.model.visibility import public_entries

        entries = entries_of(self._connection, item)
        if public:
            entries = public_entries(entries)
        # A write reads the same item several times.
        known, history = self._histories.get(item, ([], None))
        if entries != known:
            history = fold(entries)
            self._histories[item] = entries, history
        return entries, history

    def fields_of(self, target: Target, *, public: bool = False) -> Mapping[str, Any]:
        """Return the fields of a commitment or a milestone; NotFoundError if it is not in the record on the day.

        With `public`, internal entries do not count, unless the commitment or the milestone itself is internal.
        """
        fields = self.fields(target.item, target.milestone, public=public) if public else None
        fields = fields or self.fields(target.item, target.milestone)
        if fields is None:
            raise NotFoundError(
                f"{target.ref} is not in the record as of {self.day}", "list its entries with spacedialog history"
            )
        return fields

    def number_of_areas(self, dialogue: str, *, public: bool) -> int:
        """Return the number of areas of a dialogue (its key) on the day, or of those that are public."""
        created = self._rows(
            f"SELECT DISTINCT item FROM change WHERE kind = '{CREATE}' AND body ->> 'type' = 'area'"
            " AND body -> '$.set' ->> 'dialogue' = :dialogue",
            {"dialogue": dialogue},
        )
        return sum(self.fields(item, public=public) is not None for (item,) in created)

    def dialogue(self, key: str) -> dict[str, Any] | None:
        """Return a dialogue's record: who met, its documents, its grades. The key matches in any case.

        None if the dialogue is not in the record on the day.
        """
        from spacedialog.store.read import details

        return details.dialogues_by_key(self._connection, self.day, [key])[key] or None

    def dialogue_detail(self, target: Target) -> dict[str, Any]:
        """Return the record of a dialogue; `history` has the later entries about the dialogue itself."""
        from spacedialog.store.read import history

        entries = history.entries_about(self._connection, self.day, [target.item])
        later = [row for _, row in entries if row.kind != CREATE]
        return {**(self.dialogue(target.ref) or {}), "history": later}

    def values(self, field: str, *, dialogue: str | None = None) -> list[str]:
        """Return the recorded values of a field (see `find_value`), of one dialogue if given."""
        from spacedialog.store.read.recorded_values import recorded_values

        return recorded_values(self._connection, self.day, field, dialogue)

    def began(self) -> str | None:
        """Return the first day (ISO) on which a commitment is in the record; None for an empty record."""
        day: str | None = self._rows("SELECT min(valid_from) FROM commitment").fetchone()[0]
        return day

    # The whole record

    def search(self, words: str, *, limit: int | None = None) -> list[FoundRow]:
        """Return the dialogues and the commitments that match all the words, best match first.

        InputError if there is no word in `words`, or too many.
        """
        from spacedialog.store.read import search

        return search.search(self._connection, self.day, words, dialogues=self._dialogues, limit=limit)

    def unknown_words(self, words: str) -> dict[str, str | None]:
        """Return the words that a search does not find, each with a similar word that it finds, if there is one."""
        from spacedialog.store.read import search

        return search.unknown_words(self._connection, self.day, words, dialogues=self._dialogues)

    def coverage(self, filter_: Filter = EVERYTHING) -> Coverage:
        """Return counts of the commitments that match `filter_`, and the age in days of the oldest open check."""
        return counts.coverage(self._groups(filter_), self.day)

    def overview(self) -> Overview:
        """Return the state of the whole record, with the first few events and commitments that need attention."""
        from spacedialog.model.rows.report import Overview
        from spacedialog.store.read import events

        groups = self._groups(EVERYTHING)
        dialogues = tuple(
            {
                **{name: fields[name] for name in _DIALOGUE_FIELDS if name in fields},
                **counts.dialogue_figures(groups, fields.get("key") or ""),
            }
            for fields in counts.dialogue_records(self._connection, self.day, self._dialogues)
        )
        return Overview(
            dialogues,
            counts.coverage(groups, self.day),
            counts.statuses(groups),
            tuple(self._areas(groups)),
            tuple(self.todo(limit=_FEW)),
            tuple(events.following(self._connection, self.day, _FEW, dialogues=self._dialogues)),
            self.position().seq,
        )

    def report(
        self,
        filter_: Filter = EVERYTHING,
        *,
        selection: str = "",
        sort: str = "ref",
        watch: Progress = silent,
    ) -> Report:
        """Return a report with the details of the commitments that match `filter_`, in the order of `sort`.

        `selection` describes the filter in words; `watch` reports progress by commitment.
        """
        from spacedialog.model.rows.report import Report
        from spacedialog.store.read import events

        keys = counts.dialogue_keys(self._connection, self.day)
        query = Query(_DETAIL_COLUMNS, filter_, sort, None, self._dialogues)
        chosen = select_at_once(self._connection, self.day, query, keys)
        details, dialogues = self._details(list(chosen), watch)
        newest = {key.casefold(): place for place, key in enumerate(keys)}
        in_order = sorted(dialogues, key=lambda key: newest.get(key.casefold(), len(newest)))
        groups = self._groups(filter_)
        position = self.position()
        return Report(
            self.day.isoformat(),
            selection,
            position.entries,
            iso_time(position.recorded) if position.recorded is not None else None,
            tuple(dialogues[key] for key in in_order),
            counts.coverage(groups, self.day),
            counts.statuses(groups),
            tuple(area for area in self._areas(groups, filter_) if area.commitments),
            details,
            tuple(sorted((event for detail in details for event in detail.milestones), key=events.by_window)),
            tuple(slip for detail in details for slip in detail.slips),
            position.seq,
        )
