"""The commands of the configuration: list the settings, and change the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from spacedialog import configuration, environment
from spacedialog.cli.aliases import check_alias, checked
from spacedialog.cli.app import COMMANDS
from spacedialog.cli.completion import complete_key
from spacedialog.cli.help import NAME, Group
from spacedialog.cli.options import (
    ColourOption,
    DbOption,
    FormatOption,
    FormattedOutputOption,
    JsonOption,
    QuietOption,
    format_of,
    output_to,
)
from spacedialog.cli.requests import print_note
from spacedialog.configuration import ALIASES, EVERY_DIALOGUE, KEYS, Configuration
from spacedialog.errors import InputError, NotFoundError, ProblemsError, ReadOnlyError
from spacedialog.model.fields import LISTED
from spacedialog.model.vocabulary import CLOSING_DAYS, REVIEW_DAYS
from spacedialog.presentation import maintenance
from spacedialog.presentation.maintenance import SettingRow
from spacedialog.presentation.views import without_notes
from spacedialog.render.output import show

app = typer.Typer()
config = typer.Typer(
    cls=Group,
    invoke_without_command=True,
    help=f"""
    spacedialog config
    spacedialog config set review-interval 90d
    spacedialog config set aliases.korea "list --side ROK --status open"

    Without a command, the settings in use are listed, each with its source: an option, an environment variable, the
    file or the default. The keys are {", ".join(KEYS)}, and aliases.NAME for a command of your own.
    """,
    rich_markup_mode=None,
)
app.add_typer(config, name="config")

KeyArgument = Annotated[
    str,
    typer.Argument(metavar="KEY", help=f"{', '.join(KEYS)} or aliases.NAME.", autocompletion=complete_key),
]


@config.callback()
def settings(
    context: typer.Context,
    format_: FormatOption = None,
    json: JsonOption = False,
    output: FormattedOutputOption = None,
    color: ColourOption = "auto",
    db: DbOption = None,
    quiet: QuietOption = False,
) -> None:
    """List the settings in use, unless a command follows."""
    if command := context.invoked_subcommand:
        if format_ or json or output or db or quiet or color != "auto":
            raise InputError(
                "the options are before the command", f"write {NAME} config {command} first, then the options"
            )
        return
    file = checked(COMMANDS)
    rows = [_setting(key, db, file) for key in KEYS]
    rows += [SettingRow(f"{ALIASES}.{name}", line, "file", str(file.path)) for name, line in file.aliases.items()]
    exists = file.path is not None and file.path.exists()
    view = maintenance.settings(rows, str(file.path) if file.path else None, exists=exists)
    shown_in = output_to(format_of(format_, json, output), output, color, environment.store_path(db))
    show(without_notes(view) if quiet else view, shown_in, as_of=environment.local_day().isoformat())


def _setting(key: str, db: Path | None, file: Configuration) -> SettingRow:
    """Return the value of a key in use, and its source."""
    value = _value(key, db, file)
    if key == "database" and db:
        return SettingRow(key, value, "option", "--db")
    if variable := environment.variable_of(key):
        return SettingRow(key, value, "environment", variable)
    if key in file.values:
        return SettingRow(key, value, "file", str(file.path))
    return SettingRow(key, value, "default", "")


def _value(key: str, db: Path | None, file: Configuration) -> str | tuple[str, ...]:
    values: dict[str, Callable[[], str | tuple[str, ...]]] = {
        "database": lambda: str(environment.store_path(db)),
        "author": environment.author,
        "dialogue": lambda: file.values.get("dialogue", EVERY_DIALOGUE),
        "review-interval": lambda: file.values.get("review-interval", f"{REVIEW_DAYS} days"),
        "closing-span": lambda: file.values.get("closing-span", f"{CLOSING_DAYS} days"),
        "columns": lambda: file.values.get("columns", LISTED),
        "pager": environment.pager,
    }
    return values[key]()


@config.command()
def get(key: KeyArgument) -> None:
    """
    spacedialog config get database
    spacedialog config get aliases.korea

    The value in use is printed, from an environment variable, the file or the default. The names in a list are
    separated by commas.
    """
    from spacedialog.model.escapes import escaped

    file, keys = checked(COMMANDS), _keys(key)
    if len(keys) > 1 and keys[1] in file.aliases:
        value: str | tuple[str, ...] = file.aliases[keys[1]]
    elif len(keys) > 1:
        raise NotFoundError(f"{key} is not set", f"set it with {NAME} config set {ALIASES}.NAME COMMAND")
    elif key in KEYS:
        value = _value(key, None, file)
    else:
        unknown = configuration.unknown_key(key)
        unknown.add_place(key)
        raise unknown
    typer.echo(escaped(value if isinstance(value, str) else ",".join(value)))


@config.command(name="set")
def set_(
    key: KeyArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The value; separate the names in a list with commas.")],
    quiet: QuietOption = False,
) -> None:
    """
    spacedialog config set dialogue ROK4
    spacedialog config set columns ref,title,status,due
    spacedialog config set aliases.korea "list --side ROK --status open"

    The file is created if it is missing. Its comments and the order of its lines are kept.
    """
    path, keys = _path_to_write(), _keys(key)
    try:
        stored = _checked(path, keys, value)
    except InputError as error:
        error.add_place(key)
        raise
    configuration.set_key(path, keys, stored)
    if quiet:
        return
    print_note(f"Set {key} in {path}.")
    if variable := environment.variable_of(key):
        print_note(f"{variable} is set, and takes precedence over the file.")


@config.command()
def unset(key: KeyArgument, quiet: QuietOption = False) -> None:
    """
    spacedialog config unset dialogue
    spacedialog config unset aliases.korea

    The default is used again.
    """
    path, keys = _path_to_write(), _keys(key)
    if configuration.unset_key(path, keys):
        line = f"Removed {key} from {path}."
    elif keys[0] not in (*KEYS, ALIASES):
        unknown = configuration.unknown_key(key)
        unknown.add_place(key)
        raise unknown
    else:
        line = f"{path} does not set {key}."
    if not quiet:
        print_note(line)


@config.command()
def path() -> None:
    """
    spacedialog config path
    nano "$(spacedialog config path)"

    SPACEDIALOG_CONFIG names another file; if it is empty, no file is used.
    """
    file = environment.configuration_path()
    if file is None:
        print_note("No configuration file is used.")
    else:
        typer.echo(str(file))


def _path_to_write() -> Path:
    """Return the path of the file; InputError if no file is used, or if it may not be written."""
    if environment.is_read_only():
        raise ReadOnlyError("the configuration")
    file = environment.configuration_path()
    if file is None:
        raise InputError("no configuration file is used", "set SPACEDIALOG_CONFIG to the path of a file, or unset it")
    return file


def _keys(key: str) -> tuple[str, ...]:
    """Return the parts of a key: one, or the table of aliases and a name in it."""
    table, dot, name = key.partition(".")
    return (table, name) if table == ALIASES and dot else (key,)


def _checked(path: Path, keys: tuple[str, ...], text: str) -> Any:
    """Return the value to store; InputError if the key is unknown or the value is invalid."""
    if keys[0] == ALIASES:
        if len(keys) == 1:
            raise InputError("the name of the alias is missing", f"write {ALIASES}.NAME")
        try:
            file = environment.configuration()
        except ProblemsError:  # setting a key may correct the file
            file = Configuration()
        check_alias(keys[1], text, file, COMMANDS)
        return text
    if keys[0] == "columns":
        names = [name.strip() for name in text.split(",")]
        configuration.check("columns", names, path.parent)
        return names
    configuration.check(keys[0], text, path.parent)
    if keys[0] == "database" and not text.startswith("~"):
        # A path on the command line is relative to the working folder, a path in the file to the folder of the file.
        return str(Path(text).absolute())
    return text
