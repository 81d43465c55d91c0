"""Tests of the search: the words that find a commitment or a dialogue, the order, and the text that is shown."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlite_utils import Database

from spacedialog.errors import InputError
from spacedialog.model.filters import ContainsWords
from spacedialog.model.position import Scope
from spacedialog.store import database, migrations
from spacedialog.store.read.snapshot import Snapshot
from spacedialog.store.schema import PROJECTION_TABLES, RECORD_TABLES, SCHEMA_VERSION
from spacedialog.tracker import Tracker
from tests.support.ruritania import commitment

if TYPE_CHECKING:
    from tests.support.trackers import Maker

DIALOGUE: dict[str, Any] = {
    "key": "ZEN2",
    "series": "Zenda Talks on the Sky",
    "number": 2,
    "title": "Second Zenda Talks",
    "place": "Hentzau",
    "when": "2025-03-10",
    "heads": [{"side": "RUR", "name": "Flavia Elphberg", "title": "Chief Astronomer", "body": "RSA"}],
    "note": "A banquet followed.",
}
RECORD: dict[str, Any] = {
    "format": "spacedialog/1",
    "compiled": "2026-11-01",
    "dialogue": DIALOGUE,
    "documents": [
        {"key": "JS", "title": "Communiqué of the ministers"},
        {"key": "TK", "title": "Telegraph dispatch"},
    ],
    "areas": [{"key": "sea", "title": "Maritime awareness"}, {"key": "sky", "title": "Deep-space exploration"}],
    "parties": [
        {
            "key": "RSA",
            "name": "Ruritanian Sky Authority",
            "side": "RUR",
            "aliases": ["Sky Office", "루리타니아 우주청"],
        },
        {"key": "GCG", "name": "Graustark Coast Guard", "side": "GRA"},
    ],
    "commitments": [
        commitment(1, "sky", "Launch the seismometer SWF-L1 with the U.S. office", "firm", lead="RSA"),
        commitment(2, "sky", "Study an antenna", "firm", detail="It launches a survey of the étude; Mars is next."),
        commitment(3, "sea", "Use the harbour data", "firm", lead="GCG", partners=["RSA"]),
        commitment(4, "sea", "위성으로 바다를 감시", "firm", detail="月探査機のデータ。地面站 is part of it."),
        commitment(5, "sea", "Sign the maritime port report", "firm", difference="TK alone has the launch."),
    ],
}
RECORD["commitments"][2]["sources"] = [{"document": "TK"}]
RECORD["commitments"] = [{**one, "ref": one["ref"].replace("RUR1", "ZEN2")} for one in RECORD["commitments"]]
RECORD["updates"] = [
    {"ref": "ZEN2-03", "on": "2025-06-01", "note": "The ferry launched late.", "evidence": "https://zenda.example/1"}
]


@pytest.fixture(scope="module")
def zenda(make: Maker) -> Tracker:
    """The record above, with a later title of its second commitment."""
    tracker = make("empty")
    tracker.import_file(json.dumps(RECORD).encode(), "zenda.json")
    tracker.edit("2", {"title": "Study a telescope"}, on="2026-11-20")
    return tracker


@pytest.fixture(scope="module")
def view(zenda: Tracker) -> Iterator[Snapshot]:
    """That record on 1 December 2026."""
    with zenda.snapshot() as view:
        yield view


def refs(view: Snapshot, words: str) -> list[str]:
    """Return the refs that a search finds, without the key of the dialogue."""
    return [row.ref.removeprefix("ZEN2-") for row in view.search(words)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("launches", ["01", "02", "05", "03"]),  # title, detail, difference, note
        ("LAUNCHED seismometer", ["01"]),
        ("seismomet", ["01"]),  # the beginning of a word
        ("telescopes", ["02"]),
        ("antennae", ["02"]),  # an earlier title
        ("Études", ["02"]),
        ("etude", ["02"]),
        ("harbour ferry", ["03"]),  # words of different entries
        ("coast guard", ["03", "ZEN2"]),  # a party
        ("GCG", ["03", "ZEN2"]),
        ("sky office", ["01", "03", "ZEN2"]),  # an alias
        ("우주청 harbour", ["03"]),
        ("maritime", ["05", "03", "04"]),  # the title before the area
        ("deep space", ["01", "02"]),
        ("deep-space exploration", ["01", "02"]),
        ("SWF-L1", ["01"]),
        ("SWF L1", ["01"]),
        ("swfl1 launch", []),  # the text has the hyphen
        ("L1-SWF", ["01"]),
        ("exploration-deep", ["01", "02"]),
        ("seismo meter", ["01"]),
        ("sea port", ["05"]),
        ("the harbour of the ferry", ["03"]),
        ("what did the harbour", ["03"]),
        ("with the", ["01"]),  # only stop words
        ("\ufb01rm ferry", []),
        ("\uff46\uff45\uff52\uff52\uff59", ["03"]),
        ('"harbour data"', ["03"]),
        ('"data harbour"', []),
        ("\u201cports reports\u201d sign", ["05"]),
        ('"seismom"', []),  # not the beginning of a word
        ('"harbour data', ["03"]),
        ("U.S.", ["01"]),
        ("us", ["01"]),  # not: use
        ("US office", ["01"]),
        ("use", ["03"]),
        ("Mars", ["02"]),  # not: maritime
        ("telegraph", ["03", "ZEN2"]),
        ("communique launch", ["01", "02", "05"]),
        ("ZEN2-04", ["04"]),
        ("zen2-4", ["04"]),
        ("#ZEN2-04.", ["04"]),
        ("zen2\u201304", ["04"]),
        ("ZEN2\u201104", ["04"]),
        ("2-04", ["04"]),
        ("4", ["04"]),
        ("위성", ["04"]),
        ("바다", ["04"]),
        ("探査", ["04"]),
        ("データ", ["04"]),
        ("地面站", ["04"]),
        ("站地", []),
        ("Elphberg", ["ZEN2"]),
        ("Hentzau talks", ["ZEN2"]),
        ("banquets", ["ZEN2"]),
        ("ZEN2", ["ZEN2"]),
        ("Elphberg harbour", ["03"]),
        ("zen2 harbour", ["03"]),
        ("astronomer", ["ZEN2"]),
        ("harbour xylophone", []),
        ("harbor/ferry", []),
        ("harbour, ferry", ["03"]),
        ("ferry's", ["03"]),
    ],
)
def test_words_find(view: Snapshot, words: str, found: list[str]) -> None:
    """A search finds by stems in all that belongs to a commitment, the best match first."""
    assert refs(view, words) == found


def test_the_best_text_of_an_item_gives_its_rank(make: Maker) -> None:
    """The title comes first, then one other text with all the words, and then several texts; a phrase before words."""
    commitments = [
        commitment(1, "sea", "Build the amber lantern", "firm", detail="A falcon is on it."),
        commitment(2, "sea", "Build two", "firm", detail="The amber is for the falcon."),
        commitment(3, "sea", "Build three", "firm", detail="It is the amber falcon."),
        commitment(4, "sea", "Build a falcon of amber", "firm"),
        commitment(5, "sea", "Build five", "firm"),
        commitment(
            6, "sea", "Build six", "firm", milestones=[{"ref": "ZEN2-06.1", "title": "Amber falcon", "when": "2026"}]
        ),
        commitment(7, "sea", "Build seven", "firm", lead="AFO"),
    ]
    record = {
        **{name: RECORD[name] for name in ("format", "compiled", "documents", "areas")},
        "dialogue": {**DIALOGUE, "heads": [{**DIALOGUE["heads"][0], "body": "AFO"}]},
        "parties": [{"key": "AFO", "name": "Amber Falcon Office", "side": "RUR"}],
        "commitments": [{**one, "ref": one["ref"].replace("RUR1", "ZEN2")} for one in commitments],
    }
    tracker = make("empty")
    tracker.import_file(json.dumps(record).encode(), "amber.json")
    tracker.note("5", "An amber falcon was seen.")
    with tracker.snapshot() as view:
        assert refs(view, "amber falcon") == ["04", "03", "02", "06", "05", "07", "ZEN2", "01"]
        assert refs(view, "falcon office") == ["07", "ZEN2"]


def test_a_filter_finds_the_same_and_what_belongs_to_the_dialogue(view: Snapshot) -> None:
    """A text filter also keeps the commitments of a dialogue whose key or heads have the word."""

    def kept(words: str) -> list[str]:
        return [row.ref.removeprefix("ZEN2-") for row in view.commitments(ContainsWords(words))]

    assert kept("launch") == ["01", "02", "03", "05"]
    assert kept("sky office launch") == ["01", "03"]
    assert kept("Elphberg") == kept("zen2") == ["01", "02", "03", "04", "05"]
    assert kept("astronomer") == kept("Hentzau") == []
    assert kept("telegraph") == ["03"]


@pytest.mark.parametrize(
    ("words", "fields", "match"),
    [
        ("telescope", ("title",), ""),
        ("antenna", ("earlier title",), "earlier title: Study an antenna"),
        ("coast harbour", ("title", "lead"), "lead: GCG, Graustark Coast Guard"),
        ("ferry late", ("note",), "note: The ferry launched late."),
        ("TK launch", ("difference",), "differs: TK alone has the launch."),
        ("Flavia Elphberg", ("head",), "head of delegation: Flavia Elphberg"),
        ("Elphberg harbour", ("title", "dialogue"), "dialogue: Flavia Elphberg"),
        ("étude mars", ("detail",), "detail: It launches a survey of the étude; Mars is next."),
        ("ferry telegraph", ("note", "document"), "note: The ferry launched late.; document: Telegraph dispatch"),
        ("Elphberg", ("head",), "head of delegation: Flavia Elphberg"),
        ("地面站", ("detail",), "detail: 月探査機のデータ。地面站 is part of it."),
    ],
)
def test_the_match_says_where_the_words_are(view: Snapshot, words: str, fields: tuple[str, ...], match: str) -> None:
    """A row has the field of each word, and the text around the words that are not in the title."""
    first = view.search(words)[0]
    assert (first.fields, first.match) == (fields, match)


def test_a_long_text_is_shown_in_part(make: Maker) -> None:
    """Of a long note, the words around the match are shown, without the marks of Markdown."""
    tracker = make("ruritania")
    tracker.note("2", f"{'much ' * 60}**plover** `and` [gull](https://gull.example/1) {'more ' * 60}")
    with tracker.snapshot() as view:
        (row,) = view.search("plovers")
    assert " plover and gull " in row.match
    assert len(row.match) < 150


def test_at_most_two_texts_are_shown(make: Maker) -> None:
    """Of words in three notes, the text around two is shown."""
    tracker = make("ruritania")
    for bird in ("A plover.", "A gull.", "A heron."):
        tracker.note("2", bird)
    with tracker.snapshot() as view:
        (row,) = view.search("plover gull heron")
    assert row.match.count("note: ") == 2
    assert row.fields == ("note",)


def test_a_word_counts_from_its_day_on(zenda: Tracker) -> None:
    """A later title is not found on an earlier day, and an earlier one is then a match in the title."""
    with zenda.snapshot(Scope(date(2026, 11, 19))) as view:
        assert refs(view, "telescope") == []
        assert view.search("antenna")[0].fields == ("title",)
        assert list(view.commitments(ContainsWords("telescope"))) == []
    with zenda.snapshot(Scope(date(2025, 3, 11))) as view:
        assert refs(view, "ferry") == []
        assert refs(view, "Elphberg") == ["ZEN2"]
    with zenda.snapshot(Scope(date(2025, 3, 9))) as view:
        assert refs(view, "Elphberg") == refs(view, "ZEN2-01") == []


def test_a_word_counts_from_when_it_was_recorded(zenda: Tracker) -> None:
    """A view of what was known before finds no word that was recorded later."""
    edited = max(entry.ts for entry in zenda.log())
    with zenda.snapshot(Scope(known_at=edited - 1)) as view:
        assert refs(view, "telescope") == []
        assert refs(view, "antennas") == ["02"]


@pytest.mark.parametrize(
    "words",
    [
        "a AND",
        "NEAR(a b)",
        "title:a",
        "-a",
        "a*",
        "^a",
        "🚀 harbour",
        "\ud800harbour",
        "a\0b",
        "'a'",
        "%",
        "_a",
        "a OR b*",
        "'",
        "\u202eharbour\x1b",
    ],
    ids=ascii,
)
def test_operators_are_only_words(view: Snapshot, words: str) -> None:
    """The syntax of the full-text search and of SQL has no effect; signs without letters are left out."""
    if any(map(str.isalnum, words)):
        assert refs(view, words) == refs(view, "".join(char if char.isalnum() else " " for char in words))
        assert ("harbour" not in words) or refs(view, words) == ["03"]
    else:
        with pytest.raises(InputError, match="there is nothing to search for"):
            view.search(words)


def test_too_many_words_are_refused(view: Snapshot) -> None:
    """More than 50 words or 1,000 characters are refused; the parts of a word are words, a repeated word is one."""
    for words in (" ".join(map(str, range(51))), "-".join(map(str, range(51))), "a" * 1001, "harbour " * 10_000):
        with pytest.raises(InputError, match="the search is too long"):
            view.search(words)
        with pytest.raises(InputError, match="the search is too long"):
            list(view.commitments(ContainsWords(words)))
    assert refs(view, "harbour " * 100) == ["03"]
    assert refs(view, " ".join(f"w{number}" for number in range(50))) == []


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        ("harbuor xylophone ferry", {"harbuor": "harbour", "xylophone": None}),
        ("telescope ferry", {}),
        ("who was at the harbuor", {"was": None, "harbuor": "harbour"}),
        ("remotely promoted", {"remotely": None, "promoted": None}),
        ('"data harbour" ferry', {'"data harbour"': None}),
        ("a" * 999, {"a" * 999: None}),
    ],
)
def test_unknown_words_are_named_with_similar_ones(view: Snapshot, words: str, unknown: dict[str, str | None]) -> None:
    """The words that do not occur are named, each with a very similar word of the record."""
    assert view.unknown_words(words) == unknown


def test_an_unknown_word_is_one_of_the_dialogues_shown(make: Maker) -> None:
    """A word that occurs only in other dialogues is unknown, and no similar word of theirs is proposed."""
    with make("built-in").snapshot(Scope(dialogues=["ROK2"])) as view:
        assert view.search("payload") == []
        assert view.unknown_words("payload paylod lunr") == {"payload": None, "paylod": None, "lunr": "lunar"}


# A store of an older program


_FORMER_COLUMNS = {"claimed": "unevidenced", "checked": "status_on"}


@pytest.fixture
def older(make: Maker, zenda: Tracker) -> Tracker:
    """A store of schema 7, with its texts by entry and its index without stems."""
    old = make()
    old.path.parent.mkdir(parents=True, mode=0o700)
    with closing(sqlite3.connect(old.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrations.steps.apply(Database(connection, execute_plugins=False), stop_before="m0008_words_by_field")
        connection.execute("ATTACH ? AS new", (str(zenda.path),))
        for table in (*RECORD_TABLES, *PROJECTION_TABLES):
            if table not in ("words", "cited", "check_day"):
                names = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
                columns = ", ".join(f'"{name}"' for (name,) in names)
                current = ", ".join(f'"{_FORMER_COLUMNS.get(name, name)}"' for (name,) in names)
                connection.execute(f"INSERT INTO {table} ({columns}) SELECT {current} FROM new.{table}")
        connection.execute(
            'INSERT INTO words (item, "on", names, title, detail, note)'
            " SELECT item, valid_from, ref, title, '', '' FROM commitment"
        )
        connection.execute("INSERT INTO words_fts(words_fts) VALUES ('rebuild')")
        connection.execute("DETACH new")
        connection.execute(f"PRAGMA application_id = {database.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 7")
    old.path.chmod(0o600)
    return old


def test_a_store_from_before_stems_is_sound_and_is_upgraded(older: Tracker, zenda: Tracker) -> None:
    """doctor accepts the older store, a search reads its log, and the first write indexes its texts again."""
    with zenda.snapshot() as view, older.snapshot() as old_view:
        for words in ("launches", "coast guard", "Elphberg", "地面站", "telegraph"):
            assert old_view.search(words) == view.search(words)
    found = {check.check: check for check in older.doctor()}
    for name in ("schema", "fold", "integrity", "search"):
        assert found[name].ok, found[name]
    older.note("5", "A plover.", on="2026-11-21")
    with older.snapshot() as upgraded:
        assert refs(upgraded, "plovers") == ["05"]
        assert refs(upgraded, "launches") == ["01", "02", "05", "03"]
    assert all(check.ok for check in older.doctor() if check.check != "modes")
    assert any(file.name.endswith(f"-before-schema-{SCHEMA_VERSION}") for file in older.path.parent.iterdir())


def test_an_older_search_index_that_was_altered_is_found(older: Tracker) -> None:
    """A table of words in an older store that no version of the program made is a fault of the schema."""
    with closing(sqlite3.connect(older.path)) as connection:
        connection.execute("ALTER TABLE words ADD COLUMN more TEXT")
    assert [check.said for check in older.doctor() if check.check == "schema"] == [
        ("the table words has an unexpected definition",)
    ]


def test_a_damaged_search_index_is_found_and_the_entries_are_saved(make: Maker, zenda: Tracker) -> None:
    """doctor names an index that lacks a text, and a rescue brings all the entries into a store that finds it."""
    broken = make(zenda.path)
    with closing(sqlite3.connect(broken.path)) as connection:
        connection.execute("UPDATE words SET text = 'zzz' WHERE field = 'head'")
        connection.commit()
    assert {check.check for check in broken.doctor() if not check.ok} == {"search", "fold"}
    saved = make()
    saved.path.parent.mkdir(parents=True, mode=0o700)
    broken.rescue(saved.path)
    with saved.snapshot() as view:
        assert refs(view, "Elphberg") == ["ZEN2"]
