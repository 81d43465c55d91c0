"""Tests of the configuration on the command line: `config`, aliases, and the default dialogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.program import Desk, Ran


@pytest.fixture
def file(desk: Desk) -> Path:
    """The path of the desk's configuration file, which does not exist yet."""
    return desk.home / "config" / "spacedialog" / "config.toml"


@pytest.fixture
def write(file: Path) -> object:
    """A function that writes the configuration file."""
    file.parent.mkdir(parents=True)
    return file.write_text


def settings(desk: Desk, *options: str) -> dict[str, tuple[object, str, str]]:
    """Return the settings in use: value, source and place by key."""
    return {
        row["key"]: (row["value"], row["source"], row["place"]) for row in desk.call("config", *options, "--json").data
    }


def configured(desk: Desk, file: Path, text: str, *arguments: str) -> Ran:
    """Run the program with a configuration file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return desk.call(*arguments)


def test_config_shows_every_setting_and_its_source(desk: Desk, file: Path) -> None:
    """Each setting has its value and its source: option, environment, file or default."""
    configured(desk, file, "author = 'Zenda'\n[aliases]\nkorea = 'list --side ROK'\n")
    shown = settings(desk)
    assert shown["database"] == (str(desk.db), "environment", "SPACEDIALOG_DB")
    assert shown["author"] == ("Zenda", "file", str(file))
    assert shown["dialogue"] == ("all", "default", "")
    assert shown["review-interval"] == ("180 days", "default", "")
    assert shown["closing-span"] == ("60 days", "default", "")
    assert shown["columns"][0][:2] == ["ref", "title"]  # type: ignore[index]
    assert shown["pager"] == ("less -FRX", "default", "")
    assert shown["aliases.korea"] == ("list --side ROK", "file", str(file))
    assert settings(desk, "--db", "other.db")["database"] == (str(desk.folder / "other.db"), "option", "--db")


@pytest.mark.parametrize(
    ("variables", "text", "setting"),
    [
        ({"PAGER": "more"}, "", ("more", "environment", "PAGER")),
        ({"PAGER": ""}, "", ("", "environment", "PAGER")),
        ({"PAGER": "more"}, "pager = 'less -S'", ("less -S", "file", "FILE")),
        ({"PAGER": "more", "SPACEDIALOG_PAGER": ""}, "pager = 'cat'", ("", "environment", "SPACEDIALOG_PAGER")),
    ],
)
def test_config_names_the_variable_of_the_pager(
    desk: Desk,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    text: str,
    setting: tuple[str, str, str],
) -> None:
    """The pager is that of SPACEDIALOG_PAGER, of the file, or of PAGER; an empty variable means no pager."""
    monkeypatch.setattr(Desk, "environment", {**desk.environment, **variables})
    configured(desk, file, text, "config")
    assert settings(desk)["pager"] == tuple(str(file) if part == "FILE" else part for part in setting)


def test_config_names_the_file_below_the_table(desk: Desk, file: Path) -> None:
    """The table ends with the path of the file, and says if there is none yet; --quiet leaves it out."""
    shown = "".join(desk.call("config", "-f", "table").stdout.split())
    assert shown.endswith(f"File:{file}(notcreatedyet)")
    assert "File" not in desk.call("config", "-f", "table", "-q").stdout


def test_set_and_unset(desk: Desk, file: Path) -> None:
    """`set` changes the file, `unset` returns to the default, and both say so on standard error."""
    ran = desk.call("config", "set", "review-interval", "90d")
    assert ran == Ran(0, "", f"Set review-interval in {file}.\n")
    assert settings(desk)["review-interval"] == ("90d", "file", str(file))
    assert desk.call("config", "unset", "review-interval") == Ran(0, "", f"Removed review-interval from {file}.\n")
    assert settings(desk)["review-interval"] == ("180 days", "default", "")
    assert desk.call("config", "unset", "review-interval") == Ran(0, "", f"{file} does not set review-interval.\n")
    assert desk.call("config", "set", "columns", "ref, title", "--quiet") == Ran(0, "", "")
    assert settings(desk)["columns"][0] == ["ref", "title"]


def test_get_prints_the_value_in_use(desk: Desk, file: Path) -> None:
    """`get` prints one value alone; an alias that is not set has status 3, an unknown key status 2."""
    configured(desk, file, "columns = ['ref', 'title']\n[aliases]\nkorea = 'list --side ROK'\n")
    assert desk.call("config", "get", "columns") == Ran(0, "ref,title\n", "")
    assert desk.call("config", "get", "database") == Ran(0, f"{desk.db}\n", "")
    assert desk.call("config", "get", "aliases.korea") == Ran(0, "list --side ROK\n", "")
    assert desk.call("config", "get", "aliases.late").status == 3
    assert desk.call("config", "get", "colums").status == 2


def test_set_a_relative_database(desk: Desk) -> None:
    """A relative path on the command line starts at the working folder."""
    ran = desk.call("config", "set", "database", "mine.db")
    assert ran.stderr.endswith("SPACEDIALOG_DB is set, and takes precedence over the file.\n")
    paths = desk.run("paths", "--json", without="SPACEDIALOG_DB").data
    assert paths[0]["path"] == str(desk.folder / "mine.db")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("alias.korea", "list", "alias.korea: there is no such key\n  did you mean aliases.korea?"),
        ("databse", "x.db", "databse: there is no such key\n  did you mean database?"),
        ("review-interval", "soon", "review-interval: 'soon' is not a span of time\n  write a span such as"),
        ("columns", "ref,stauts", "columns: there is no field 'stauts'\n  did you mean status?"),
        ("aliases.list", "list --side ROK", "aliases.list: list is a command, and an alias cannot replace it"),
        ("aliases.help", "list", "aliases.help: help is a command, and an alias cannot replace it"),
        ("aliases.korea", "lst", "aliases.korea: there is no command 'lst'\n  did you mean list?"),
        ("aliases.korea", "spacedialog list", "aliases.korea: spacedialog is not a command\n  leave out spacedialog"),
        ("aliases.korea", 'search "lunar', "aliases.korea: a quotation mark is not closed"),
        ("aliases.korea", "korea --json", "aliases.korea: the alias refers to itself: korea → korea"),
        ("aliases.", "list", "aliases.: this cannot be the name of a command"),
        ("aliases", "list", "aliases: the name of the alias is missing\n  write aliases.NAME"),
    ],
)
def test_an_invalid_setting_is_not_written(desk: Desk, file: Path, key: str, value: str, message: str) -> None:
    """A value that cannot be used is refused before the file is written."""
    ran = desk.call("config", "set", key, value)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"spacedialog: {message}")
    assert not file.exists()


def test_a_bad_file_can_be_corrected(desk: Desk, file: Path) -> None:
    """With a bad file every command ends with status 2, except those that correct it and those that do not read it."""
    ran = configured(desk, file, "author = 3\nfoo = 'x'\n", "list")
    assert ran.status == 2
    assert f"{file}: line 1: author: a number is not text\n  write text in quotation marks\n" in ran.stderr
    assert desk.call("config").status == desk.call("mark", "31", "complete").status == 2
    assert desk.call("config", "path") == Ran(0, f"{file}\n", "")
    assert desk.call("--version").status == desk.call("help").status == desk.call("list", "--help").status == 0
    desk.call("config", "set", "author", "Zenda")
    desk.call("config", "unset", "foo")
    assert file.read_text() == 'author = "Zenda"\n'
    assert desk.call("list").status == 0


def test_text_of_the_file_is_shown_without_control_characters(desk: Desk, file: Path) -> None:
    """A key with a terminal code is shown with an escape."""
    ran = configured(desk, file, '"a\\u001b[31m" = 1\n', "config")
    assert "\x1b" not in ran.stdout + ran.stderr
    assert ran.status == 2


def test_no_file_is_used_if_the_variable_is_empty(desk: Desk) -> None:
    """With an empty SPACEDIALOG_CONFIG, `config path` prints nothing, and nothing can be set."""
    nothing = {"SPACEDIALOG_CONFIG": ""}
    assert desk.run("config", "path", env=nothing) == Ran(0, "", "No configuration file is used.\n")
    assert desk.run("config", "set", "author", "Zenda", env=nothing).status == 2


def test_options_of_config_go_after_its_commands(desk: Desk) -> None:
    """An option before `set`, `unset` or `path` is refused, not ignored."""
    ran = desk.call("config", "--json", "path")
    assert ran.status == 2
    assert "the options are before the command" in ran.stderr


ALIASES = """\
[aliases]
korea = "list --side ROK --status open"
few = "korea --limit 2"
lunar = "search 'lunar payload'"
"""


def test_an_alias_runs_its_command(desk: Desk, file: Path) -> None:
    """An alias is replaced by its command, and further arguments are appended; it may use another alias."""
    listed = configured(desk, file, ALIASES, "korea", "--json")
    assert listed == desk.call("list", "--side", "ROK", "--status", "open", "--json")
    assert [row["ref"] for row in desk.call("few", "--json").data] == [row["ref"] for row in listed.data][:2]
    assert desk.call("lunar", "--json") == desk.call("search", "lunar payload", "--json")
    assert desk.call("help", "korea") == desk.call("list", "--help")


def test_help_lists_the_aliases(desk: Desk, file: Path) -> None:
    """The help lists aliases with their commands, under a heading that is absent without them."""
    assert "Aliases" not in desk.call("help").stdout
    shown = configured(desk, file, ALIASES, "help").stdout
    assert "Aliases:\n  korea          list --side ROK --status open\n" in shown


@pytest.mark.parametrize(
    ("aliases", "call", "message"),
    [
        ("a = 'b'\nb = 'a'", "a", "line 2: aliases.a: the alias refers to itself: a → b → a"),
        ("list = 'list --side ROK'", "list", "line 2: aliases.list: list is a command, and an alias cannot replace it"),
        ("korea = 'lst'", "korea", "line 2: aliases.korea: there is no command 'lst'\n  did you mean list?"),
        ("database = 'x.db'", "config", "line 2: aliases.database: there is no command 'x.db'\n  move the line above"),
    ],
)
def test_a_bad_alias_is_reported(desk: Desk, file: Path, aliases: str, call: str, message: str) -> None:
    """An alias in a circle, with the name of a command, or of no command, is a fault of the file."""
    ran = configured(desk, file, f"[aliases]\n{aliases}\n", call)
    assert ran.status == 2
    assert f"{file}: {message}" in ran.stderr


def test_a_bad_alias_does_not_stop_other_commands(desk: Desk, file: Path) -> None:
    """An alias of an unknown command is reported only when aliases are used."""
    assert configured(desk, file, "[aliases]\nkorea = 'lst'\n", "list").status == 0


def test_an_unknown_command_is_still_unknown(desk: Desk, file: Path) -> None:
    """With aliases, an unknown command has the same error."""
    ran = configured(desk, file, ALIASES, "lsit")
    assert (ran.status, ran.stderr) == (2, desk.run("lsit", env={"SPACEDIALOG_CONFIG": ""}).stderr)


def test_the_default_dialogue_narrows_reads(desk: Desk, file: Path) -> None:
    """Reads cover the dialogue of the file; --dialogue selects another, or all."""
    everything = len(desk.call("list", "--json").data)
    assert {row["dialogue"] for row in configured(desk, file, "dialogue = 'rok3'", "list", "--json").data} == {"ROK3"}
    assert {row["dialogue"] for row in desk.call("list", "--dialogue", "ROK2", "--json").data} == {"ROK2"}
    assert len(desk.call("list", "--dialogue", "all", "--json").data) == everything
    assert desk.call("show", "ROK4-31").status == 0
    assert configured(desk, file, "dialogue = 'all'", "list", "--json").data[0]["dialogue"] == "ROK4"


def test_the_default_dialogue_does_not_change_refs(desk: Desk, file: Path) -> None:
    """A number alone names the same commitment in `show` and `history`, whatever the default dialogue is."""
    shown = configured(desk, file, "dialogue = 'ROK3'", "show", "3", "--json").data
    assert {row["ref"].partition(".")[0] for row in desk.call("history", "3", "--json").data} >= {"ROK4-03"}
    assert shown["commitment"]["ref"] == "ROK4-03"
    assert desk.call("history", "3", "--dialogue", "ROK3", "--json").data[0]["ref"] == "ROK3-03"


def test_an_empty_table_names_the_default_dialogue(desk: Desk, file: Path) -> None:
    """If the default dialogue has no match, the message names it and --dialogue all; with --dialogue it does not."""
    found = configured(desk, file, "dialogue = 'ROK4'", "list", "--party", "MSIT", "-f", "table").stdout
    assert found.startswith("No matching commitments. Only ROK4 is shown; --dialogue all shows every dialogue.")
    assert "every dialogue" not in desk.call("list", "--party", "MSIT", "--dialogue", "ROK4", "-f", "table").stdout


def test_an_unknown_default_dialogue_names_the_file(desk: Desk, file: Path) -> None:
    """If the file names an unknown dialogue, the error of the command names the file."""
    ran = configured(desk, file, "dialogue = 'ROK9'", "list")
    assert ran.status == 2
    assert ran.stderr.startswith(f"spacedialog: {file}: dialogue: there is no dialogue 'ROK9'\n")
    assert not desk.call("list", "--dialogue", "ROK9").stderr.startswith(f"spacedialog: {file}")


def test_the_author_of_the_file_is_recorded(desk: Desk, file: Path) -> None:
    """The author comes from --by, SPACEDIALOG_AUTHOR, the file or the login name, in this order."""
    configured(desk, file, "author = 'Zenda'", "note", "31", "One")
    desk.run("note", "31", "Two", env={"SPACEDIALOG_AUTHOR": "Rassendyll"})
    desk.run("note", "31", "Three", "--by", "Hentzau", env={"SPACEDIALOG_AUTHOR": "Rassendyll"})
    authors = [row["author"] for row in desk.call("history", "31", "--json").data]
    assert {"Zenda", "Rassendyll", "Hentzau"} <= set(authors)


def test_the_closing_span_is_the_default_of_todo(desk: Desk, file: Path) -> None:
    """`todo` covers the closing span of the file, unless --within gives another."""
    wide = len(desk.call("todo", "--within", "3y", "--json").data)
    assert len(configured(desk, file, "closing-span = '3 years'", "todo", "--json").data) == wide
    assert len(desk.call("todo", "--within", "60d", "--json").data) < wide
