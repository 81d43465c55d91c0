"""Tests of the static site: its pages, links, downloads and feed, and the folder that it replaces."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from spacedialog import atomic
from spacedialog.model.fields import FIELDS
from spacedialog.model.rows.report import SiteRecord
from spacedialog.model.vocabulary import Flag, Status, Strength
from spacedialog.presentation.meanings import meaning_of
from spacedialog.render import site
from tests.render.test_html import hostile
from tests.support.browser import SCHEMES, Desktop, desktop, violations
from tests.support.program import Desk
from tests.support.trackers import Maker

BASE = "https://strelsau.example/record"
KINDS = {
    "index": "index.html",
    "commitments": "commitments.html",
    "downloads": "downloads.html",
    "codebook": "codebook.html",
    "commitment": "commitments/RUR1-01.html",
    "dialogue": "dialogues/RUR1.html",
    "party": "parties/RSA.html",
}
"""A page of each kind; the others have the same template."""


@pytest.fixture(scope="module")
def record(make: Maker) -> SiteRecord:
    """The invented record, with a note, an undone entry and a check."""
    tracker = make("ruritania")
    tracker.note("RUR1-03", "The office sent a table.", evidence="https://strelsau.example/ice", on="2026-10-03")
    tracker.note("RUR1-03", "An error.", on="2026-10-04")
    tracker.undo()
    tracker.check("RUR1-02", note="Searched the news.")
    return tracker.site()


@pytest.fixture(scope="module")
def built(record: SiteRecord, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the invented record."""
    return written(record, tmp_path_factory.mktemp("site"), "The record", BASE)


