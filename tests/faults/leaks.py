"""Random records with internal entries: the public record must be the one that would exist without them.

Each record is written twice: with its internal actions, and without them, at the same times and with the same random
bytes. With --public, the first must give the same bytes as the second, in every format, and no word of an internal
action may be in a file that is written.

`python -m tests.faults.leaks --records 10000` tests 10,000 records.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from spacedialog.errors import SpacedialogError
from spacedialog.model.fields import NewCommitment
from spacedialog.model.parties import NewParty
from spacedialog.model.rows.written import Written
from spacedialog.tracker import Tracker
from tests.faults.verdict import Verdict, script
from tests.support import ruritania
from tests.support.program import TODAY, Desk
from tests.support.trackers import NOON

SECRET = "zqxsecret"
"""The beginning of every word that occurs in internal actions only."""

_DAYS = ("2025-03-11", "2025-08", "2026-01-05", "2026-06", "2026-11-21", None)
_DUES = ("2026", "2027-03", "2026-12-24", "2027-01/2027-03", "../2028")
_STATUSES = ("unknown", "not-started", "in-progress", "stalled", "complete", "withdrawn")

READS: tuple[tuple[str, ...], ...] = (
    *(
        (name,)
        for name in ("overview", "list", "todo", "upcoming", "history", "slips", "areas", "parties", "dialogues")
    ),
    ("brief", "--since", "2025-01-01"),
    ("report",),
    ("show", "RUR1-01"),
    ("show", "RUR1"),
    ("search", "share OR pub"),
    ("search", SECRET),
    ("conflicts",),
    ("agreement",),
    ("crosswalk", "politifact"),
    ("cite", "RUR1-01", "RUR0-02"),
    ("report", "--template", "summary"),
    ("report", "--template", "reminder", "--party", "RSA"),
    ("site",),
    ("fingerprint",),
    ("list", "--as-of", "2026-02-01"),
    ("report", "--as-of", "2026-02-01"),
    ("history", "--known-at", "2026-11-30T12:00:20Z"),
)
"""The reads of a record; each is written in a random format."""

FORMATS = ("table", "plain", "json", "jsonl", "csv", "md", "html", "xlsx", "docx", "eml", "ics", "atom", "bibtex")
_SOME = {"ics": ("upcoming", "report"), "atom": ("brief", "history"), "bibtex": ("cite",)}
_OF_TEMPLATES = ("md", "html", "docx")

Act = Callable[[Tracker], Written]


class Moments:
    """The clock and the random bytes of an action: the same for both trackers."""

    def __init__(self) -> None:
        self.action = self._drawn = 0

    def begin(self, action: int) -> None:
        """Begin an action, or begin it again."""
        self.action, self._drawn = action, 0

    def now(self) -> int:
        """Return the time in µs since 1970."""
        return NOON - 86_400_000_000 + self.action * 1_000_000

    def entropy(self, size: int) -> bytes:
        """Return random bytes."""
        self._drawn += 1
        return hashlib.shake_128(f"{self.action}/{self._drawn}".encode()).digest(size)


class Draft:
    """A random record, written with its internal actions and without them."""

    def __init__(self, folder: Path, template: Path, draw: random.Random) -> None:
        self._draw = draw
        self._moments = Moments()
        self._words = 0
        self._ids: list[str] = []
        self.whole, self.public = (self._tracker(folder / name, template) for name in ("whole", "public"))

    def _tracker(self, folder: Path, template: Path) -> Tracker:
        folder.mkdir(parents=True)
        shutil.copy(template, folder / "store.db")
        return Tracker(
            folder / "store.db",
            today=date.fromisoformat(TODAY),
            now=self._moments.now,
            author="Zenda",
            entropy=self._moments.entropy,
        )

    def write(self, actions: int) -> list[str]:
        """Record random actions; return the differences found."""
        broken: list[str] = []
        for number in range(1, actions + 1):
            internal = self._draw.random() < 0.5
            name = self._draw.choice(("mark", "mark", "note", "check", "move", "add", "part", "edit", "assess", "link",
                                      "party", "area", "undo", "apply", "import"))  # fmt: skip
            if name in ("apply", "import"):
                broken += self._from_file(number, name)
                continue
            act = getattr(self, f"_{name}")(internal)
            done = self._do(self.whole, number, act)
            if done and done.undo:
                self._ids.append(done.undo)
            if done is None or done.internal or (internal and not done.changes):
                if done and done.internal != done.changes:
                    broken.append(f"{name}: {done.internal} of {done.changes} entries are internal")
                continue
            if internal and done.changes:
                broken.append(f"{name}: the entry is not internal")
            repeated = self._do(self.public, number, act)
            # An unmarked action that changes nothing can be about something internal.
            if repeated.changes != done.changes if repeated else done.changes:
                broken.append(f"{name}: another result without internal entries: {done}, {repeated}")
        return broken

    def _do(self, tracker: Tracker, number: int, act: Act) -> Written | None:
        self._moments.begin(number)
        try:
            done = act(tracker)
        except SpacedialogError:
            return None
        return done

    # What is drawn

    def _text(self, internal: bool) -> str:
        self._words += 1
        return f"{SECRET}{self._words} plan" if internal else f"pub{self._words} share"

    def _ref(self) -> str:
        with self.whole.snapshot() as snapshot:
            rows = list(snapshot.commitments())
            refs = [row.ref for row in rows]
            refs += [row.ref for row in snapshot.upcoming(everything=True) if "." in row.ref]
        return self._draw.choice(refs)

    def _remarks(self, internal: bool) -> Any:
        given: dict[str, Any] = {"internal": internal, "on": self._draw.choice(_DAYS)}
        if self._draw.random() < 0.5:
            given["note"] = self._text(internal)
        if self._draw.random() < 0.5:
            given["evidence"] = f"https://{SECRET if internal else 'pub'}.example/{self._words}"
        return {name: value for name, value in given.items() if value is not None}

    # The actions

    def _mark(self, internal: bool) -> Act:
        ref, status = self._ref(), self._draw.choice((*_STATUSES, "met"))
        percent = self._draw.choice((None, None, 20, 60))
        remarks = self._remarks(internal)
        return lambda tracker: tracker.mark(ref, status, percent=percent, **remarks)

    def _note(self, internal: bool) -> Act:
        ref, text = self._draw.choice((self._ref(), "RUR1")), self._text(internal)
        remarks = {**self._remarks(internal), "note": None}
        return lambda tracker: tracker.note(ref, text, **remarks)

    def _check(self, internal: bool) -> Act:
        refs, remarks = [self._ref()], self._remarks(internal)
        return lambda tracker: tracker.check(refs, **remarks)

    def _move(self, internal: bool) -> Act:
        ref, due, remarks = self._ref(), self._draw.choice(_DUES), self._remarks(internal)
        return lambda tracker: tracker.reschedule(ref, due, **remarks)

    def _add(self, internal: bool) -> Act:
        with self.whole.snapshot() as snapshot:
            area, lead = (self._draw.choice(snapshot.values(kind)) for kind in ("area", "party"))
        texts = {"title": self._text(internal), "quote": self._text(internal)}
        new = NewCommitment.of({**texts, "area": area, "lead": lead, "due": self._draw.choice(_DUES), "source": "JS"})
        remarks = self._remarks(internal)
        return lambda tracker: tracker.add(new, **remarks)

    def _part(self, internal: bool) -> Act:
        ref, title = self._ref().partition(".")[0], self._text(internal)
        remarks, due = self._remarks(internal), self._draw.choice(_DUES[:3])
        return lambda tracker: tracker.add_milestone(ref, title, due, **remarks)

    def _edit(self, internal: bool) -> Act:
        ref, remarks = self._ref(), self._remarks(internal)
        with self.whole.snapshot() as snapshot:
            party = self._draw.choice(snapshot.values("party"))
        field = self._draw.choice(("title", "owner", "criterion", "lead", "review"))
        value = {"lead": party, "review": "90 days"}.get(field) or self._text(internal)
        more = [party] if self._draw.random() < 0.2 else []
        return lambda tracker: tracker.edit(ref, {field: value}, add_partners=more, **remarks)

    def _assess(self, internal: bool) -> Act:
        ref, remarks = self._ref(), self._remarks(internal)
        assessor = self._draw.choice(("Rassendyll", self._text(internal)))
        verdict = self._draw.choice(("met", "partly-met", "cannot-tell"))
        return lambda tracker: tracker.assess(ref, verdict, assessor=assessor, **remarks)

    def _link(self, internal: bool) -> Act:
        old, new, remarks = self._ref(), self._ref(), self._remarks(internal)
        linked = self._draw.random() < 0.5
        return lambda tracker: (tracker.link if linked else tracker.unlink)(old, new, **remarks)

    def _party(self, internal: bool) -> Act:
        self._words += 1
        key = f"{SECRET if internal else 'PUB'}{self._words}"
        new, remarks = (
            NewParty(key, self._text(internal), "RUR", (self._text(internal),), {}, "RUR1"),
            self._remarks(internal),
        )
        return lambda tracker: tracker.add_party(new, **remarks)

    def _area(self, internal: bool) -> Act:
        self._words += 1
        key, title = f"{SECRET if internal else 'pub'}{self._words}", self._text(internal)
        remarks = self._remarks(internal)
        return lambda tracker: tracker.add_area(key, title, **remarks)

    def _undo(self, internal: bool) -> Act:
        entry = self._draw.choice(self._ids or ["0000"])
        redo = self._draw.random() < 0.4
        return lambda tracker: (tracker.redo if redo else tracker.undo)(entry, internal=internal)

    # Files, which have internal and public parts

    def _from_file(self, number: int, name: str) -> Iterator[str]:
        make = self._rows if name == "apply" else self._document
        whole, public = make()
        done = self._do(self.whole, number, whole)
        repeated = self._do(self.public, number, public) if done else None
        if done and repeated is None and done.internal < done.changes:
            yield f"{name}: refused without the internal parts"
        elif done and repeated and done.changes - done.internal != repeated.changes:
            yield f"{name}: not the same public entries without the internal parts: {done}, {repeated}"

    def _rows(self) -> tuple[Act, Act]:
        with self.public.snapshot() as snapshot:
            refs = [row.ref for row in snapshot.commitments()]
        rows: list[dict[str, Any]] = []
        for ref in self._draw.sample(refs, min(3, len(refs))):
            internal = self._draw.random() < 0.5
            row = {"ref": ref, "status": self._draw.choice(_STATUSES), "internal": internal}
            rows.append(row | ({"note": self._text(internal)} if self._draw.random() < 0.5 else {}))
        return self._apply(rows), self._apply([row for row in rows if not row["internal"]])

    @staticmethod
    def _apply(rows: list[dict[str, Any]]) -> Act:
        text = "".join(f"{json.dumps(row)}\n" for row in rows) or "\n"
        return lambda tracker: tracker.apply(text, "rows.jsonl")

    def _document(self) -> tuple[Act, Act]:
        document = json.loads(json.dumps(ruritania.RECORD))
        for party in document["parties"]:
            party["aliases"] = [self._text(False)]
        document["areas"].append({"key": "hidden", "title": self._text(True), "internal": True})
        public = json.loads(json.dumps(document))
        del public["areas"][-1]
        number = 10 + self._words
        for key in ("hidden", "moon"):
            ref = f"RUR1-INT-{number}"
            new = ruritania.commitment(number, key, self._text(True), "firm", ref=ref, internal=True)
            new["milestones"] = [{"ref": f"{new['ref']}.1", "title": self._text(True), "when": "2027"}]
            document["commitments"].append(new)
            number += 1
        document["updates"].append({"ref": "RUR1-03", "on": "2026-03", "note": self._text(True), "internal": True})
        document["updates"].append({"ref": new["ref"], "on": "2026-03", "note": self._text(True)})
        return self._import(document), self._import(public)

    @staticmethod
    def _import(document: Mapping[str, Any]) -> Act:
        content = json.dumps(document).encode()
        return lambda tracker: tracker.import_file(content, "document.json", built_in=False)


def compare(draft: Draft, desk: Desk, draw: random.Random) -> list[str]:
    """Return the differences between the public record and the record without internal entries, in two random reads."""
    broken = []
    exported = [_export(desk, tracker, *more) for tracker, more in ((draft.whole, ["--public"]), (draft.public, []))]
    if len(set(exported)) > 1:
        broken.append("export --public differs")
    broken += [f"export has {SECRET}"] if SECRET.encode() in exported[0] else []
    for read, format_ in draw.sample(CALLS, 2):
        whole, public = (
            _written(desk, tracker, [*read, *more], format_)
            for tracker, more in ((draft.whole, ["--public"]), (draft.public, []))
        )
        if SECRET.encode() in whole and read != ("search", SECRET):
            broken.append(f"{' '.join((*read, format_))} has {SECRET}")
        if whole != public:
            broken.append(f"{' '.join((*read, format_))} differs")
    return broken


def _formats(read: tuple[str, ...]) -> tuple[str, ...]:
    """Return the formats of a read; a site has none."""
    if read == ("site",):
        return ("",)
    if "--template" in read:
        return _OF_TEMPLATES
    return tuple(name for name in FORMATS if read[0] in _SOME.get(name, (read[0],)))


CALLS = [(read, format_) for read in READS for format_ in _formats(read)]


def _export(desk: Desk, tracker: Tracker, *more: str) -> bytes:
    return desk.call_here("export", "--db", str(tracker.path), *more).stdout.encode()


def _written(desk: Desk, tracker: Tracker, arguments: list[str], format_: str) -> bytes:
    """Return the output of a read, with the names of files and the parts of archives, and its messages."""
    out = tracker.path.with_name("out" if format_ else "site")
    to = ["-f", format_, "-o", str(out)] if format_ else [str(out)]
    ran = desk.call_here(*arguments, "--db", str(tracker.path), *to)
    content = b""
    for path in sorted(out.rglob("*") if out.is_dir() else [out] if ran.status == 0 else []):
        content += path.relative_to(out).as_posix().encode() + (_unpacked(path.read_bytes()) if path.is_file() else b"")
    return content + ran.stderr.replace(str(tracker.path.parent), "").encode()


def _unpacked(content: bytes) -> bytes:
    if content.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        content += b"".join(archive.read(name) for name in archive.namelist())
    return content


def run(folder: Path, count: int, seed: int) -> Verdict:
    """Test `count` random records; report every difference and every internal word."""
    template = folder / "template.db"
    moments = Moments()
    first = Tracker(
        template, today=date.fromisoformat(TODAY), now=moments.now, author="Hentzau", entropy=moments.entropy
    )
    earlier = json.loads(json.dumps(ruritania.RECORD).replace("RUR1", "RUR0").replace("2025-", "2023-"))
    earlier["updates"] = []
    for document in (earlier, ruritania.RECORD):
        first.import_file(json.dumps(document).encode(), "record.json", built_in=False)
    desk = Desk(folder)
    broken: list[str] = []
    counts = {"records": count, "entries": 0, "internal": 0}
    for number in range(count):
        draw = random.Random(f"{seed}/{number}")
        draft = Draft(folder / "record", template, draw)
        problems = draft.write(draw.randint(1, 14))
        problems += compare(draft, desk, draw)
        broken += [f"record {number} of seed {seed}: {problem}" for problem in problems]
        logs = [sum(1 for _ in tracker.log()) for tracker in (draft.whole, draft.public)]
        counts["entries"] += logs[0]
        counts["internal"] += logs[0] - logs[1]
        shutil.rmtree(folder / "record")
    return Verdict("internal entries", dict(counts), broken)


if __name__ == "__main__":
    script(run, __doc__, count="records", default=1_000)
