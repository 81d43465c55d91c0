"""Tests of atomic: a file is written whole, or stays as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from spacedialog import atomic
from spacedialog.store import backup, database


def mode_of(path: Path) -> int:
    """Return the permission bits of a file."""
    return path.stat().st_mode & 0o777


def test_a_file_is_replaced_when_all_is_written(tmp_path: Path) -> None:
    """The target keeps its content until the draft is complete; then it has the new content, and the draft is gone."""
    target = tmp_path / "file"
    target.write_bytes(b"old")
    with atomic.replacing(target, store=None) as draft:
        draft.write(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_an_error_leaves_the_file_as_it_was(tmp_path: Path, error: BaseException) -> None:
    """After an error or an interrupt the target is unchanged and no draft is left."""
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def fill() -> None:
        with atomic.replacing(target, store=None) as draft:
            draft.write(b"ne")
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
    atomic.write(target, b"new", store=None, mode=mode)
    assert (target.read_bytes(), mode_of(target)) == (b"new", after)


def test_a_new_file_gets_the_mode_of_the_umask(tmp_path: Path) -> None:
    """A new file without a mode of its own gets the same mode as any other new file."""
    (tmp_path / "other").write_bytes(b"")
    atomic.write(tmp_path / "file", b"new", store=None, mode=None)
    assert mode_of(tmp_path / "file") == mode_of(tmp_path / "other")


WRITERS: dict[str, Callable[[Path], AbstractContextManager[Any]]] = {
    "a report": lambda target: atomic.replacing(target, store=target.with_name("store.db")),
    "a backup": backup.new_database,
    "a new store": database.writing,
}


@pytest.mark.parametrize("writer", WRITERS)
def test_no_other_user_can_reach_a_draft(tmp_path: Path, writer: str) -> None:
    """In a folder that all users share, a draft is in a folder of its user only, with a name that cannot be guessed."""
    tmp_path.chmod(0o1777)
    names = set()
    for number in range(2):
        with WRITERS[writer](tmp_path / f"file{number}"):
            (folder,) = (path for path in tmp_path.iterdir() if not path.name.startswith("file"))
            assert (folder.is_dir(), mode_of(folder), folder.stat().st_uid) == (True, 0o700, os.geteuid())
            names.add(folder.name)
            if writer == "a backup":
                (folder / "new").write_bytes(b"")
    assert len(names) == 2
    assert all(len(name) > 2 * 16 for name in names)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file0", "file1"]


@pytest.mark.parametrize("planted", ["link to a folder", "link to nothing", "folder", "file"])
def test_a_file_of_another_user_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    """If the name of the draft is taken, by a link for example, nothing is written through it."""
    monkeypatch.setattr(os, "urandom", bytes)
    shared, mine = tmp_path / "shared", tmp_path / "mine"
    shared.mkdir()
    mine.mkdir()
    place = shared / (".spacedialog-" + "00" * 16)
    if planted.startswith("link"):
        place.symlink_to(mine if planted == "link to a folder" else mine / "nothing")
    elif planted == "folder":
        place.mkdir()
        (place / "other").write_bytes(b"")
    else:
        place.write_bytes(b"")
    with pytest.raises(FileExistsError):
        atomic.write(shared / "file", b"new", store=None)
    assert list(mine.iterdir()) == []
    assert not (shared / "file").exists()


def test_the_folders_of_killed_runs_are_deleted(tmp_path: Path) -> None:
    """The next run deletes the draft of a killed run, but no draft in use, no other folder and no link."""
    script = (
        "import os, pathlib, signal, sys\n"
        "from spacedialog import atomic\n"
        "with atomic.replacing(pathlib.Path(sys.argv[1]), store=None) as out:\n"
        "    out.write(b'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path / "report"], check=False)
    assert done.returncode == -9
    (left,) = tmp_path.iterdir()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "new").write_bytes(b"mine")
    linked, kept = (tmp_path / (".spacedialog-" + digit * 32) for digit in "12")
    linked.symlink_to(mine)
    kept.mkdir()
    (kept / "other").write_bytes(b"mine")
    with atomic.replacing(tmp_path / "one", store=None) as one:
        atomic.write(tmp_path / "two", b"two", store=None)
        assert not left.exists()
        one.write(b"one")
    assert {path.name for path in tmp_path.iterdir()} == {"mine", linked.name, kept.name, "one", "two"}
    assert ((mine / "new").read_bytes(), (kept / "other").read_bytes()) == (b"mine", b"mine")


@pytest.mark.parametrize("has_links", [True, False], ids=["", "no hard links"])
def test_a_new_file_replaces_no_existing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool) -> None:
    """A file that appears while a new one is written is kept, on every file system."""
    if not has_links:
        monkeypatch.setattr(os, "link", _no_links)
    target = tmp_path / "file"

    def fill(made_meanwhile: bytes) -> None:
        with atomic.replacing(target, store=None, replace=False) as draft:
            draft.write(b"new")
            if made_meanwhile:
                target.write_bytes(made_meanwhile)

    with pytest.raises(FileExistsError):
        fill(b"mine")
    assert target.read_bytes() == b"mine"
    target.unlink()
    fill(b"")
    assert (target.read_bytes(), mode_of(target), target.stat().st_nlink) == (b"new", 0o600, 1)
    assert list(tmp_path.iterdir()) == [target]


def _no_links(*_: object) -> None:
    raise PermissionError
