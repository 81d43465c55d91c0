"""Tests of the configuration file: what it may contain, how its faults are reported, and how a key is changed."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

import spacedialog
from spacedialog import configuration, environment
from spacedialog.errors import InputError, ProblemsError, StoreError
from spacedialog.model.position import Scope
from spacedialog.model.vocabulary import Flag, Intervals
from spacedialog.tracker import Selection
from tests.support.trackers import NOON, Clock, Maker

FULL = """\
# The desk's settings.
database = "record/tracker.db"
author = "A. Hentzau"
dialogue = "ROK4"
review-interval = "90d"
closing-span = "2 weeks"
columns = ["ref", "title"]
pager = "less -S"

[aliases]
korea = "list --side ROK"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of the configuration file, which does not exist yet."""
    path = tmp_path / "folder" / "config.toml"
    monkeypatch.setenv("SPACEDIALOG_CONFIG", str(path))
    for variable in environment.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    return path


@pytest.fixture
def written(file: Path) -> Path:
    """A configuration file with every key."""
    file.parent.mkdir()
    file.write_text(FULL)
    return file


def faults(path: Path) -> list[str]:
    """Return the lines that report the faults of a file, without its path."""
    with pytest.raises(InputError) as caught:
        configuration.read(path)
    lines = caught.value.problems if isinstance(caught.value, ProblemsError) else (caught.value.problem,)
    assert all(line.startswith(f"{path}: ") for line in lines)
    return [line.removeprefix(f"{path}: ") for line in lines]


def test_every_key_is_read(written: Path) -> None:
    """The file sets every key, and a relative path of the database starts at the folder of the file."""
    file = environment.configuration()
    assert set(file.values) == set(configuration.KEYS)
    assert file.values["database"] == written.parent / "record" / "tracker.db"
    assert file.values["columns"] == ("ref", "title")
    assert file.intervals == Intervals(review_days=90, closing_days=14)
    assert file.aliases == {"korea": "list --side ROK"}


def test_without_a_file_the_defaults_apply(file: Path) -> None:
    """Without a file, nothing is set, and no file is created."""
    assert environment.configuration() == configuration.Configuration(file)
    assert environment.configuration().intervals == Intervals(180, 60)
    assert not file.parent.exists()


@pytest.mark.parametrize("named", ["", os.devnull])
def test_an_empty_variable_means_no_file(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is read if SPACEDIALOG_CONFIG is empty or names the null device."""
    monkeypatch.setenv("SPACEDIALOG_CONFIG", named)
    assert environment.configuration().path is None


