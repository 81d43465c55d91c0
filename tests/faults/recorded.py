"""The system calls by which a program changed the disk, recorded by strace, and the disks that a power loss may leave.

The model is harsher than most file systems. Each sector of 512 bytes written since a file's last fsync may be on the
disk or not, in any mix of old and new. Each name created, moved or removed since a folder's last fsync may be on the
disk or not. All synced data is on the disk. The shared-memory file (-shm) is left out, because SQLite creates it anew.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SECTOR = 512
CALLS = (
    "openat,write,pwrite64,ftruncate,fsync,fdatasync,unlink,rename,mkdir,rmdir,close,link,linkat,renameat,unlinkat,"
    "fallocate"
)
_CALL = re.compile(rb"^\d+ +(\w+)\((.*)\) = (-?\d+)")
_TEXT = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
_HANDLE = re.compile(rb"^(\d+)<((?:\\x[0-9a-f]{2})*)>")


class Write(NamedTuple):
    """Bytes written to a file, by its number, at an offset."""

    file: int
    offset: int
    content: bytes


class Cut(NamedTuple):
    """A new length of a file."""

    file: int
    size: int


class Named(NamedTuple):
    """A name in a folder that now leads to this file or folder, or to nothing."""

    path: str
    file: int | None


class Moved(NamedTuple):
    """A file whose name was moved, replacing the other."""

    new: str
    old: str
    file: int


class Synced(NamedTuple):
    """A file whose content is on the disk."""

    file: int


class FolderSynced(NamedTuple):
    """A folder whose names are on the disk."""

    path: str


class Said(NamedTuple):
    """A write to standard output, which acknowledges an action."""


Event = Write | Cut | Named | Moved | Synced | FolderSynced | Said


class Recorder:
    """Runs programs under strace, one after another, and collects their events below a folder.

    `events` begins with the files that exist at the start, all of them synced.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self._files: dict[str, int] = {}
        self._offsets: dict[int, int] = {}
        self._number = 0
        self.folders = {"."}
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(folder))
            number = self._new(name)
            self.events += [Named(name, number), FolderSynced(str(path.parent.relative_to(folder)))]
            if path.is_dir():
                self.folders.add(name)
            else:
                self.events += [Write(number, 0, path.read_bytes()), Synced(number)]
        self.start = len(self.events)

    def run(self, command: Sequence[str | Path], env: dict[str, str], said: Path, trace: Path) -> int:
        """Run a program with standard output going to the file `said`, and return its exit status."""
        strace = [
            "strace",
            "-f",
            "--seccomp-bpf",
            "-y",
            "-xx",
            "-s",
            "8000000",
            "-e",
            f"trace={CALLS}",
            "-o",
            str(trace),
        ]
        with said.open("wb") as out:
            done = subprocess.run(
                [*strace, *command], env=env, stdout=out, stderr=subprocess.PIPE, check=False, timeout=120
            )
        with trace.open("rb") as lines:
            for line in lines:
                assert b"<unfinished" not in line, "calls of two threads at once: this reader does not join them"
                if (match := _CALL.match(line)) and int(match[3]) >= 0:
                    self.events += self._seen(match[1].decode(), match[2], int(match[3]), str(said))
        return done.returncode

    def _seen(self, call: str, arguments: bytes, result: int, said: str) -> Iterator[Event]:
        handle = _HANDLE.match(arguments)
        texts = _TEXT.findall(arguments)
        if handle and call != "openat":
            descriptor, path = int(handle[1]), _bytes(handle[2]).decode()
            if path == said and call == "write":
                yield Said()
            name = self._below(path)
            if name is None or name.endswith(("-shm", " (deleted)")):
                return
            yield from self._on_handle(call, descriptor, name, arguments, texts, result)
        else:
            yield from self._on_names(call, [self._below(_bytes(text).decode()) for text in texts], arguments, result)

    def _on_handle(
        self, call: str, descriptor: int, name: str, arguments: bytes, texts: list[bytes], result: int
    ) -> Iterator[Event]:
        match call:
            case "fsync" | "fdatasync":
                yield FolderSynced(name) if name in self.folders else Synced(self._files[name])
            case "write":
                offset = self._offsets.get(descriptor, 0)
                self._offsets[descriptor] = offset + result
                yield Write(self._files[name], offset, _bytes(texts[0])[:result])
            case "pwrite64":
                offset = int(arguments.rpartition(b", ")[2])
                yield Write(self._files[name], offset, _bytes(texts[0])[:result])
            case "ftruncate":
                yield Cut(self._files[name], int(arguments.rpartition(b", ")[2]))
            case "close":
                self._offsets.pop(descriptor, None)
            case _:
                raise AssertionError(f"{call} of {name}: a call that this model does not know")

    def _on_names(self, call: str, names: list[str | None], arguments: bytes, result: int) -> Iterator[Event]:
        if not names or any(name is None or name.endswith("-shm") for name in names):
            return
        name = names[0]
        assert name is not None
        match call:
            case "openat":
                self._offsets[result] = 0
                if b"O_CREAT" in arguments and name not in self._files:
                    yield Named(name, self._new(name))
                elif b"O_TRUNC" in arguments:
                    yield Cut(self._files[name], 0)
            case "mkdir":
                self.folders.add(name)
                yield Named(name, self._new(name))
            case "unlink" | "unlinkat" | "rmdir":
                del self._files[name]
                yield Named(name, None)
            case "link" | "linkat":
                assert names[1] is not None
                self._files[names[1]] = self._files[name]
                yield Named(names[1], self._files[name])
            case "rename" | "renameat":
                new = names[1]
                assert new is not None
                self._files[new] = self._files.pop(name)
                yield Moved(new, name, self._files[new])
            case _:
                raise AssertionError(f"{call} of {name}: a call that this model does not know")

    def _new(self, name: str) -> int:
        self._number += 1
        self._files[name] = self._number
        return self._number

    def _below(self, path: str) -> str | None:
        inside = os.path.relpath(path, self.folder)
        return None if inside == ".." or inside.startswith("../") else inside


