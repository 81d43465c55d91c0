"""The commands by name, each imported when it is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

import typer

from spacedialog import environment
from spacedialog.cli import help as help_
from spacedialog.cli.help import NAME
from spacedialog.errors import InputError

COMPLETE = "_SPACEDIALOG_COMPLETE"
"""The environment variable with which a shell asks for completions."""


class Listed(NamedTuple):
    """A command in the help: its module in `cli/commands/`, its summary, and the summaries of its subcommands."""

    module: str
    summary: str
    subcommands: Mapping[str, str] = MappingProxyType({})


GROUPS: Mapping[str, Mapping[str, Listed]] = {
    "View": {
        "overview": Listed("read", "Show progress and upcoming dates (the default command)"),
        "list": Listed("read", "List commitments, all or filtered"),
        "show": Listed("read", "Show one commitment or one dialogue in full"),
        "todo": Listed("read", "List what needs attention, most urgent first"),
        "upcoming": Listed("read", "List due dates and milestones, overdue ones first"),
        "search": Listed("read", "Find commitments and dialogues by words in their text"),
        "history": Listed("read", "List the entries of the log, or of one commitment or dialogue"),
        "slips": Listed("read", "List the dates that were moved, and by how much"),
        "areas": Listed("read", "List the areas of cooperation with progress and next dates"),
        "dialogues": Listed("read", "List the dialogues with their dates and progress"),
        "parties": Listed("parties", "List the parties with their roles and successions"),
        "compare": Listed("read", "Compare the commitments of two dialogues"),
    },
    "Record": {
        "mark": Listed("write", "Record the status of a commitment or a milestone"),
        "check": Listed("write", "Record that you checked and found nothing new"),
        "note": Listed("write", "Record a note on a commitment, milestone or dialogue"),
        "reschedule": Listed("write", "Change a due date; the history keeps the old one"),
        "add": Listed("write", "Add a commitment, or a milestone of one"),
        "edit": Listed("write", "Correct a commitment's title, lead, area or other fields"),
        "undo": Listed("write", "Undo the latest action, or the one named"),
        "link": Listed("write", "Record that a commitment carries on an earlier one"),
        "unlink": Listed("write", "Record that a commitment does not carry on an earlier one"),
        "party": Listed(
            "parties",
            "Add a party, or correct one",
            {"add": "Add a party to a dialogue", "edit": "Correct a party of a dialogue"},
        ),
        "area": Listed("parties", "Add an area", {"add": "Add an area to a dialogue"}),
        "apply": Listed("importing", "Record many updates from a file"),
        "import": Listed("importing", "Import a dialogue from a data file, or an exported log"),
    },
    "Report": {
        "brief": Listed("report", "Summarize what changed since a date and what comes next"),
        "report": Listed("report", "Write a report on all commitments or a selection"),
        "site": Listed("report", "Write a static site with a page for each commitment"),
        "cite": Listed("report", "Cite commitments with their status on a day"),
        "templates": Listed(
            "templates",
            "List or show the templates of reports",
            {"list": "List the templates that report finds by name", "show": "Print a template, to copy and change it"},
        ),
    },
    "Draft from a statement": {
        "draft": Listed("draft", "Draft a data file from a joint statement or an article"),
        "review": Listed("review", "Review the candidates of a draft one by one"),
        "verify-source": Listed("verify_source", "Compare cited sentences with a copy of their document"),
    },
    "Assess": {
        "assess": Listed("assess", "Record an assessor's verdict on a commitment"),
        "agreement": Listed("assess", "Measure the agreement of assessors"),
        "crosswalk": Listed("assess", "Convert statuses to a published rating scale"),
    },
    "Share": {
        "sync": Listed("team", "Exchange entries with the team's shared log"),
        "conflicts": Listed("team", "List the conflicting entries of team members"),
        "team": Listed(
            "team",
            "Create, join or leave a shared log",
            {
                "create": "Create a shared log on a server and send this record to it",
                "join": "Join a shared log: receive its entries and add those of this copy",
                "status": "Show the state of this copy without contacting the server",
                "leave": "Leave the team; all entries stay here and in the shared log",
                "sql": "Print the SQL that sets up or updates the tables on the server",
            },
        ),
        "export": Listed("files", "Export the whole log"),
    },
    "Maintain": {
        "backup": Listed("maintenance", "Copy the database to a file"),
        "restore": Listed("maintenance", "Restore the database from a verified backup"),
        "doctor": Listed("maintenance", "Check the database for damage"),
        "fingerprint": Listed("maintenance", "Print a fingerprint of the whole log"),
        "restamp": Listed("maintenance", "Correct entries that were recorded with a future time"),
        "config": Listed(
            "config",
            "Show the settings in use, or change one",
            {
                "get": "Print the value of a key",
                "set": "Set a key of the configuration file",
                "unset": "Remove a key from the configuration file",
                "path": "Print the path of the configuration file",
            },
        ),
        "paths": Listed("files", "Print the paths of the database and the built-in record"),
        "completion": Listed("files", "Print a shell completion script"),
        "schema": Listed("files", "Print the JSON Schema of the files that import accepts"),
    },
}
"""The commands by group, in the order of the help."""

COMMANDS = {name: listed for commands in GROUPS.values() for name, listed in commands.items()}
_WIDEST = max(map(len, COMMANDS))


class LazyGroup(help_.Group):
    """A command group that imports only the command that is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        """Return the names of all commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command with that name; InputError for an unknown name."""
        if cmd_name not in COMMANDS:
            if ctx.resilient_parsing:
                return None
            from spacedialog.cli.usage_errors import unknown_command

            raise unknown_command(cmd_name, COMMANDS)
        listed = COMMANDS[cmd_name]
        module = import_module(f"spacedialog.cli.commands.{listed.module}")
        for group in module.app.registered_groups:
            if group.name == cmd_name:
                for info in group.typer_instance.registered_commands:
                    _prepare(info)
                found: Any = typer.main.get_group_from_info(
                    group, pretty_exceptions_short=False, suggest_commands=False, rich_markup_mode=None
                )
                found.commands = {name: found.commands[name] for name in listed.subcommands}
                for name, subcommand in found.commands.items():
                    help_.describe(subcommand, listed.subcommands[name])
                    _check_values(subcommand)
                help_.describe(found, listed.summary)
                _check_values(found)
                return found
        info = next(i for i in module.app.registered_commands if (i.name or i.callback.__name__) == cmd_name)
        _prepare(info)
        command = typer.main.get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None)
        help_.describe(command, listed.summary)
        _check_values(command)
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - Typer's signature
        """Write the commands by group, without importing one."""
        for heading, commands in GROUPS.items():
            rows = [(f"{name:{_WIDEST}}", listed.summary) for name, listed in commands.items()]
            help_.write_rows(formatter, heading, rows)
        help_.write_rows(formatter, "Aliases", _aliases())

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - Typer's signature
        """Write how to get the help of a command."""
        formatter.write_paragraph()
        formatter.write_text(f"'{NAME} help COMMAND' shows the examples and the options of a command.")