@pytest.mark.parametrize(
    ("xdg", "expected"), [("/etc/desk", "/etc/desk"), ("", "/home/desk/.config"), ("relative", "/home/desk/.config")]
)
def test_the_folder_is_that_of_the_platform(xdg: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is in the user's configuration directory, as platformdirs finds it."""
    from platformdirs import user_config_path

    monkeypatch.delenv("SPACEDIALOG_CONFIG", raising=False)
    monkeypatch.setenv("HOME", "/home/desk")
    monkeypatch.setenv("XDG_CONFIG_HOME", xdg)
    path = environment.configuration_path()
    assert path == Path(expected, "spacedialog", "config.toml")
    assert path.parent == user_config_path("spacedialog", appauthor=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("author = 3", "line 1: author: a number is not text\n  write text in quotation marks"),
        ("\nauthor = ' '", "line 2: author: the value is empty"),
        ('author = "a\\u001b[31m"', "line 1: author: the value contains a control character"),
        ("revue-interval = '90d'", "line 1: revue-interval: there is no such key\n  did you mean review-interval?"),
        ("review-interval = 90", "line 1: review-interval: a number is not a span of time\n  write a span such as"),
        ("review-interval = 'soon'", "line 1: review-interval: 'soon' is not a span of time\n  write a span such as"),
        ("columns = 'ref'", "line 1: columns: this is not a list of field names"),
        ("columns = ['stauts']", "line 1: columns: there is no field 'stauts'\n  did you mean status?"),
        ("columns = ['ref', 'ref']", "line 1: columns: a field is listed twice"),
        ("aliases = 'list'", "line 1: aliases: this is not a table"),
        ("[aliases]\nkorea = 1", "line 2: aliases.korea: a number is not text"),
        ("[desk]\nauthor = 'x'", "line 1: desk: there is no such key"),
        ("[aliases]\nauthor = 3", "line 2: aliases.author: a number is not text\n  move the line above [aliases]"),
        ('author = "a\n', "line 1, column 12: a quotation mark is not closed"),
        ("\nauthor", "line 2, at the end: expected '=' after a key"),
        ("x = " + "[" * 5000, "a value is too long or too deep"),
        ("x = " + "9" * 5000, "a value is too long or too deep"),
    ],
)
def test_a_fault_is_reported_with_its_line_and_its_key(text: str, expected: str, tmp_path: Path) -> None:
    """An error names the file, the line and the key, and says what to write."""
    path = tmp_path / "config.toml"
    path.write_text(text)
    (fault,) = faults(path)
    assert fault.startswith(expected)


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    """Every fault of a file is reported, not only the first."""
    path = tmp_path / "config.toml"
    path.write_text("author = 3\ndialog = 'ROK4'\n[aliases]\nkorea = []\n")
    assert [fault.partition(": ")[0] for fault in faults(path)] == ["line 1", "line 2", "line 4"]


def test_hostile_files_are_refused(tmp_path: Path) -> None:
    """A file that is too large, not UTF-8, a folder or a pipe is refused at once."""
    large, latin, folder, pipe = (tmp_path / name for name in ("large", "latin", "folder", "pipe"))
    with large.open("wb") as out:
        out.truncate(1_000_000_000)
    latin.write_bytes(b"# ok\nauthor = '\xe9'\n")
    folder.mkdir()
    os.mkfifo(pipe)
    assert faults(large) == ["the file is larger than 1 MB"]
    assert faults(latin) == ["line 2: this is not UTF-8"]
    assert faults(folder) == ["this is a folder"]
    assert faults(pipe) == ["this is a pipe, a socket or a device"]


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    """A file that a Windows editor saved as UTF-8 is read."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbfauthor = 'Zenda'\r\n")
    assert configuration.read(path).values == {"author": "Zenda"}


def test_a_changed_file_is_read_again(written: Path) -> None:
    """A change of the file has effect in the same process, for example in a notebook."""
    assert environment.author() == "A. Hentzau"
    written.write_text("author = 'Zenda'\n")
    assert environment.author() == "Zenda"


def test_the_environment_overrides_the_file(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option overrides the environment, which overrides the file."""
    assert environment.store_path() == written.parent / "record" / "tracker.db"
    monkeypatch.setenv("SPACEDIALOG_DB", str(written.parent / "other.db"))
    monkeypatch.setenv("SPACEDIALOG_AUTHOR", "Zenda")
    assert environment.store_path() == written.parent / "other.db"
    assert environment.store_path(written.parent / "third.db") == written.parent / "third.db"
    assert environment.author() == "Zenda"


def test_python_uses_the_file(written: Path) -> None:
    """`spacedialog.open` takes the database, the author and the intervals from the file."""
    tracker = spacedialog.open()
    assert tracker.path == written.parent / "record" / "tracker.db"
    assert tracker.author == "A. Hentzau"
    assert tracker.intervals == Intervals(90, 14)