@pytest.fixture(scope="module")
def spoilt(record: SiteRecord, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a record with a dangerous text in every field, and with refs that are no file names."""
    bad = hostile(record.report)
    refs = ["../x", "con", "index", "RUR1-01", "rur1-01", '"><script>', "NUL"]
    bad = bad._replace(
        commitments=tuple(
            one._replace(commitment=one.commitment._replace(ref=ref, dialogue="RUR1" if number else "../RUR1"))
            for number, (ref, one) in enumerate(zip(refs, bad.commitments, strict=True))
        )
    )
    title = bad.commitments[0].commitment.title
    parties = tuple(row._replace(name=title, party=f"../{title}", aliases=(title,)) for row in record.parties[:2])
    dialogues = tuple(row._replace(title=title, place=title) for row in record.dialogues)
    return written(
        SiteRecord(bad, dialogues, parties, record.events), tmp_path_factory.mktemp("bad"), title, f"{BASE}/'x'"
    )


def written(record: SiteRecord, folder: Path, title: str, base_url: str) -> Path:
    site.write(record, folder, title=title, base_url=base_url)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by their paths in it."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def text_of(folder: Path, path: str) -> str:
    return (folder / path).read_text("utf-8")


class Markup(HTMLParser):
    """The elements of a page with their attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def values(self, name: str) -> list[str]:
        return [attributes[name] or "" for _, attributes in self.elements if name in attributes]


def pages(folder: Path) -> Iterator[tuple[str, Markup]]:
    for path in sorted(folder.rglob("*.html")):
        yield path.relative_to(folder).as_posix(), Markup(path.read_text("utf-8"))


# Pages


def test_each_item_has_a_page_at_its_own_address(built: Path, record: SiteRecord) -> None:
    """Each commitment, area, dialogue and party has a page named after its ref or key."""
    named = {f"commitments/{detail.commitment.ref}.html" for detail in record.report.commitments}
    named |= {f"parties/{row.party}.html" for row in record.parties}
    named |= {"areas/moon.html", "areas/weather.html", "dialogues/RUR1.html"}
    assert named <= files(built).keys()


def test_the_page_of_a_commitment_has_its_facts(built: Path, record: SiteRecord) -> None:
    """A commitment's page has its status, window, sources, milestones, history with evidence, citation and address."""
    detail = record.report.commitments[0]
    page = Markup(text_of(built, "commitments/RUR1-01.html"))
    said = " ".join(page.words.split())
    facts = ["in progress 20%", "2026-01-01 to 2026-12-31", "Deliver the seismometer", "Ruritanian Space Agency"]
    facts += [entry.note for entry in detail.history if entry.note]
    facts += [f"fingerprint {record.report.fingerprint}", f"{BASE}/commitments/RUR1-01.html"]
    assert record.report.fingerprint
    assert [fact for fact in facts if fact not in said] == []
    assert {"https://strelsau.example/statement", "https://strelsau.example/lander"} <= set(page.values("href"))


def test_every_link_has_a_target(built: Path, spoilt: Path) -> None:
    """Every link within a site is to one of its files, and to an element with its fragment."""
    for folder in (built, spoilt):
        ids = {path: page.values("id") for path, page in pages(folder)}
        for path, page in pages(folder):
            for address in page.values("href"):
                parts = urlsplit(address)
                if parts.scheme or address.startswith("#_"):
                    continue
                target = os.path.normpath(Path(path).parent / unquote(parts.path)) if parts.path else path
                assert (folder / target).is_file(), (path, address)
                assert not parts.fragment or unquote(parts.fragment) in ids[target], (path, address)


def test_every_page_is_linked(spoilt: Path) -> None:
    """Each commitment has a page in the list of commitments, also if two refs differ in case only."""
    listed = set(Markup(text_of(spoilt, "commitments.html")).values("href"))
    assert {path for path in files(spoilt) if path.startswith("commitments/")} <= listed


def test_pages_allow_only_what_they_contain(built: Path, spoilt: Path) -> None:
    """A page has a policy that allows nothing but its own style and script, and no handler, frame, form or image."""
    for folder in (built, spoilt):
        for path, page in pages(folder):
            policy = next(value for value in page.values("content") if "default-src" in value)
            assert re.fullmatch(
                r"default-src 'none'; style-src '[^' ]+'; (script-src '[^' ]+'; )?base-uri 'none'; form-action 'none'",
                policy,
            ), path
            names = {tag for tag, _ in page.elements}
            assert names.isdisjoint({"iframe", "img", "form", "object", "embed", "base"}), path
            attributes = {name for _, given in page.elements for name in given}
            assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")], path
            scripts = [given.get("type") for tag, given in page.elements if tag == "script"]
            assert scripts in ([], [None]), path
            assert all(urlsplit(address).scheme in ("", "http", "https") for address in page.values("href")), path


def test_file_names_are_safe() -> None:
    """A ref is its own file name; names that a file system refuses, or sees as equal, become others."""
    refs = ["ROK4-07", "ROK4-7.1", "rok4-07", "ROK4-07", "../x", "con", "Nul", "-x", "a/b", ".", "x" * 300]
    names = list(site.file_names(refs))
    assert names[:4] == ["ROK4-07", "ROK4-7.1", "rok4-07~", "ROK4-07~~"]
    assert all(re.fullmatch(r"[A-Za-z0-9~][A-Za-z0-9._~-]{0,99}", name) for name in names)
    assert len({name.casefold() for name in names}) == len(refs)
    assert not {"con", "nul"} & {name.casefold() for name in names}


def test_the_page_of_a_dialogue_counts_its_own_commitments(desk: Desk) -> None:
    """The page of a dialogue has the numbers by status that a report on it has, and only its own milestones."""
    assert desk.call("site", "public").status == 0
    assert desk.call("report", "--dialogue", "ROK3", "-o", "report.html").status == 0
    part, report = text_of(desk.folder, "public/dialogues/ROK3.html"), text_of(desk.folder, "report.html")
    counts = [re.findall(r"<b>(\d+)</b>", text) for text in (part, report)]
    assert counts[0] == counts[1]
    refs = [set(re.findall(r">(ROK\d-\d+\.\d+)<", text)) for text in (part, report)]
    assert refs[0] == refs[1] != set()


def test_the_codebook_explains_every_field_and_word(built: Path) -> None:
    """The codebook has every field of a commitment with its meaning, and every status, strength and flag."""
    said = Markup(text_of(built, "codebook.html")).words
    meanings = [meaning_of("commitments", name) for name in FIELDS]
    meanings += [word.meaning for words in (Status, Strength, Flag) for word in words]
    assert [meaning for meaning in meanings if meaning not in said] == []


# Downloads and the feed


def test_downloads_are_what_the_commands_write(desk: Desk) -> None:
    """Each download has the bytes that list, upcoming or report write, and two sites of one record are the same."""
    for name in ("a", "b"):
        assert desk.call("site", name) == (0, "", "")
    assert files(desk.folder / "a") == files(desk.folder / "b")
    for command, name in (
        *(("list", f"commitments.{ending}") for ending in ("csv", "json", "jsonl")),
        *(("report", f"report.{ending}") for ending in ("xlsx", "html")),
    ):
        assert desk.call(command, "-o", name).status == 0
        assert (desk.folder / name).read_bytes() == (desk.folder / "a" / "downloads" / name).read_bytes(), name
    calendar = (desk.folder / "a" / "downloads" / "dates.ics").read_bytes()
    assert desk.call("upcoming", "-o", "dates.ics").status == 0
    assert calendar == (desk.folder / "dates.ics").read_bytes()


def test_the_feed_has_the_changes(built: Path, record: SiteRecord) -> None:
    """The feed has each change with the id of its entry and the address of its page, but no check or undone entry."""
    atom = "{http://www.w3.org/2005/Atom}"
    root = ElementTree.parse(built / "feed.xml").getroot()
    entries = {entry.id: entry for detail in record.report.commitments for entry in detail.history}
    found = root.findall(f"{atom}entry")
    ids = [entry.findtext(f"{atom}id", "").removeprefix("urn:uuid:") for entry in found]
    assert set(ids) == {
        id_ for id_, row in entries.items() if not row.retracted and row.kind in ("create", "set", "note")
    }
    (note,) = (entry for entry, id_ in zip(found, ids, strict=True) if "The office" in (entries[id_].note or ""))
    assert [link.get("href") for link in note.findall(f"{atom}link")] == [
        f"{BASE}/commitments/RUR1-03.html",
        "https://strelsau.example/ice",
    ]
    assert "Exchange data on sea ice" in note.findtext(f"{atom}content", "")
    assert 'rel="canonical" href="https://strelsau.example/record/"' in text_of(built, "index.html")


def test_the_built_in_feed_has_no_imports(desk: Desk) -> None:
    """The feed of the built-in record has its recorded changes with relative addresses, not its commitments."""
    assert desk.call("site", "public", "--dialogue", "ROK4").status == 0
    feed = text_of(desk.folder, "public/feed.xml")
    assert "status → in-progress" in feed
    assert ": recorded: " not in feed
    assert 'href="commitments/ROK4-31.html"' in feed
    assert "ROK3" not in " ".join(path.name for path in (desk.folder / "public").rglob("*"))


# The folder

SMALL = ("--dialogue", "ROK2")
"""The options of a site with few pages."""


def test_a_site_replaces_only_an_earlier_site(desk: Desk) -> None:
    """A site replaces an earlier site as a whole; a folder with any other file is refused, and renamed by --replace."""
    public = desk.folder / "public"
    assert desk.call("site", "public", *SMALL, "--title", "First").status == 0
    (public / "commitments" / "ROK2-01.html").unlink()
    assert desk.call("site", "public", *SMALL, "--title", "Second").status == 0
    assert "Second" in text_of(public, "commitments/ROK2-01.html")
    (public / "CNAME").write_text("strelsau.example")
    before = files(public)
    ran = desk.call("site", "public", *SMALL)
    assert (ran.status, files(public)) == (2, before)
    assert "such as CNAME" in ran.stderr
    assert desk.call("site", "public", *SMALL, "--replace").status == 0
    assert files(desk.folder / "public.before-1") == before
    assert "CNAME" not in files(public)


@pytest.mark.parametrize("options", [(), ("--replace",)])
def test_no_site_is_written_in_a_dangerous_place(desk: Desk, options: tuple[str, ...]) -> None:
    """A link, a file, the working folder, a missing folder and the folder of the store are refused and left alone."""
    assert desk.call("mark", "33", "complete").status == 0
    (desk.folder / "kept").mkdir()
    (desk.folder / "kept" / "mine.txt").write_text("mine")
    (desk.folder / "link").symlink_to("kept")
    (desk.folder / "file").write_text("mine")
    before = files(desk.folder)
    for place in ("link", "file", ".", "..", "missing/public", "store"):
        ran = desk.call("site", place, *SMALL, *options)
        assert (ran.status, ran.stdout, files(desk.folder)) == (2, "", before), place


def test_links_in_a_replaced_folder_are_not_followed(desk: Desk) -> None:
    """A link to a folder counts as another file, and its target is never changed."""
    assert desk.call("site", "public", *SMALL).status == 0
    (desk.folder / "kept").mkdir()
    (desk.folder / "kept" / "mine.txt").write_text("mine")
    (desk.folder / "public" / "link").symlink_to(desk.folder / "kept")
    assert desk.call("site", "public", *SMALL).status == 2
    assert desk.call("site", "public", *SMALL, "--replace").status == 0
    assert files(desk.folder / "kept") == {"mine.txt": b"mine"}


def test_a_full_disk_leaves_the_earlier_site(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If writing fails, the earlier site is unchanged and no other file is left."""
    assert desk.call("site", "public", *SMALL).status == 0
    before = files(desk.folder)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(site, "write_feed", full)
    ran = desk.call("site", "public", *SMALL, "--title", "Another")
    assert (ran.status, files(desk.folder)) == (4, before)
    assert "No space left" in ran.stderr


def test_a_system_that_cannot_exchange_names_renames_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an exchange of names the site is replaced too; a kill in between leaves the old one beside it."""
    store, public = tmp_path / "tracker.db", tmp_path / "public"
    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)
    for text in ("first", "second"):
        with site.folder(public, store, replace=False) as draft:
            (draft / "index.html").write_text(text)
        assert [path.name for path in tmp_path.iterdir()] == ["public"]
    assert text_of(public, "index.html") == "second"
    rename, names = Path.rename, []

    def killed(path: Path, target: Path) -> Path:
        names.append(path.name)
        if path.name == "new":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KeyboardInterrupt), site.folder(public, store, replace=False):
        pass
    assert names == ["public", "new"]
    assert text_of(tmp_path, "public.before-1/index.html") == "second"


