"""The migrations of a store's schema, in order.

A migration is never edited after a release. `python -m spacedialog.store.migrations` writes the schema that they all
create, with its version, to `schema.sql`, so that other modules need not import sqlite-utils. A new migration needs no
other edit.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.db import Table
from sqlite_utils.migrations import Migrations

steps = Migrations("spacedialog")


def migrate(connection: sqlite3.Connection, version: int | None = None) -> None:
    """Apply the migrations that have not been applied to this store, each in its own transaction.

    With `version`, apply only those that an older schema of that version has.
    """
    db = _database(connection)
    later = [migration.name for migration in steps.pending(db)][version:] if version else []
    steps.apply(db, stop_before=later[:1] or None)


def _database(connection: sqlite3.Connection) -> Database:
    return Database(connection, execute_plugins=False, recursive_triggers=False)


def _table(db: Database, name: str) -> Table:
    table = db[name]
    assert isinstance(table, Table)
    return table


@steps()
def m0001_log(db: Database) -> None:
    """Create the log, which is append-only."""
    change = _table(db, "change")
    change.create(
        {
            **{"id": str, "ts": int},
            **dict.fromkeys(("on", "author", "kind", "item", "base", "body", "sha"), str),
            "seq": int,
        },
        pk="id",
        not_null={"id", "ts", "on", "author", "kind", "item", "body", "sha"},
        strict=True,
    )
    change.create_index(["item"])
    change.create_index(["ts"])
    db.execute(
        """
        CREATE TRIGGER change_keeps_its_words BEFORE UPDATE ON change
        WHEN OLD.seq IS NOT NULL
            OR (NEW.id, NEW.ts, NEW."on", NEW.author, NEW.kind, NEW.item, NEW.base, NEW.body, NEW.sha)
                IS NOT (OLD.id, OLD.ts, OLD."on", OLD.author, OLD.kind, OLD.item, OLD.base, OLD.body, OLD.sha)
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
        """
    )
    db.execute(
        """
        CREATE TRIGGER change_stays BEFORE DELETE ON change
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
        """
    )


@steps()
def m0002_periods(db: Database) -> None:
    """Create the projection tables: periods, moved dates, the full-text index."""
    period = {"id": int, "item": str, "valid_from": str, "valid_to": str}
    fixed = {"item", "valid_from", "valid_to"}

    dialogue = _table(db, "dialogue")
    dialogue.create(
        {**period, "key": str, "held": str, "fields": str},
        pk="id",
        not_null={*fixed, "key", "held", "fields"},
        strict=True,
    )
    dialogue.create_index(["item", "valid_from"], unique=True)

    area = _table(db, "area")
    area.create(
        {**period, "key": str, "dialogue": str, "title": str, "position": int},
        pk="id",
        not_null={*fixed, "key", "dialogue", "title", "position"},
        strict=True,
    )
    area.create_index(["item", "valid_from"], unique=True)

    party = _table(db, "party")
    party.create(
        {**period, "key": str, "dialogue": str, "name": str, "side": str},
        pk="id",
        not_null={*fixed, "key", "dialogue", "name", "side"},
        strict=True,
    )
    party.create_index(["item", "valid_from"], unique=True)
    party.create_index(["side"])

    commitment = _table(db, "commitment")
    commitment.create(
        {
            **period,
            "ref": str,
            "ref_key": str,
            "number": int,
            "dialogue": str,
            "area": str,
            "kind": str,
            "title": str,
            "strength": str,
            "lead": str,
            "partners": str,
            "status": str,
            "percent": int,
            "due": str,
            "due_earliest": str,
            "due_latest": str,
            "slipped": int,
            "updated": str,
            "checked": str,
            "source": str,
        },
        pk="id",
        not_null={
            *fixed,
            "ref",
            "ref_key",
            "dialogue",
            "area",
            "kind",
            "title",
            "strength",
            "partners",
            "status",
        }
        | {"slipped", "updated", "checked", "source"},
        strict=True,
    )
    commitment.create_index(["item", "valid_from"], unique=True)
    commitment.create_index(["ref_key"])
    commitment.create_index(["number"])
    commitment.create_index(["dialogue", "number"])
    commitment.create_index(["area", "status", "valid_to", "valid_from"])
    commitment.create_index(["status", "valid_to", "valid_from"])
    commitment.create_index(["due_latest", "valid_to"])

    involved = _table(db, "involved")
    involved.create(
        {"item": str, "valid_from": str, "valid_to": str, "dialogue": str, "party": str, "leads": int},
        not_null={*fixed, "dialogue", "party", "leads"},
        strict=True,
    )
    involved.create_index(["party", "valid_to", "valid_from", "item"])
    involved.create_index(["item"])

    milestone = _table(db, "milestone")
    milestone.create(
        {
            **period,
            "milestone": str,
            "ref": str,
            "ref_key": str,
            "title": str,
            "when": str,
            "earliest": str,
            "latest": str,
            "recurs": str,
            "status": str,
            "met": str,
        },
        pk="id",
        not_null={*fixed, "milestone", "ref", "ref_key", "title", "when", "status"},
        strict=True,
    )
    milestone.create_index(["item", "valid_to"])
    milestone.create_index(["ref_key"])
    milestone.create_index(["latest", "valid_to"])

    given = _table(db, "given")
    given.create(
        {"item": str, "milestone": str, "ref_key": str, "prefix": str, "number": int},
        not_null={"item", "ref_key", "prefix"},
        strict=True,
    )
    given.create_index(["item"])
    given.create_index(["ref_key"])
    given.create_index(["prefix", "number"])

    redating = _table(db, "redating")
    redating.create(
        {"change": str, "item": str, "milestone": str, "day": str, "on": str, "old": str, "new": str},
        pk="change",
        not_null={"change", "item", "day", "on", "old", "new"},
        strict=True,
    )
    redating.create_index(["item"])
    redating.create_index(["day"])

    retracted = _table(db, "retracted")
    retracted.create({"change": str, "item": str}, pk="change", not_null={"change", "item"}, strict=True)
    retracted.create_index(["item"])

    words = _table(db, "words")
    words.create(
        {"id": int, "item": str, "on": str, "names": str, "title": str, "detail": str, "note": str},
        pk="id",
        not_null={"item", "on", "names", "title", "detail", "note"},
        strict=True,
    )
    words.create_index(["item"])
    words.enable_fts(["names", "title", "detail", "note"], tokenize="unicode61 remove_diacritics 2")


@steps()
def m0003_team(db: Database) -> None:
    """Create the tables of the shared log and of conflicts."""
    # `seq` is cleared when the server has lost the entry or the user leaves the team; the entry itself never changes.
    db.execute("DROP TRIGGER change_keeps_its_words")
    db.execute(
        """
        CREATE TRIGGER change_keeps_its_words BEFORE UPDATE ON change
        WHEN (OLD.seq IS NULL) = (NEW.seq IS NULL)
            OR (NEW.id, NEW.ts, NEW."on", NEW.author, NEW.kind, NEW.item, NEW.base, NEW.body, NEW.sha)
                IS NOT (OLD.id, OLD.ts, OLD."on", OLD.author, OLD.kind, OLD.item, OLD.base, OLD.body, OLD.sha)
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
        """
    )
    _table(db, "change").create_index(["seq"])

    _table(db, "team").create(
        {"url": str, "name": str, "log_id": str, "cursor": int, "chain": str},
        not_null={"url", "name", "log_id", "cursor", "chain"},
        strict=True,
    )
    _table(db, "quarantine").create(
        {"id": int, "seq": int, "sha": str, "body": str, "pushed_by": str, "why": str},
        pk="id",
        not_null={"sha", "body", "pushed_by", "why"},
        strict=True,
    )

    conflict = _table(db, "conflict")
    conflict.create(
        {"item": str, "milestone": str, "field": str, "kept": str, "other": str},
        not_null={"item", "field", "kept", "other"},
        strict=True,
    )
    conflict.create_index(["item"])

    clash = _table(db, "clash")
    clash.create(
        {"item": str, "milestone": str, "ref_key": str, "shown": str, "kept": str, "other": str},
        not_null={"item", "ref_key", "shown", "kept", "other"},
        strict=True,
    )
    clash.create_index(["item"])
    clash.create_index(["ref_key"])


@steps()
def m0004_links(db: Database) -> None:
    """Create the table of decisions on which commitment continues one of an earlier dialogue."""
    link = _table(db, "link")
    link.create(
        {"id": int, "item": str, "valid_from": str, "valid_to": str, "old": str, "new": str, "decided": str},
        pk="id",
        not_null={"item", "valid_from", "valid_to", "old", "new", "decided"},
        strict=True,
    )
    link.create_index(["item", "valid_from"], unique=True)
    link.create_index(["old"])
    link.create_index(["new"])


@steps()
def m0005_assessments(db: Database) -> None:
    """Create the table of assessments; mark commitments that are complete without evidence."""
    _table(db, "commitment").add_column("claimed", int, not_null_default=0)

    assessment = _table(db, "assessment")
    assessment.create(
        {
            **{"id": int, "item": str, "valid_from": str, "valid_to": str},
            **dict.fromkeys(("commitment", "party", "assessor", "rubric", "verdict", "entry"), str),
        },
        pk="id",
        not_null={"item", "valid_from", "valid_to", "commitment", "assessor", "rubric", "verdict", "entry"},
        strict=True,
    )
    assessment.create_index(["item", "valid_from"], unique=True)
    assessment.create_index(["commitment"])


@steps()
def m0006_days_of_conflicts(db: Database) -> None:
    """Add the days on which a conflict exists."""
    conflict = _table(db, "conflict")
    for column in ("valid_from", "valid_to"):
        conflict.add_column(column, str, not_null_default="")
    conflict.create_index(["valid_to", "valid_from", "item"])


@steps()
def m0007_ignored_entries(db: Database) -> None:
    """Create the tables of entries that do not count and of entries that were once in a shared log.

    Add the entry's id to each record in the quarantine.
    """
    ignored = _table(db, "ignored")
    ignored.create({"change": str, "item": str}, pk="change", not_null={"change", "item"}, strict=True)
    ignored.create_index(["item"])
    _table(db, "quarantine").add_column("change", str)
    db.execute("UPDATE quarantine SET change = body ->> 0 WHERE json_valid(body)")
    _table(db, "shared_before").create({"change": str}, pk="change", not_null={"change"}, strict=True)


@steps()
def m0008_words_by_field(db: Database) -> None:
    """Index the texts one by one, by word stems, and those of areas, parties and dialogues; add the cited documents."""
    db.execute("DROP TABLE words_fts")
    db.execute("DROP TABLE words")

    words = _table(db, "words")
    words.create(
        {"id": int, "item": str, "on": str, "until": str, "field": str, "part": str, "text": str},
        pk="id",
        not_null={"item", "on", "until", "field", "text"},
        strict=True,
    )
    words.create_index(["item"])
    words.enable_fts(["text"], tokenize="porter unicode61 remove_diacritics 2")

    cited = _table(db, "cited")
    cited.create(
        {"item": str, "valid_from": str, "valid_to": str, "dialogue": str, "document": str},
        not_null={"item", "valid_from", "valid_to", "dialogue", "document"},
        strict=True,
    )
    cited.create_index(["item"])
    cited.create_index(["document", "dialogue"])


@steps()
def m0009_sources_of_milestones(db: Database) -> None:
    """Add the source of the date and the status of a milestone."""
    _table(db, "milestone").add_column("source", str, not_null_default="")


@steps()
def m0010_checks(db: Database) -> None:
    """Add the days of checks, and the owner and the review of a commitment; rename two columns."""
    commitment = _table(db, "commitment")
    for column in ("owner", "review", "review_from"):
        commitment.add_column(column, str)
    commitment.add_column("review_days", int)
    db.execute("ALTER TABLE commitment RENAME COLUMN claimed TO unevidenced")
    db.execute("ALTER TABLE commitment RENAME COLUMN checked TO status_on")
    commitment.add_column("checked", str, not_null_default="")

    check_day = _table(db, "check_day")
    check_day.create({"item": str, "day": str}, not_null={"item", "day"}, strict=True)
    check_day.create_index(["item", "day"])
    verdict_day = _table(db, "verdict_day")
    verdict_day.create(
        {"item": str, "commitment": str, "day": str}, not_null={"item", "commitment", "day"}, strict=True
    )
    verdict_day.create_index(["commitment", "day"])
    verdict_day.create_index(["item"])


@steps()
def m0011_parties(db: Database) -> None:
    """Add the aliases of a party, and the parties that it succeeds, as JSON arrays."""
    for column in ("aliases", "succeeds"):
        _table(db, "party").add_column(column, str, not_null_default="[]")


@steps()
def m0012_windows_by_status(db: Database) -> None:
    """Add the windows of commitments to their index by status."""
    db.execute("DROP INDEX idx_commitment_status_valid_to_valid_from")
    _table(db, "commitment").create_index(["status", "valid_to", "valid_from", "due_earliest", "due_latest"])


def schema_sql() -> str:
    """Return the SQL that creates the schema of all migrations in an empty database, and sets its version."""
    connection = sqlite3.connect(":memory:")
    migrate(connection)
    rows = connection.execute(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB '_sqlite_migrations*'"
        " AND name NOT GLOB 'idx__sqlite_*' AND name NOT GLOB 'words_fts_*' ORDER BY rowid"
    )
    version = f"PRAGMA user_version = {len(steps.applied(_database(connection)))};\n\n"
    return version + "".join(f"{sql.strip()};\n\n" for (sql,) in rows)


if __name__ == "__main__":
    Path(__file__).with_name("schema.sql").write_text(schema_sql(), "utf-8")