def test_the_intervals_decide_the_flags(make: Maker) -> None:
    """The review interval decides what is stale, the closing span what is closing and what `todo` lists."""

    def flagged(intervals: Intervals) -> tuple[set[str], set[str], int]:
        tracker = make("ruritania", clock=Clock())
        tracker.intervals = intervals
        tracker.check(["1"])
        with tracker.snapshot() as snapshot:
            closing = {row.ref for row in snapshot.commitments() if "closing" in row.flags}
        with tracker.snapshot(Scope(as_of=date(2027, 1, 15))) as snapshot:
            stale = {row.ref for row in snapshot.commitments() if "stale" in row.flags}
            closed = [row.ref for row in snapshot.commitments(Selection(flags=(Flag.STALE,)).filter(snapshot))]
            assert set(closed) == stale
            # Another day of the same snapshot has the same intervals, also while rows are being read.
            for _ in snapshot.commitments():
                assert snapshot.on(snapshot.day).intervals == intervals
            return stale, closing, len(snapshot.todo())

    narrow, wide = flagged(Intervals(180, 1)), flagged(Intervals(10, 3650))
    assert narrow[0] < wide[0]
    assert narrow[1] < wide[1]
    assert narrow[2] < wide[2]


def test_a_check_selects_by_the_intervals(make: Maker) -> None:
    """The review interval also decides which stale commitments a check selects."""
    path = make("ruritania", clock=Clock())
    path.check(["1"])
    day, stale = date(2027, 1, 15), Selection(flags=(Flag.STALE,))
    later = make(path=path.path, today=day, clock=Clock(NOON + 45 * 86_400_000_000))
    with pytest.raises(InputError, match="no matching commitments"):
        later.check(selection=stale)
    later.intervals = Intervals(review_days=10)
    assert "01" in {ref[-2:] for ref in later.check(selection=stale).refs}


def test_setting_a_key_keeps_comments_and_order(written: Path) -> None:
    """Only the line of the key changes, and a new key comes before the table of aliases."""
    configuration.set_key(written, ("author",), "Zenda")
    configuration.set_key(written, ("aliases", "late"), "list --overdue")
    assert written.read_text() == FULL.replace("A. Hentzau", "Zenda") + 'late = "list --overdue"\n'
    assert configuration.unset_key(written, ("author",))
    configuration.set_key(written, ("author",), "Zenda")
    assert configuration.read(written).values["author"] == "Zenda"
    assert written.read_text().startswith("# The desk's settings.\n")


def test_setting_a_key_creates_a_private_file(file: Path) -> None:
    """A new file and its folder belong to the user alone; an existing file keeps its mode, and a link stays a link."""
    configuration.set_key(file, ("author",), "Zenda")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    target = file.rename(file.with_name("dotfile.toml"))
    target.chmod(0o644)
    file.symlink_to(target)
    configuration.set_key(file, ("author",), "Hentzau")
    assert file.is_symlink()
    assert target.read_text() == 'author = "Hentzau"\n'
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


def test_unsetting_a_missing_key_changes_nothing(written: Path) -> None:
    """A key that the file does not have is not removed."""
    assert not configuration.unset_key(written, ("aliases", "late"))
    assert not configuration.unset_key(written.with_name("none.toml"), ("author",))
    assert written.read_text() == FULL


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """If the file cannot be written, the error names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file/config\.toml: "):
        configuration.set_key(tmp_path / "file" / "config.toml", ("author",), "Zenda")


def test_the_page_describes_every_key() -> None:
    """The example on the page is a valid file with every key, and the table names each key and each variable."""
    page = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    document = tomllib.loads(example)
    assert [*document] == [*configuration.KEYS, configuration.ALIASES]
    for key in configuration.KEYS:
        configuration.check(key, document[key], Path())
        assert f"| `{key}` |" in page
    for variable in environment.VARIABLES.values():
        assert f"| `{variable}` |" in page


def test_keys_that_are_set_at_the_same_time_are_all_in_the_file(tmp_path: Path) -> None:
    """Runs that change the file at the same time wait for each other, and none of their keys is lost."""
    file = tmp_path / "new" / "config.toml"
    keys = [("aliases", f"late{number}") for number in range(8)]
    with ThreadPoolExecutor(len(keys)) as pool:
        list(pool.map(lambda key: configuration.set_key(file, key, "list"), keys))
    assert configuration.read(file).aliases.keys() == {name for _, name in keys}
