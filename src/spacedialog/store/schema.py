"""The schema of a store: the SQL that creates it, its version, and the names of its tables."""

from __future__ import annotations

import re
from pathlib import Path

SCHEMA_SQL = Path(__file__).with_name("schema.sql").read_text("utf-8")
"""The SQL that creates the tables of a store; `python -m spacedialog.store.migrations` writes it."""

SCHEMA_VERSION = int(re.findall("^PRAGMA user_version = ([0-9]+);", SCHEMA_SQL)[0])
"""The version of the schema: the number of migrations. A store has it in `user_version`."""

RECORD_TABLES = ("change", "team", "quarantine", "shared_before")
"""The tables of the log, of the membership in a team, of the quarantine and of entries that were once shared.

They cannot be rebuilt from others.
"""

PROJECTION_TABLES = (
    "dialogue",
    "area",
    "party",
    "commitment",
    "involved",
    "milestone",
    "given",
    "redating",
    "retracted",
    "ignored",
    "words",
    "cited",
    "check_day",
    "verdict_day",
    "conflict",
    "clash",
    "link",
    "assessment",
)
"""The projection tables, which are written from the fold and can be rebuilt from the log."""

OWN_TABLES = (*RECORD_TABLES, *PROJECTION_TABLES)
"""The tables of a store, apart from the full-text index."""
