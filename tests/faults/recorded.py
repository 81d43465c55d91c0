"""The system calls by which a program changes a disk, recorded by strace, and the disk after a power loss.

The model is harsher than most file systems. Data written to a file since its last fsync may be there or not, separately
for each sector of 512 bytes. Names created, moved or removed in a folder since its last fsync may have changed or not.
Synced data are there. The shared-memory file (-shm) is ignored, because SQLite creates it anew.
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
CALLS = "openat,write,pwrite64,ftruncate,fsync,fdatasync,unlink,rename,mkdir,close,link,renameat,unlinkat,fallocate"
_CALL = re.compile(rb"^\d+ +(\w+)\((.*)\) = (-?\d+)")
_TEXT = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
_HANDLE = re.compile(rb"^(\d+)<((?:\\x[0-9a-f]{2})*)>")


class Write(NamedTuple):
    """Bytes were written to a file, identified by a number, at an offset."""

    file: int
    offset: int
    content: bytes


class Cut(NamedTuple):
    """A file's length was set."""

    file: int
    size: int


class Named(NamedTuple):
    """A name was given to a file or folder; with None it was removed."""

    path: str
    file: int | None


class Moved(NamedTuple):
    """A file was renamed and replaced any file with the new name."""

    old: str
    new: str


class Synced(NamedTuple):
    """A file's content was synced."""

    file: int


class FolderSynced(NamedTuple):
    """The names in a folder were synced."""

    path: str


class Acknowledged(NamedTuple):
    """The program wrote to its standard output and so acknowledged its action."""


Event = Write | Cut | Named | Moved | Synced | FolderSynced | Acknowledged


class Recorder:
    """Runs programs under strace, one after another, and records the changes below a folder.

    `events` begins with the files that exist at first, all of them synced.
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

    def run(self, command: Sequence[str | Path], env: dict[str, str], output: Path, trace: Path) -> int:
        """Run a program with its standard output in the file `output`; return the exit status."""
        strace = ["strace", "-f", "-y", "-xx", "-s", "8000000", "-e", f"trace={CALLS}", "-o", str(trace)]
        with output.open("wb") as out:
            process = subprocess.run(
                [*strace, *command], env=env, stdout=out, stderr=subprocess.PIPE, check=False, timeout=120
            )
        with trace.open("rb") as lines:
            for line in lines:
                assert b"<unfinished" not in line, "calls of two threads at once: this reader does not join them"
                if (match := _CALL.match(line)) and int(match[3]) >= 0:
                    self.events += self._events(match[1].decode(), match[2], int(match[3]), str(output))
        return process.returncode

    def _events(self, call: str, arguments: bytes, result: int, output: str) -> Iterator[Event]:
        handle = _HANDLE.match(arguments)
        texts = _TEXT.findall(arguments)
        if handle and call != "openat":
            descriptor, path = int(handle[1]), _bytes(handle[2]).decode()
            if path == output and call == "write":
                yield Acknowledged()
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
            case "unlink" | "unlinkat":
                del self._files[name]
                yield Named(name, None)
            case "rename" | "renameat":
                new = names[1]
                assert new is not None
                self._files[new] = self._files.pop(name)
                yield Moved(name, new)
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
    """The share of unsynced changes that reach the disk at a power loss.

    With `sectors`, each sector of a write is decided separately. With `last`, only the last few writes to each file may
    be missing.
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
    """A disk that applies events one by one and distinguishes synced from pending changes."""

    def __init__(self) -> None:
        self._contents: dict[int, bytearray] = {}
        self._names: dict[str, int] = {".": 0}
        self._pending: dict[int, list[Write | Cut]] = {}
        self._pending_names: list[Named | Moved] = []

    def apply(self, event: Event) -> None:
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
                synced = [name for name in self._pending_names if _is_in(name, path)]
                self._pending_names = [name for name in self._pending_names if not _is_in(name, path)]
                for name in synced:
                    _name(self._names, name)
            case Acknowledged():
                pass

    def after_loss(self, loss: Loss, rng: random.Random) -> tuple[dict[str, int], dict[int, bytes]]:
        """Return the names on the disk after a power loss, each with its file, and the contents by file."""
        names = dict(self._names)
        for change in self._pending_names:
            if rng.random() < (loss.share if not loss.last else 0.9):
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
                        if rng.random() < loss.share:
                            _apply(content, part)
            contents[file] = bytes(content)
        return names, contents


def _is_in(change: Named | Moved, folder: str) -> bool:
    return (os.path.dirname(change[0]) or ".") == folder  # noqa: PTH120 - names of the modelled disk


def _name(names: dict[str, int], change: Named | Moved) -> None:
    match change:
        case Named(path, None):
            names.pop(path, None)
        case Named(path, file):
            assert file is not None
            names[path] = file
        case Moved(old, new):
            if old in names:
                names[new] = names.pop(old)


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


def write_disk(folder: Path, names: dict[str, int], contents: dict[int, bytes], folders: set[str]) -> None:
    """Write the names and contents of a disk into a new folder; `folders` are the names of folders."""
    for name in sorted(names):
        if name == ".":
            folder.mkdir(parents=True)
        elif not (folder / name).parent.exists():
            continue  # the folder of this name is missing itself
        elif name in folders:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(contents[names[name]])
            (folder / name).chmod(0o600)