def _aliases() -> list[tuple[str, str]]:
    """Return the aliases of the configuration file with their commands; none if the file is not valid."""
    try:
        aliases = environment.configuration().aliases
    except InputError:  # the help is shown whatever the file contains
        return []
    if not aliases:
        return []
    from spacedialog.model.escapes import one_line

    return [(f"{one_line(name):{_WIDEST}}", one_line(command)) for name, command in aliases.items()]


def _prepare(info: Any) -> None:
    info.cls = help_.Command
    if hasattr(info.callback, "combined"):
        info.callback = info.callback.combined()


def _check_values(command: Any) -> None:
    """Make each option and argument refuse an empty value, and a value of the wrong type.

    If an argument with several values is followed by another one, and only one word is given, the error names the last
    argument as missing.
    """
    for parameter in command.params:
        # Checked before the conversion, because an empty path becomes the working folder.
        parameter.type_cast_value = partial(_filled, parameter, parameter.type_cast_value)
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    for several, last in pairwise(arguments):
        if several.nargs == -1 and several.required:
            several.handle_parse_result = partial(_all_given, several.handle_parse_result, several, last)


def _all_given(handle: Callable[..., Any], several: Any, last: Any, context: Any, given: Any, words: Any) -> Any:
    """Handle the words of an argument with several values; name the last argument if there is only one word."""
    if not given.get(several.name) and given.get(last.name) is not None and not context.resilient_parsing:
        from spacedialog.cli.usage_errors import missing_argument

        raise missing_argument(last, context)
    return handle(context, given, words)


