"""Tests of empty values, and of folders instead of files, for the options and arguments of all commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import typer

from spacedialog.cli.app import COMMANDS, app
from tests.support.program import Desk


class Valued(NamedTuple):
    """An option or an argument that takes a value, and the words before and after its value in a call."""

    command: str
    name: str
    is_file: bool
    before: tuple[str, ...]
    after: tuple[str, ...] = ()

    def call(self, value: str) -> list[str]:
        """Return a call with that value."""
        *before, last = self.before
        return [*before, f"{last}{value}", *self.after]


def _is_file(parameter: Any) -> bool:
    return type(parameter.type).__name__.endswith("Path")


def values_of(words: tuple[str, ...], command: Any) -> Iterator[Valued]:
    """Yield the options and arguments of a command, or of each of its subcommands."""
    for name, subcommand in getattr(command, "commands", {}).items():
        yield from values_of((*words, name), subcommand)
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    needed = tuple("x" for one in arguments if one.required)
    for one in command.params:
        if one.param_type_name == "option" and not one.is_flag:
            yield Valued(" ".join(words), one.opts[0], _is_file(one), (*words, *needed, f"{one.opts[0]}="))
    for place, one in enumerate(arguments):
        before = (*words, *("x" for _ in arguments[:place]), "")
        yield Valued(" ".join(words), one.metavar or one.name.upper(), _is_file(one), before, needed[place + 1 :])


def all_values() -> Iterator[Valued]:
    """Yield the options and arguments of all commands."""
    root: Any = typer.main.get_command(app)
    for name in COMMANDS:
        yield from values_of((name,), root.get_command(typer.Context(root), name))


VALUED = [*all_values()]
FILES = [one for one in VALUED if one.is_file]


def test_the_values_are_found() -> None:
    """The search finds dates, numbers, choices, names and files among more than 200 options and arguments."""
    found = {one[:2] for one in VALUED}
    assert found >= {("list", "--as-of"), ("upcoming", "--within"), ("draft", "--when"), ("brief", "--since")}
    assert found >= {("list", "--limit"), ("export", "--format"), ("apply", "--max-size"), ("mark", "--on")}
    assert found >= {("team join", "URL"), ("team sql", "--output"), ("backup", "FILE"), ("show", "REF")}
    assert {one[:2] for one in FILES} >= {("doctor", "--rescue"), ("restore", "FILE"), ("list", "--output")}
    assert len(found) > 200


def test_an_empty_value_is_an_error(desk: Desk) -> None:
    """An empty value, as from an unset variable of a script, is refused with the name of its option or argument."""
    for one in VALUED:
        ran = desk.call(*one.call(""))
        assert (ran.status, ran.stdout) == (2, ""), (one, ran)
        assert ran.stderr.splitlines()[0] == f"spacedialog: {one.name} is empty", (one, ran.stderr)
    assert not desk.db.exists()


@pytest.mark.parametrize("folder", [".", "/"])
def test_a_folder_is_not_a_file(desk: Desk, folder: str) -> None:
    """A folder where a file is expected is refused, also the working folder and the root, whose paths have no name."""
    for one in (file for file in FILES if file.command not in ("paths", "config")):  # which print it
        ran = desk.call(*one.call(folder))
        assert ran.status in (2, 3, 4), (one, ran)


@pytest.mark.parametrize("field", ["lead", "partner", "owner", "review", "criterion", "quote", "detail"])
def test_an_empty_value_clears_no_field(desk: Desk, field: str) -> None:
    """An empty value of `edit` is refused, and the remedy names the option that clears the field."""
    ran = desk.call("edit", "31", f"--{field}", "")
    assert (ran.status, ran.stderr.splitlines()[1]) == (2, f"  give a value, or clear the field with --clear {field}")
    assert desk.call("edit", "31", "--clear", field, "--dry-run").status == 0
