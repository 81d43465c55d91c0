"""The aliases of the configuration file: their check, and their replacement by commands."""

from __future__ import annotations

from collections.abc import Collection

from spacedialog import configuration as configuration_
from spacedialog import environment
from spacedialog.cli.help import NAME
from spacedialog.configuration import ALIASES, Configuration
from spacedialog.errors import InputError

_HELP = "help"
"""A command that the lists of commands do not contain."""


def checked(commands: Collection[str]) -> Configuration:
    """Return the configuration; ProblemsError if an alias has the name of a command or does not run one."""
    file = environment.configuration()
    if file.aliases and file.path:
        text, problems = "", []
        for name, command in file.aliases.items():
            try:
                check_alias(name, command, file, commands)
            except InputError as error:
                text = text or configuration_.file_text(file.path)
                problems.append(configuration_.problem(file.path, text, (ALIASES, name), error))
        configuration_.refuse(file.path, problems)
    return file


def check_alias(name: str, command: str, file: Configuration, commands: Collection[str]) -> None:
    """Raise InputError if an alias has the name of a command or does not run one."""
    if name in (*commands, _HELP):
        raise InputError(f"{name} is a command, and an alias cannot replace it", "choose another name")
    if not name or name.startswith("-") or any(char.isspace() for char in name):
        raise InputError("this cannot be the name of a command", "choose a name without spaces, such as korea")
    aliases = {**file.aliases, name: command}
    seen = [name]
    first = _words(command)[0]
    while first in aliases and first not in commands:
        if first in seen:
            path = " → ".join((*seen, first))
            raise InputError(f"the alias refers to itself: {path}", "name a command in one of them")
        seen.append(first)
        first = _words(aliases[first])[0]
    if first not in (*commands, _HELP):
        from spacedialog.model.dates import quoted
        from spacedialog.model.near_misses import suggestion

        near = suggestion(first, commands)
        raise InputError(f"there is no command {quoted(first)}", f"{near}list the commands with {NAME} help")


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


def expanded(arguments: list[str], commands: Collection[str]) -> list[str]:
    """Return the arguments with an alias, their first word or that after `help`, replaced by its command."""
    at = 1 if arguments[0] == _HELP else 0
    aliases = checked(commands).aliases
    while arguments[at] in aliases:
        arguments = [*arguments[:at], *_words(aliases[arguments[at]]), *arguments[at + 1 :]]
    return arguments
