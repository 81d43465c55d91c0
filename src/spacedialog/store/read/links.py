"""Links as of a day: decisions on whether a commitment continues one of an earlier dialogue."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from spacedialog.model.vocabulary import LinkDecision
from spacedialog.store.read.commitment_sql import VALID, day_parameters, is_among


def linked_commitments(
    connection: sqlite3.Connection, day: date, items: Sequence[str], side: str, other: str
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the commitments that are linked on the day to the commitments `items`: the item, then `ref` and `title`.

    The commitments `items` are on one `side` of the links, `old` or `new`; the yielded ones are on the `other` side.
    """
    parameters: dict[str, Any] = {**day_parameters(day)}
    cursor = connection.execute(
        f"SELECT k.{side}, c.ref, c.title FROM link AS k"
        f" JOIN commitment AS c ON c.item = k.{other} AND {VALID.format('c')}"
        f" WHERE {is_among(f'k.{side}', items, parameters)} AND k.decided = '{LinkDecision.LINKED}'"
        f" AND {VALID.format('k')}"
        " ORDER BY c.dialogue, c.number, c.ref_key",
        parameters,
    )
    return ((item, {"ref": ref, "title": title}) for item, ref, title in cursor)


def decisions(connection: sqlite3.Connection, day: date, old: str, new: str) -> dict[tuple[str, str], str]:
    """Return the decisions on pairs of commitments (refs, older first) of the dialogues `old` and `new`."""
    cursor = connection.execute(
        "SELECT o.ref, n.ref, k.decided FROM link AS k"
        f" JOIN commitment AS o ON o.item = k.old AND o.dialogue = :old AND {VALID.format('o')}"
        f" JOIN commitment AS n ON n.item = k.new AND n.dialogue = :new AND {VALID.format('n')}"
        f" WHERE {VALID.format('k')} ORDER BY o.number, o.ref_key, n.number, n.ref_key",
        {**day_parameters(day), "old": old, "new": new},
    )
    return {(old_ref, new_ref): decided for old_ref, new_ref, decided in cursor}
