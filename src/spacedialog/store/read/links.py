"""Links as of a day: what people decided of pairs of commitments, asked of the period tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date

from spacedialog.model.vocabulary import LinkDecision
from spacedialog.store.read.filter_sql import VALID, day_parameters


def linked_commitments(
    connection: sqlite3.Connection, day: date, item: str, of: str, to: str
) -> tuple[Mapping[str, str], ...]:
    """What a commitment, being the `of` of a link (`old` or `new`), is linked `to` on the day."""
    cursor = connection.execute(
        f"SELECT c.ref, c.title FROM link AS k JOIN commitment AS c ON c.item = k.{to} AND {VALID.format('c')}"
        f" WHERE k.{of} = :item AND k.decided = '{LinkDecision.LINKED}' AND {VALID.format('k')}"
        " ORDER BY c.dialogue, c.number, c.ref_key",
        {**day_parameters(day), "item": item},
    )
    return tuple({"ref": ref, "title": title} for ref, title in cursor)


def decisions(connection: sqlite3.Connection, day: date, old: str, new: str) -> dict[tuple[str, str], str]:
    """What people decided of pairs of commitments (their refs) of two dialogues (their keys)."""
    cursor = connection.execute(
        "SELECT o.ref, n.ref, k.decided FROM link AS k"
        f" JOIN commitment AS o ON o.item = k.old AND o.dialogue = :old AND {VALID.format('o')}"
        f" JOIN commitment AS n ON n.item = k.new AND n.dialogue = :new AND {VALID.format('n')}"
        f" WHERE {VALID.format('k')} ORDER BY o.number, o.ref_key, n.number, n.ref_key",
        {**day_parameters(day), "old": old, "new": new},
    )
    return {(one, other): decided for one, other, decided in cursor}