def test_the_address_of_a_site_is_a_folder(desk: Desk) -> None:
    """--base-url takes a web address without a query or a fragment."""
    for address in ("javascript:alert(1)", "https://strelsau.example/?a=1", "https://strelsau.example/#a", "public"):
        assert desk.call("site", "public", "--base-url", address).status == 2
    assert not (desk.folder / "public").exists()


# In a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    with desktop(tmp_path_factory.mktemp("pages")) as opened:
        yield opened


def test_axe_finds_no_violation_on_a_site(browser: Desktop, built: Path) -> None:
    """A page of each kind has no violation in either colour scheme, and fits a narrow screen."""
    for kind, path in KINDS.items():
        with browser.page(built / path) as page:
            for scheme, width in zip(SCHEMES, (1280, 320), strict=True):
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 800})
                assert violations(page) == [], kind
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), kind


def test_search_works_from_files(browser: Desktop, built: Path) -> None:
    """The list of commitments finds words of a note, with or without accents, from the keyboard."""
    with browser.page(built / "commitments.html") as page:
        page.get_by_role("searchbox").focus()
        page.keyboard.type("ôffice TABLE")
        expect(page.locator("#_shown")).to_have_text("1 of 5 shown")
        assert page.locator("tbody:visible").get_attribute("id") == "RUR1-03"
        page.get_by_text("Wording and notes").locator("visible=true").click()
        expect(page.get_by_text("The office sent a table.")).to_be_visible()


def test_a_site_works_without_scripts(browser: Desktop, built: Path) -> None:
    """Without scripts, the list of commitments is complete and has no search field."""
    with browser.page(built / "commitments.html", scripts=False) as page:
        assert page.locator("tbody:visible").count() == 5
        expect(page.get_by_role("searchbox")).to_be_hidden()


def test_a_hostile_record_is_harmless(browser: Desktop, spoilt: Path) -> None:
    """No page of a record with dangerous texts runs a script of it, and none asks for another file."""
    for path in ("index.html", "dialogues/RUR1.html", "commitments/con~.html"):
        with browser.page(spoilt / path) as page:
            assert page.evaluate("window.hacked") is None
            assert page.locator("h1").is_visible()
