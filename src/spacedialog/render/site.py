"""A static site: the pages of a record, its downloads and its feed, usable without a web server.

The pages share the templates, the style and the script of the report. File names come from refs and keys only.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any
from urllib.parse import quote

from spacedialog import atomic
from spacedialog.errors import InputError, StoreError
from spacedialog.model.entry import BUILT_IN_AUTHOR, CHECK, CREATE, RETRACT
from spacedialog.model.escapes import one_line
from spacedialog.model.fields import FIELDS, CommitmentRow
from spacedialog.model.rows.record import Detail, HistoryRow
from spacedialog.model.rows.report import Report, SiteRecord
from spacedialog.model.vocabulary import LONGEST_NAME, SETTLED_STATES
from spacedialog.presentation import tables
from spacedialog.presentation.chosen import meanings
from spacedialog.presentation.feed import Feed, feed, history_item
from spacedialog.presentation.parties import parties as party_table
from spacedialog.presentation.report import report as report_view
from spacedialog.presentation.views import View
from spacedialog.render import html
from spacedialog.render.atom import write_feed
from spacedialog.render.formats import FORMAT_BY_ENDING, Settings
from spacedialog.storefiles import require_other

MARKER = ".spacedialog-site"
"""The file that marks a folder as a site; it lists every other file of the site."""

_FORMAT = "spacedialog-site/1"
_FEED = "feed.xml"
_MOST_NEWS = 100
_MOST_EVENTS = 40
"""The maximum number of items in the feed, and of events on the first page."""

_DEVICES = ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)))
"""Names that Windows reserves."""

_FILES = {
    "The whole record": ("report.xlsx", "report.html"),
    "Commitments": ("commitments.csv", "commitments.json", "commitments.jsonl"),
    "Due dates and milestones": ("dates.csv", "dates.json", "dates.jsonl", "dates.ics"),
}
"""The files to download, by what they contain."""


def file_names(names: Iterable[str]) -> Iterator[str]:
    """Yield a file name without its ending for each name. It is safe on every file system, and unique in any case.

    A ref or a key is its own file name, unless Windows reserves it or an earlier one differs in case only.
    """
    taken = {*_DEVICES}
    for name in names:
        stem = re.sub(r"^[._-]|[^A-Za-z0-9._-]", "~", name)[:LONGEST_NAME]
        while stem.casefold() in taken:
            stem += "~"
        taken.add(stem.casefold())
        yield stem


# The folder


@contextmanager
def folder(target: Path, store: Path, *, replace: bool) -> Iterator[Path]:
    """Yield a folder for the files of a site; it replaces `target` once it is complete.

    InputError if `target` is a link or a file, contains a file of a store or, unless `replace`, any file that is not of
    a site. A folder with such files is renamed. StoreError if writing fails.
    """
    try:
        require_other(target, store)
        if target.is_symlink():
            raise InputError(f"{target}: this is a symbolic link", "name the folder itself")
        if target.exists() and not target.is_dir():
            raise InputError(f"{target}: this is not a folder", "choose a new folder, or one with an earlier site")
        target = Path(os.path.realpath(target))
        if not target.parent.is_dir():
            raise InputError(f"{target.parent}: this folder does not exist", "create the folder, or choose another")
        if Path.cwd().is_relative_to(target):
            raise InputError(f"{target}: this is the working folder, or a folder above it", "choose another folder")
        for name in _other_files(target):
            require_other(target / name, store)
            if not replace:
                raise InputError(
                    f"{target} contains files that are not part of a site, such as {one_line(name)}",
                    "choose another folder, or add --replace to rename this one",
                )
        with atomic.replacing_folder(target, keep=lambda: next(_other_files(target), None) is not None) as draft:
            yield draft
            names = sorted(path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file())
            (draft / MARKER).write_text("\n".join((_FORMAT, *names, "")), "utf-8")
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror}", "choose another folder, or free some space") from error


def _other_files(target: Path) -> Iterator[str]:
    """Yield the files and links in a folder that are not in its list of files, if it has one."""
    marker = target / MARKER
    lines = marker.read_text("utf-8", "replace").split("\n") if marker.is_file() and not marker.is_symlink() else []
    known = {MARKER, *lines[1:]} if lines[:1] == [_FORMAT] else set()
    for place, below, names in os.walk(target):
        links = [name for name in below if Path(place, name).is_symlink()]
        paths = (Path(place, name).relative_to(target).as_posix() for name in (*names, *links))
        yield from (path for path in paths if path not in known)


# The files


def write(record: SiteRecord, place: Path, *, title: str = "", base_url: str = "") -> None:
    """Write the files of the site into an empty folder.

    `title` is that of the record if it is empty. `base_url` is the web address of the folder, empty if unknown.
    """
    site = _Site(record, title, base_url)
    for path, chunks in site.pages():
        with _opened(place / path) as out:
            out.writelines(chunks)
    for name, view in site.downloads().items():
        format_ = FORMAT_BY_ENDING[Path(name).suffix]
        with _opened(place / "downloads" / name) as out:
            format_.writer()(view, out.buffer if format_.is_binary else out, Settings(as_of=record.report.as_of))
    with _opened(place / _FEED) as out:
        write_feed(site.feed(), out)


def _opened(path: Path) -> TextIOWrapper:
    path.parent.mkdir(exist_ok=True)
    return path.open("x", encoding="utf-8", newline="")


_FOLDERS = {"commitment": "commitments", "dialogue": "dialogues", "area": "areas", "party": "parties"}
"""The folder of each kind of page."""


class _Site:
    """The pages of a site, by their paths, with the addresses of commitments, areas, parties and dialogues."""

    def __init__(self, record: SiteRecord, title: str, base_url: str) -> None:
        self.record, self.report = record, record.report
        self.whole = whole = html.report_context(record.report)
        series = {row.series for row in record.dialogues}
        self.title = title or (series.pop() if len(series) == 1 else whole["title"])
        self.base = base_url and f"{base_url.rstrip('/')}/"
        self.names = {
            "commitment": {detail.commitment.ref: detail.commitment.title for detail in self.report.commitments},
            "dialogue": {row.key: row.title for row in record.dialogues},
            "area": {area.key: area.title for area in whole["areas"]},
            "party": {row.party: row.name for row in record.parties},
        }
        self.paths = {
            (kind, key): f"{_FOLDERS[kind]}/{stem}.html"
            for kind, names in self.names.items()
            for key, stem in zip(names, file_names(names), strict=True)
        }
        self.at = {
            ("commitment", event.ref): f"{self._path(detail)}#{quote(event.ref)}"
            for detail in self.report.commitments
            for event in detail.milestones
        }
        self.at |= self.paths
        names = "Commitments", "Timeline", "Downloads", "Codebook"
        self.top = {self.title: "index.html", **{name: f"{name.lower()}.html" for name in names}}

    def _path(self, detail: Detail) -> str:
        return self.paths["commitment", detail.commitment.ref]

    def pages(self) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield the path and the text of every page."""
        ahead = [event for event in self.report.milestones if event.state not in SETTLED_STATES][:_MOST_EVENTS]
        first = html.report_context(self.report._replace(milestones=tuple(ahead)))
        first |= {"shown": {"progress", "timeline"}, "timeline_title": "Overdue and upcoming"}
        lists = {"dialogue": tables.dialogues(self.record.dialogues), "party": party_table(self.record.parties)}
        first["tables"] = [(kind, _narrow(table)) for kind, table in lists.items()]
        yield self._page("index", "index.html", self.title, first)
        others: dict[str, dict[str, Any]] = {
            "commitments": {"shown": {"commitments"}},
            "timeline": {"shown": {"timeline"}},
            "downloads": {"script": None, "files": _FILES},
            "codebook": {"script": None, "tables": [("", table) for table in _codebook()]},
        }
        for kind, values in others.items():
            context = {**self.whole, "shown": (), "over": self.title, **values}
            yield self._page(kind, f"{kind}.html", kind.capitalize(), context)
        details = {detail.commitment.ref: detail for detail in self.report.commitments}
        parties = {row.party: row for row in self.record.parties}
        meetings = {row.key: row._asdict() for row in self.record.dialogues}
        meetings |= {meeting["key"]: dict(meeting) for meeting in self.report.dialogues}
        for (kind, key), path in self.paths.items():
            if kind == "commitment":
                detail = details[key]
                context = {**self.whole, "shown": (), "script": None, "names": self.names, "detail": detail}
                context["over"] = f"Commitment {key}"
                yield self._page(kind, path, detail.commitment.title, context)
                continue
            found = [detail for detail in self.report.commitments if key in _keys(detail.commitment)[kind]]
            report = self._part(found, [meetings[key]] if kind == "dialogue" else [])
            context = html.report_context(report)
            context["over"] = f"{kind.capitalize()} {key}"
            if kind != "dialogue":
                context["shown"] -= {"meetings", "documents"}
            context |= {"party": parties.get(key), "columns": party_table(()).columns[2:]}
            yield self._page(kind, path, self.names[kind][key], context)

    def _part(self, details: Sequence[Detail], dialogues: Sequence[Mapping[str, Any]]) -> Report:
        """Return the report on these commitments and dialogues."""
        refs = {detail.commitment.ref for detail in details}
        carried = self.report.carried
        return self.report._replace(
            dialogues=tuple(dialogues),
            statuses=Counter(detail.commitment.status for detail in details),
            commitments=tuple(details),
            milestones=tuple(event for event in self.report.milestones if event.commitment in refs),
            carried=carried if carried and carried.new in [dialogue["key"] for dialogue in dialogues] else None,
        )

    def _page(self, kind: str, path: str, title: str, context: Mapping[str, Any]) -> tuple[str, Iterable[str]]:
        root = "../" * path.count("/")
        site = {
            **{"title": self.title, "root": root, "here": path, "pages": self.top, "feed": _FEED},
            "canonical": self.base and f"{self.base}{path.removesuffix('index.html')}",
        }
        values = {"tables": (), **context, "title": title, "kind": kind, "site": site}
        if "timeline" not in values["shown"]:
            values["timeline"] = None
        values["of"] = lambda kind, key: root + self.at[kind, key] if (kind, key) in self.at else ""
        template = "commitment.html.j2" if kind == "commitment" else "site.html.j2"
        return path, html.environment().get_template(template).generate(values)

    # Data

    def downloads(self) -> dict[str, tables.Table | View]:
        """Return the view of each file to download, by its name."""
        views: dict[str, tables.Table | View] = {
            "commitments": tables.commitments([detail.commitment for detail in self.report.commitments]),
            "dates": tables.upcoming(self.report.milestones, events=lambda: self.record.events),
            "report": report_view(self.report),
        }
        return {name: views[Path(name).stem] for names in _FILES.values() for name in names}

    def feed(self) -> Feed:
        """Return the feed of the latest changes; checks, undone entries and the built-in commitments are left out."""
        changes = [
            (entry, detail) for detail in self.report.commitments for entry in detail.history if _is_change(entry)
        ]
        # The entries of the built-in record have one recorded time, to the second.
        changes.sort(key=lambda change: (change[0].recorded_at[:19], change[0].on, change[0].id), reverse=True)
        entries = []
        for entry, detail in changes[:_MOST_NEWS]:
            item = history_item(entry)
            title = f"{detail.commitment.ref} {detail.commitment.title}"
            entries.append(item._replace(lines=(title, *item.lines), address=self.base + self._path(detail)))
        changed = feed("Changes", [row.key for row in self.record.dialogues], entries)
        own = self.base and f"{self.base}{_FEED}"
        return changed._replace(title=f"Changes: {self.title}", address=self.base, own_address=own)


def _narrow(table: tables.Table) -> tables.Table:
    """Return the table with the columns that a terminal of 100 characters has."""
    return table._replace(columns=tuple(column for column in table.columns if column.from_width <= 100))


def _keys(row: CommitmentRow) -> dict[str, tuple[str | None, ...]]:
    """Return the keys of the dialogue, the area and the parties of a commitment."""
    return {"dialogue": (row.dialogue,), "area": (row.area,), "party": (row.lead, *row.partners)}


def _is_change(row: HistoryRow) -> bool:
    is_built_in = row.kind == CREATE and row.author == BUILT_IN_AUTHOR
    return not (row.retracted or row.ignored or is_built_in or row.kind in (CHECK, RETRACT))


def _codebook() -> list[tables.Table]:
    """Return the fields of each table with their meanings."""
    makers = tables.dialogues, tables.areas, party_table, tables.history, tables.slips, tables.assessments
    commitments = tables.commitments(())._replace(fields=tuple(FIELDS))
    others = [tables.upcoming(()), *(make(()) for make in makers)]
    return [meanings(table)._replace(name=table.name) for table in (commitments, *others)]
