"""Tests of the database of the built-in record, which an installed package contains."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from spacedialog.importing import built_in
from spacedialog.maintenance import checks


def test_the_database_of_a_package_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a database beside the data files, the built-in record is a copy of it in memory."""
    with closing(built_in.folded_record()) as made:
        (tmp_path / built_in.DATABASE).write_bytes(made.serialize())
        rows = list(made.iterdump())
    monkeypatch.setattr(built_in, "built_in_path", lambda: tmp_path)
    with closing(built_in.built_in_record()) as read:
        assert list(read.iterdump()) == rows
        read.execute("DELETE FROM commitment")
    assert checks.is_sound(tmp_path / built_in.DATABASE)
