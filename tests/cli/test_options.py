"""Tests of empty values, for the options of all commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import typer

from spacedialog.cli.app import COMMANDS, app
from tests.support.program import Desk

MAY_BE_EMPTY = {(command, option) for command in ("add", "edit") for option in ("--lead", "--partner", "--detail")}
"""The options with which an empty value clears a field."""


class Valued(NamedTuple):
    """An option that takes a value, its command, and the arguments that the command requires."""

    command: str
    option: str
    arguments: tuple[str, ...]


def options() -> Iterator[Valued]:
    """Yield every option that takes a value other than the name of a file; those of `team` are not included."""
    root: Any = typer.main.get_command(app)
    for name in COMMANDS:
        command = root.get_command(typer.Context(root), name)
        needed = tuple("x" for one in command.params if one.param_type_name == "argument" and one.required)
        for one in command.params:
            if one.param_type_name == "option" and not one.is_flag and one.metavar != "FILE":
                yield Valued(name, one.opts[0], needed)


VALUED = [one for one in options() if one[:2] not in MAY_BE_EMPTY]


def test_the_options_are_found() -> None:
    """The search finds dates, numbers, choices and names, of more than 200 options."""
    found = {one[:2] for one in VALUED}
    assert found >= {("list", "--as-of"), ("upcoming", "--within"), ("draft", "--when"), ("brief", "--since")}
    assert found >= {("list", "--limit"), ("export", "--format"), ("apply", "--max-size"), ("mark", "--on")}
    assert len(found) > 200


def test_an_empty_value_is_an_error(desk: Desk) -> None:
    """An option with an empty value, as from an unset variable of a script, is refused with its name."""
    for command, option, arguments in VALUED:
        ran = desk.call(command, *arguments, f"{option}=")
        assert (ran.status, ran.stdout) == (2, ""), (command, option, ran)
        assert option in ran.stderr.splitlines()[0], (command, option, ran.stderr)
    assert not desk.db.exists()


@pytest.mark.parametrize("option", ["--lead", "--detail"])
def test_an_empty_value_clears_a_field(desk: Desk, option: str) -> None:
    """An empty value clears a field that may be empty."""
    assert desk.call("edit", "31", option, "", "--dry-run").status == 0
