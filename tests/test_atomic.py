"""Tests of atomic: a file is written whole, or stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from spacedialog import atomic


def mode_of(path: Path) -> int:
    """Return the permission bits of a file."""
    return path.stat().st_mode & 0o777


def test_a_file_is_replaced_when_all_is_written(tmp_path: Path) -> None:
    """The target keeps its content until the draft is complete; then it has the new content, and the draft is gone."""
    target = tmp_path / "file"
    target.write_bytes(b"old")
    with atomic.replacing(target) as draft:
        draft.write_bytes(b"new")
        assert (draft.parent, target.read_bytes()) == (tmp_path, b"old")
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_an_error_leaves_the_file_as_it_was(tmp_path: Path, error: BaseException) -> None:
    """After an error or an interrupt the target is unchanged and no draft is left."""
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def fill() -> None:
        with atomic.replacing(target) as draft:
            draft.write_bytes(b"ne")
            raise error

    with pytest.raises(type(error)):
        fill()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("before", "mode", "after"), [(None, 0o600, 0o600), (0o640, 0o600, 0o600), (0o440, None, 0o440)]
)
def test_a_file_gets_the_mode_asked_for(tmp_path: Path, before: int | None, mode: int | None, after: int) -> None:
    """A file gets the mode that is asked for; with None it keeps the one that it had."""
    target = tmp_path / "file"
    if before is not None:
        target.write_bytes(b"old")
        target.chmod(before)
    atomic.write(target, b"new", mode=mode)
    assert (target.read_bytes(), mode_of(target)) == (b"new", after)


def test_a_new_file_gets_the_mode_of_the_umask(tmp_path: Path) -> None:
    """A new file without a mode of its own gets the same mode as any other new file."""
    (tmp_path / "other").write_bytes(b"")
    atomic.write(tmp_path / "file", b"new", mode=None)
    assert mode_of(tmp_path / "file") == mode_of(tmp_path / "other")
