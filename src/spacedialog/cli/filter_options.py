"""The options that select commitments."""

import inspect
from collections.abc import Callable
from typing import Annotated

import typer

from spacedialog.cli.completion import (
    complete_dialogue,
    complete_kind,
    complete_lead,
    complete_party,
    complete_sort,
    complete_status,
    complete_strength,
)
from spacedialog.cli.option_groups import SharedOptions
from spacedialog.cli.options import AreasOption, DueOption, Names, OwnersOption, SidesOption
from spacedialog.cli.requests import FilterOptions
from spacedialog.model.fields import SORTABLE
from spacedialog.model.vocabulary import Flag, Strength


def _choice(
    area: AreasOption = None,
    party: Annotated[
        Names, typer.Option(metavar="PARTY", help="Select by lead or partner.", autocompletion=complete_party)
    ] = None,
    side: SidesOption = None,
    lead: Annotated[
        Names,
        typer.Option(metavar="PARTY", help="Select by lead; joint if there is none.", autocompletion=complete_lead),
    ] = None,
    kind: Annotated[
        Names,
        typer.Option(
            metavar="KIND", help="Select by kind, such as agreement or action-item.", autocompletion=complete_kind
        ),
    ] = None,
    owner: OwnersOption = None,
    status: Annotated[
        Names,
        typer.Option(
            metavar="STATUS",
            help="Select by status; also open (neither complete nor withdrawn).",
            autocompletion=complete_status,
        ),
    ] = None,
    strength: Annotated[
        Names,
        typer.Option(
            metavar="STRENGTH",
            help=f"Select by strength: {', '.join(Strength)}.",
            autocompletion=complete_strength,
        ),
    ] = None,
    was: Annotated[
        Names,
        typer.Option(
            metavar="STATUS",
            help="Select by a status that a commitment has or once had; also open.",
            autocompletion=complete_status,
        ),
    ] = None,
    changed_since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="Select commitments with an entry since DAY, such as monday, other than a check."
        ),
    ] = None,
    due: DueOption = None,
    due_before: Annotated[
        str | None, typer.Option(metavar="DATE", help="Select commitments whose window closes before DATE.")
    ] = None,
    due_after: Annotated[
        str | None, typer.Option(metavar="DATE", help="Select commitments whose window closes after DATE, or never.")
    ] = None,
    *,
    flags: list[Flag],
    text: Annotated[str | None, typer.Option(metavar="WORDS", help="Select by words, as in search.")] = None,
    sort: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help=f"Sort by {', '.join(SORTABLE)}, or several, such as status,-due. Prefix a name with - to reverse.",
            autocompletion=complete_sort,
        ),
    ] = "ref",
) -> FilterOptions:
    from spacedialog.tracker import Selection

    undated = Selection(
        area=area or (),
        party=party or (),
        side=side or (),
        lead=lead or (),
        kind=kind or (),
        owner=owner or (),
        status=status or (),
        strength=strength or (),
        was=was or (),
        flags=flags,
        text=text,
    )
    return FilterOptions(undated, due, due_before, due_after, changed_since, sort)


def _flags(**asked: bool) -> list[Flag]:
    return [flag for flag in Flag if asked[flag.value]]


_flags.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [
        inspect.Parameter(
            flag.value,
            inspect.Parameter.KEYWORD_ONLY,
            default=False,
            annotation=Annotated[bool, typer.Option(f"--{flag}", help=f"Select by flag {flag}: {flag.meaning}.")],
        )
        for flag in Flag
    ]
)


_CHOICE = SharedOptions(_choice, "flags", _flags, place="here")


def _choice_in(
    choice: FilterOptions,
    dialogue: Annotated[
        Names, typer.Option(metavar="KEY", help="Select by dialogue, such as ROK4.", autocompletion=complete_dialogue)
    ] = None,
) -> FilterOptions:
    return choice._replace(undated=choice.undated._replace(dialogue=dialogue or ()))


def chooses(command: Callable[..., None]) -> SharedOptions:
    """Add the options that select commitments; `FilterOptions` are passed to the command as `choice`."""
    return SharedOptions(command, "choice", _CHOICE, place="first")


def selects(command: Callable[..., None]) -> SharedOptions:
    """Add the options of `chooses` without --sort, and --dialogue, for a command that writes."""
    return SharedOptions(command, "choice", SharedOptions(_choice_in, "choice", _CHOICE, ("sort",)), place="first")
