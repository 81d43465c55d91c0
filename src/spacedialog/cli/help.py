"""The layout of the help: usage, summary, examples, details, arguments, and options under headings."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from functools import partial
from typing import Any

from typer.core import TyperCommand, TyperGroup

from spacedialog.errors import InputError

HEADINGS = OWN, VIEW, ENTRY, GENERAL = "Options", "View options", "Entry options", "General options"
"""The headings of options, in order: those of one command, those of all reads, all writes, and most commands."""

NAME = "spacedialog"

Rows = list[tuple[str, str]]


class _Help:
    """The layout that the help of commands and of groups shares."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option --help."""
        option = super().get_help_option(ctx)  # type: ignore[misc] # in TyperCommand
        option.help = "Show this help."
        option.get_help_record = partial(_record, option)
        return option

    def format_help_text(self, _: Any, formatter: Any) -> None:
        """Write the description, the examples and the details."""
        for paragraph in (self.help or "").split("\n\n"):  # type: ignore[attr-defined] # in TyperCommand
            formatter.write_paragraph()
            if paragraph.startswith("\b"):
                write_lines(formatter, "Examples", paragraph.splitlines()[1:])
            else:
                formatter.write_text(paragraph)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, and the options under their headings."""
        parameters = self.get_params(ctx)  # type: ignore[attr-defined] # in TyperCommand
        arguments = [_record(one, ctx) for one in parameters if one.param_type_name == "argument"]
        write_rows(formatter, "Arguments", arguments)
        options = [one for one in parameters if one.param_type_name == "option"]
        headings = [heading for heading in HEADINGS if any(_heading(one) == heading for one in options)]
        for heading in headings:
            # --help comes last, under the last heading.
            under = [one for one in options if (headings[-1] if one.name == "help" else _heading(one)) == heading]
            rows = [_record(one, ctx) for one in under]
            # Where some options have short names, the long names of all begin in one column.
            shift = "    " if any(not names.startswith("--") for names, _ in rows) else ""
            rows = [(shift + names if names.startswith("--") else names, text) for names, text in rows]
            write_rows(formatter, heading, rows)


class Command(_Help, TyperCommand):
    """A command."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of the usage line; only optional arguments are in brackets."""
        arguments = [one for one in self.params if one.param_type_name == "argument"]
        return ["[OPTIONS]", *(piece.strip("{}") for one in arguments for piece in one.get_usage_pieces(ctx))]


_LISTING = ("list", "ls", "show")
"""The commands of other programs for what a group does without a command."""


class Group(_Help, TyperGroup):
    """A group of commands, which suggests the nearest name for an unknown one."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        """Return the parts of the usage line."""
        return ["COMMAND", "[ARGUMENTS]", "[OPTIONS]"]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command with that name; InputError for an unknown name."""
        if cmd_name not in self.commands and not ctx.resilient_parsing:
            from spacedialog.model.dates import quoted
            from spacedialog.model.near_misses import suggestion

            names = ", ".join(self.commands)
            if cmd_name in _LISTING and self.invoke_without_command:
                raise InputError(
                    f"{ctx.command_path} has no command {quoted(cmd_name)}",
                    f"write {ctx.command_path}, without a command, or one of {names}",
                )
            raise InputError(
                f"{ctx.command_path} has no command {quoted(cmd_name)}",
                f"{suggestion(cmd_name, self.commands)}write one of {names}",
            )
        return super().get_command(ctx, cmd_name)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, then the options."""
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - Typer's signature
        """Write the commands with their summaries."""
        write_rows(formatter, "Commands", [(name, one.short_help or "") for name, one in self.commands.items()])


def describe(command: Any, summary: str) -> None:
    """Set the summary of a command, and show its parameters without number ranges.

    The docstring of a command contains its examples, one on each line, and after an empty line its details.
    """
    examples, _, details = inspect.cleandoc(command.help or "").strip().partition("\n\n")
    command.short_help = summary
    shown = "\n".join(("\b", *(f"  {line}" for line in examples.splitlines())))
    command.help = "\n\n".join(filter(None, (f"{summary}.", shown, details)))
    for parameter in command.params:
        parameter.get_help_record = partial(_record, parameter)


def _record(parameter: Any, context: Any) -> tuple[str, str]:
    """Return the names of an option or an argument, and its help with the default value."""
    if parameter.param_type_name == "argument":
        return parameter.metavar or parameter.name.upper(), parameter.help or ""
    names = ", ".join(sorted(parameter.opts, key=len))
    value = "" if parameter.is_flag else f" {parameter.make_metavar(context)}"
    default = f" [default: {parameter.default}]" if isinstance(parameter.default, str) else ""
    return names + value, f"{parameter.help or ''}{default}{' [required]' if parameter.required else ''}"


def _heading(option: Any) -> str:
    heading: str | None = option.rich_help_panel
    return heading or OWN


def write_rows(formatter: Any, heading: str, rows: Rows) -> None:
    """Write a heading and rows of names with their descriptions below it; nothing if there are no rows."""
    if rows:
        with formatter.section(heading):
            formatter.write_dl(rows)


def write_lines(formatter: Any, heading: str, lines: Iterable[str]) -> None:
    """Write a heading and lines below it as they are."""
    formatter.write_heading(heading)
    formatter.write("".join(f"  {line.strip()}\n" for line in lines))
