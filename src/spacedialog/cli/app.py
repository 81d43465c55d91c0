"""The commands by name, each imported when it is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from functools import partial
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from spacedialog.errors import InputError

NAME = "spacedialog"

COMPLETE = "_SPACEDIALOG_COMPLETE"
"""The environment variable with which a shell asks for completions."""

GROUPS: Mapping[str, Mapping[str, str]] = {
    "Look": {
        "overview": "read",
        "dialogues": "read",
        "areas": "read",
        "list": "read",
        "show": "read",
        "upcoming": "read",
        "search": "read",
        "history": "read",
        "slips": "read",
        "compare": "read",
    },
    "Judge": {"agreement": "assess", "crosswalk": "assess"},
    "Report": {"brief": "report", "report": "report"},
    "Record": {
        "mark": "write",
        "note": "write",
        "reschedule": "write",
        "add": "write",
        "edit": "write",
        "link": "write",
        "unlink": "write",
        "undo": "write",
        "assess": "assess",
        "apply": "write",
        "import": "write",
    },
    "From a statement": {"draft": "draft", "review": "review", "verify-source": "verify_source"},
    "Share": {"conflicts": "team", "sync": "team", "team": "team", "export": "files"},
    "Maintain": {
        "fingerprint": "maintenance",
        "backup": "maintenance",
        "restore": "maintenance",
        "doctor": "maintenance",
        "restamp": "maintenance",
        "schema": "files",
        "completion": "files",
        "paths": "files",
    },
}
"""The commands by group, in the order of the help, each with its module in `cli/commands/`."""

COMMANDS = {name: module for commands in GROUPS.values() for name, module in commands.items()}


CLEARING_OPTIONS = dict.fromkeys(("add", "edit"), ("--lead", "--partner", "--detail"))
"""The options of each command that accept an empty value, which clears the field."""


class LazyGroup(TyperGroup):
    """A command group that imports only the command that is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command with that name; InputError for an unknown name."""
        if cmd_name not in COMMANDS:
            if ctx.resilient_parsing:
                return None
            raise InputError(f"there is no command '{cmd_name}'", f"{_suggestion(cmd_name)}{NAME} --help lists them")
        module = import_module(f"spacedialog.cli.commands.{COMMANDS[cmd_name]}")
        for group in module.app.registered_groups:
            if group.name == cmd_name:
                for info in group.typer_instance.registered_commands:
                    _add_shared_options(info)
                found: Any = typer.main.get_group_from_info(
                    group, pretty_exceptions_short=False, suggest_commands=False, rich_markup_mode=None
                )
                for subcommand in found.commands.values():
                    _refuse_empty_values(subcommand)
                return found
        info = next(i for i in module.app.registered_commands if (i.name or i.callback.__name__) == cmd_name)
        _add_shared_options(info)
        command = typer.main.get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None)
        _refuse_empty_values(command, CLEARING_OPTIONS.get(cmd_name, ()))
        return command


def _add_shared_options(command: Any) -> None:
    if hasattr(command.callback, "whole"):
        command.callback = command.callback.whole()


def _refuse_empty_values(command: Any, except_for: Collection[str] = ()) -> None:
    """Let each option and argument of a command refuse an empty value, except the options named."""
    for parameter in command.params:
        if parameter.opts[0] not in except_for:
            # Before the conversion to its type, because as a path an empty value is the working folder.
            parameter.type_cast_value = partial(_converted, parameter, parameter.type_cast_value)


def _converted(parameter: Any, convert: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """Convert the value of a parameter; InputError if it is empty, for example from an unset variable of a script."""
    if value == "" or (isinstance(value, list | tuple) and "" in value):
        is_option = parameter.param_type_name == "option"
        name = parameter.opts[0] if is_option else parameter.metavar or parameter.name.upper()
        raise InputError(f"{name} is empty", "give a value" if parameter.required else "give a value, or leave it out")
    return convert(context, value)


def _suggestion(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=2)
    return f"did you mean {' or '.join(near)}? " if near else ""


app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Track the commitments that governments make to each other: who owes what, by when, and how it is known.

    \b
      spacedialog                      the overview
      spacedialog list --status open   what is not settled yet
      spacedialog show ROK4-31         all that is known of one commitment

    A vague date such as 2026 is a window, and not late before it closes. Nothing recorded is ever overwritten.
    Options stand after the command.
    """


def program(arguments: list[str]) -> int:
    """Run the command that `arguments` name, by default the overview; return its exit status."""
    if any(_is_garbled(argument) for argument in arguments):
        raise InputError("the call holds text that is not UTF-8", "set the terminal, or the file, to UTF-8")
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:2], "--help"]
    elif not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        command = next((argument for argument in arguments if argument in COMMANDS), None)
        if command:
            raise InputError("options stand after the command", f"write {NAME} {command} {arguments[0]} …")
        arguments = ["overview", *arguments]
    if COMPLETE in os.environ:
        # Typer re-exports it implicitly.
        from typer.completion import completion_init  # type: ignore[attr-defined]

        from spacedialog.cli.completion import prepare_environment

        prepare_environment()
        completion_init()
    try:
        return typer.main.get_command(app).main(arguments, NAME, COMPLETE, standalone_mode=False) or 0
    except SystemExit as end:
        if COMPLETE in os.environ:
            return int(end.code or 0)
        # Typer exits on its own when the reader of its output closes the pipe.
        raise BrokenPipeError from end
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else NAME
        raise InputError(f"{path}: {_sentence(error.format_message())}", f"{path} --help shows how") from error


def _is_garbled(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _sentence(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
