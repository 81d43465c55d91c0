"""The recorded values of a field, such as the keys of the areas, in the order in which they are offered."""

from __future__ import annotations

import sqlite3
from datetime import date

from spacedialog.store.read.commitment_sql import VALID, day_parameters

_IN_DIALOGUE = "(:dialogue IS NULL OR {0}.dialogue = :dialogue)"

_VALUES = {
    "dialogue": f"SELECT d.key FROM dialogue AS d WHERE {VALID.format('d')} ORDER BY d.held DESC, d.key",
    # In the order of the newest dialogue with the area: with max(), SQLite takes the other columns from that row.
    "area": "SELECT key FROM (SELECT a.key AS key, a.position AS position, max(d.held) AS held FROM area AS a"
    f" LEFT JOIN dialogue AS d ON d.key = a.dialogue AND {VALID.format('d')} WHERE {VALID.format('a')}"
    f" AND {_IN_DIALOGUE.format('a')} GROUP BY a.key)"
    " ORDER BY held DESC, position",
    "party": f"SELECT DISTINCT p.key FROM party AS p WHERE {VALID.format('p')} AND {_IN_DIALOGUE.format('p')}"
    " ORDER BY p.key",
    "side": f"SELECT DISTINCT p.side FROM party AS p WHERE {VALID.format('p')} AND {_IN_DIALOGUE.format('p')}"
    " ORDER BY p.side",
    "owner": f"SELECT DISTINCT c.owner FROM commitment AS c WHERE c.owner NOT NULL AND {VALID.format('c')}"
    f" AND {_IN_DIALOGUE.format('c')} ORDER BY c.owner",
    "author": "SELECT DISTINCT l.author FROM change AS l ORDER BY l.author",
    "kind": f"SELECT DISTINCT c.kind FROM commitment AS c WHERE {VALID.format('c')} AND {_IN_DIALOGUE.format('c')}"
    " ORDER BY c.kind",
}


def recorded_values(connection: sqlite3.Connection, day: date, field: str, dialogue: str | None) -> list[str]:
    """Return the values of a field of `_VALUES` on the day; with `dialogue` (a key), only those of that dialogue."""
    return [value for (value,) in connection.execute(_VALUES[field], {**day_parameters(day), "dialogue": dialogue})]
