"""The SQL that whoever keeps the database runs once."""

from __future__ import annotations

from pathlib import Path


def tables_sql() -> str:
    """The team's tables, its role, and what that may do."""
    return (Path(__file__).parent / "tables.sql").read_text("utf-8")