def _filled(parameter: Any, convert: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """Convert the value of a parameter; InputError if it is empty, for example from an unset variable of a script."""
    if value == "" or (isinstance(value, list | tuple) and "" in value):
        is_option = parameter.param_type_name == "option"
        name = parameter.opts[0] if is_option else parameter.metavar or parameter.name.upper()
        remedy = "give a value" if parameter.required else "give a value, or leave it out"
        if is_option and any(one.opts[0] == "--clear" for one in context.command.params):
            remedy = _clearing_remedy(name) or remedy
        raise InputError(f"{name} is empty", remedy)
    return _converted(parameter, convert, context, value)


def _clearing_remedy(option: str) -> str:
    """Return the remedy for an empty value of an option whose field can be cleared; empty for any other option."""
    from spacedialog.cli.parsing import option_of
    from spacedialog.model.fields import MAY_BE_EMPTY

    name = option.lstrip("-")
    return f"give a value, or clear the field with --clear {name}" if name in map(option_of, MAY_BE_EMPTY) else ""


def _converted(parameter: Any, convert: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """Convert the value of a parameter; InputError if it is not of its type."""
    try:
        return convert(context, value)
    except typer.BadParameter as error:
        from spacedialog.cli.usage_errors import invalid_value

        raise invalid_value(parameter, value, error.message) from error


app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.")] = False,
) -> None:
    """Track the commitments that governments make to each other.

    \b
      spacedialog                      show the overview
      spacedialog list --status open   list the commitments that are still open
      spacedialog show ROK4-31         show one commitment in full
    """


def with_command(arguments: list[str]) -> list[str]:
    """Return the arguments with an alias replaced by its command; nothing is read if they begin with a command."""
    name = "".join(arguments[1:2] if arguments[:1] == ["help"] else arguments[:1])
    if not name or name in COMMANDS or name.startswith("-") or COMPLETE in os.environ or _is_garbled(name):
        return arguments
    from spacedialog.cli.aliases import expanded

    return expanded(arguments, COMMANDS)


def require_own_names() -> None:
    """Raise ProblemsError if the configuration file has an alias with the name of a command."""
    if not COMMANDS.keys().isdisjoint(environment.configuration().aliases):
        from spacedialog.cli.aliases import checked

        checked(COMMANDS)


def program(arguments: list[str]) -> int:
    """Run the command that `arguments` name, by default the overview; return its exit status."""
    if any(_is_garbled(argument) for argument in arguments):
        raise InputError("an argument is not valid UTF-8", "set the terminal, or the file, to UTF-8")
    if arguments[:1] == ["help"]:
        arguments = [*(argument for argument in arguments[1:] if argument not in ("help", "--")), "--help"]
    elif not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        command = next((argument for argument in arguments if argument in COMMANDS), None)
        if command:
            raise InputError("the options are before the command", f"write {NAME} {command} first, then the options")
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
        from spacedialog.cli.usage_errors import usage_error

        raise usage_error(error) from error


def _is_garbled(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
