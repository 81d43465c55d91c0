"""The SQL with which the database administrator sets up shared logs, or updates those of an older version."""

from __future__ import annotations

from pathlib import Path


def tables_sql() -> str:
    """Return the SQL for the tables of shared logs, the role of a member, and its privileges."""
    return (Path(__file__).parent / "server_schema.sql").read_text("utf-8")
