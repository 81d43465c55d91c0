"""The configuration file on the command line: its aliases, and the default dialogue of reads."""

from __future__ import annotations

import os
from collections.abc import Collection

from spacedialog import configuration as configuration_
from spacedialog import environment
from spacedialog.cli.app import COMMANDS, COMPLETE, is_garbled
from spacedialog.cli.help import NAME
from spacedialog.configuration import ALIASES, EVERY_DIALOGUE, Configuration
from spacedialog.errors import InputError

_RESERVED = {*COMMANDS, "help"}
"""The names that an alias cannot have."""


def checked() -> Configuration:
    """Return the configuration; ProblemsError if an alias has the name of a command, or does not name one."""
    file = environment.configuration()
    if file.aliases and file.path:
        text, problems = "", []
        for name, command in file.aliases.items():
            try:
                check_alias(name, command, file)
            except InputError as error:
                text = text or configuration_.file_text(file.path)
                problems.append(configuration_.problem(file.path, text, (ALIASES, name), error))
        configuration_.refuse(file.path, problems)
    return file


def check_alias(name: str, command: str, file: Configuration) -> None:
    """Raise InputError if an alias has the name of a command, or does not lead to a command."""
    if name in _RESERVED:
        raise InputError(f"{name} is a command, and an alias cannot replace it", "choose another name")
    if not name or name.startswith("-") or any(char.isspace() for char in name):
        raise InputError("this cannot be the name of a command", "choose a name without spaces, such as korea")
    aliases = {**file.aliases, name: command}
    seen = [name]
    first = _words(command)[0]
    while first in aliases and first not in COMMANDS:
        if first in seen:
            path = " → ".join((*seen, first))
            raise InputError(f"the alias refers to itself: {path}", "name a command in one of them")
        seen.append(first)
        first = _words(aliases[first])[0]
    if first not in _RESERVED:
        from spacedialog.model.dates import quoted
        from spacedialog.model.near_misses import suggestion

        near = suggestion(first, COMMANDS)
        raise InputError(f"there is no command {quoted(first)}", f"{near}{NAME} help lists the commands")


def _words(command: str) -> list[str]:
    import shlex

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InputError("a quotation mark is not closed", "close every quotation mark") from error
    if words[:1] == [NAME]:
        raise InputError(f"{NAME} is not a command", f"leave out {NAME}")
    if not words or not words[0]:
        raise InputError("the command is empty", "write a command such as list --side ROK")
    return words


def expanded(arguments: list[str]) -> list[str]:
    """Return the arguments with an alias replaced by its command; nothing is read if they begin with a command."""
    at = 1 if arguments[:1] == ["help"] else 0
    name = "".join(arguments[at : at + 1])
    if not name or name in _RESERVED or name.startswith("-") or COMPLETE in os.environ or is_garbled(name):
        return arguments
    aliases = checked().aliases
    while name in aliases:
        arguments = [*arguments[:at], *_words(aliases[name]), *arguments[at + 1 :]]
        name = arguments[at]
    return arguments


def require_own_names() -> None:
    """Raise ProblemsError if the file has an alias with the name of a command."""
    if not COMMANDS.keys().isdisjoint(environment.configuration().aliases):
        checked()


def selected_dialogues(named: Collection[str] | None) -> tuple[tuple[str, ...], str]:
    """Return the dialogues of a read, empty for all, and the file that names them if no option does."""
    if named:
        return (() if _is_all(named) else tuple(named)), ""
    file = environment.setting("dialogue")
    return ((), "") if file is None or _is_all((file.value,)) else ((file.value,), f"{file.place}: dialogue")


def _is_all(names: Collection[str]) -> bool:
    return any(name.lower() == EVERY_DIALOGUE for name in names)