def _bytes(text: bytes) -> bytes:
    return bytes.fromhex(text.replace(b"\\x", b"").decode("ascii"))


class Loss(NamedTuple):
    """The share of unsynced changes that a power loss leaves on the disk.

    With `sectors`, each sector of a write is lost or kept independently. With `last`, only the last few writes of each
    file can be lost.
    """

    share: float
    sectors: bool
    last: int


LOSSES = (
    Loss(0.0, False, 0),
    Loss(1.0, False, 0),
    Loss(0.5, False, 0),
    Loss(0.5, True, 0),
    Loss(0.9, True, 0),
    Loss(0.1, True, 0),
    Loss(0.5, True, 3),
)


class Disk:
    """A disk to which events are applied one by one, with its synced and its pending content."""

    def __init__(self) -> None:
        self._contents: dict[int, bytearray] = {}
        self._names: dict[str, int] = {".": 0}
        self._pending: dict[int, list[Write | Cut]] = {}
        self._pending_names: list[Named | Moved] = []

    def happens(self, event: Event) -> None:
        """Apply the next event."""
        match event:
            case Write() | Cut():
                self._pending.setdefault(event.file, []).append(event)
            case Named() | Moved():
                self._pending_names.append(event)
            case Synced(file):
                for change in self._pending.pop(file, ()):
                    _apply(self._contents.setdefault(file, bytearray()), change)
            case FolderSynced(path):
                here = [name for name in self._pending_names if _is_in(name, path)]
                self._pending_names = [name for name in self._pending_names if not _is_in(name, path)]
                for name in here:
                    _name(self._names, name)
            case Said():
                pass

    def after_loss(self, loss: Loss, draw: random.Random) -> tuple[dict[str, int], dict[int, bytes]]:
        """Return the names after a power loss now, each with its file, and the files' contents."""
        names = dict(self._names)
        for change in self._pending_names:
            if draw.random() < (loss.share if not loss.last else 0.9):
                _name(names, change)
        contents = {}
        for file in set(names.values()):
            content = bytearray(self._contents.get(file, b""))
            pending = self._pending.get(file, [])
            for number, write in enumerate(pending):
                if loss.last and number < len(pending) - loss.last:
                    _apply(content, write)
                else:
                    for part in _parts(write) if loss.sectors else (write,):
                        if draw.random() < loss.share:
                            _apply(content, part)
            contents[file] = bytes(content)
        return names, contents


def _is_in(change: Named | Moved, folder: str) -> bool:
    return (os.path.dirname(change[0]) or ".") == folder  # noqa: PTH120 - names on a disk of our own


def _name(names: dict[str, int], change: Named | Moved) -> None:
    match change:
        case Named(path, None):
            names.pop(path, None)
        case Named(path, file):
            assert file is not None
            names[path] = file
        case Moved(new, old, file):
            names.pop(old, None)
            names[new] = file


def _apply(content: bytearray, change: Write | Cut) -> None:
    match change:
        case Write(_, offset, part):
            if len(content) < offset:
                content.extend(bytes(offset - len(content)))
            content[offset : offset + len(part)] = part
        case Cut(_, size):
            del content[size:]
            content.extend(bytes(size - len(content)))


def _parts(change: Write | Cut) -> Iterator[Write | Cut]:
    if isinstance(change, Cut):
        yield change
        return
    start = change.offset
    while start < change.offset + len(change.content):
        end = min((start // SECTOR + 1) * SECTOR, change.offset + len(change.content))
        yield Write(change.file, start, change.content[start - change.offset : end - change.offset])
        start = end


def laid(folder: Path, names: dict[str, int], contents: dict[int, bytes], folders: set[str]) -> None:
    """Write the content of a disk into an empty folder; `folders` are the names that are folders."""
    for name in sorted(names):
        if name == ".":
            folder.mkdir(parents=True)
        elif not (folder / name).parent.exists():
            continue  # the power loss removed the folder
        elif name in folders:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(contents[names[name]])
            (folder / name).chmod(0o600)
