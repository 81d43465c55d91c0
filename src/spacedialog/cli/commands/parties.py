"""The commands on parties and areas: parties, party and area."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from spacedialog.cli import parsing
from spacedialog.cli.completion import complete_dialogue, complete_party, complete_side
from spacedialog.cli.help import Group
from spacedialog.cli.options import SidesOption
from spacedialog.cli.read_options import reads
from spacedialog.cli.requests import ReadRequest, WriteRequest
from spacedialog.cli.write_options import writes
from spacedialog.errors import InputError
from spacedialog.model.parties import MAY_BE_EMPTY, NewParty
from spacedialog.presentation.parties import parties as parties_table

app = typer.Typer()
party = typer.Typer(
    cls=Group,
    help="""
    spacedialog party add JAXA --name "Japan's space agency" --side JPN
    spacedialog party edit KASA --succeeds MSIT --from 2024-05-27

    A party is a government, agency or body. It belongs to a dialogue and to a side.
    """,
    rich_markup_mode=None,
)
area = typer.Typer(
    cls=Group,
    help="""
    spacedialog area add debris --title "Space debris"

    An area is a field of cooperation within a dialogue.
    """,
    rich_markup_mode=None,
)
app.add_typer(party, name="party")
app.add_typer(area, name="area")

PartyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help="The key of the party, such as KASA.", autocompletion=complete_party)
]
AliasesOption = Annotated[
    list[str] | None, typer.Option("--alias", metavar="NAME", help="Set another name of the party. Repeatable.")
]
SucceedsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--succeeds",
        metavar="PARTY",
        help="Set the party that it succeeds. Repeatable, with a --from for each.",
        autocompletion=complete_party,
    ),
]
FromOption = Annotated[
    list[str] | None, typer.Option("--from", metavar="DATE", help="Set the date of the succession, exact or vague.")
]


@app.command()
@reads
def parties(reading: ReadRequest, side: SidesOption = None) -> None:
    """
    spacedialog parties
    spacedialog parties --side ROK --dialogue ROK4

    Each party is listed once for all dialogues, with the number of commitments that it leads or is a partner of. The
    commitments of the parties that it succeeds are not counted.
    """
    with reading.snapshot() as snapshot:
        reading.show(parties_table(snapshot.parties(side or ()), snapshot.coverage))


@party.command("add")
@writes
def add_party(
    writing: WriteRequest,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key of the new party, such as KASA.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Set the full name.")],
    side: Annotated[
        str, typer.Option("--side", metavar="SIDE", help="Set the side, such as US.", autocompletion=complete_side)
    ],
    alias: AliasesOption = None,
    succeeds: SucceedsOption = None,
    from_: FromOption = None,
    dialogue: Annotated[
        str | None,
        typer.Option(
            metavar="KEY", help="Add it to this dialogue; by default the latest.", autocompletion=complete_dialogue
        ),
    ] = None,
) -> None:
    """
    spacedialog party add JAXA --name "Japan's space agency" --side JPN
    spacedialog party add NMO --name NMO --side US --succeeds NMIO --from 2026

    The party exists from the day of the dialogue, unless --on gives another.
    """
    new = NewParty(key, name, side, alias or (), _successions(writing, succeeds, from_), dialogue)
    writing.show(writing.tracker.add_party(new, **writing.remarks))


@party.command("edit")
@writes
def edit_party(
    writing: WriteRequest,
    key: PartyArgument,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Set the full name.")] = None,
    side: Annotated[
        str | None,
        typer.Option("--side", metavar="SIDE", help="Set the side, such as US.", autocompletion=complete_side),
    ] = None,
    alias: AliasesOption = None,
    succeeds: SucceedsOption = None,
    from_: FromOption = None,
    clear: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="Clear a field: alias or succeeds. Repeatable.")
    ] = None,
    dialogue: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="Edit it in this dialogue; by default in the newest that has it.",
            autocompletion=complete_dialogue,
        ),
    ] = None,
) -> None:
    """
    spacedialog party edit KASA --succeeds MSIT --from 2024-05-27
    spacedialog party edit KCG --alias "Korean Coast Guard" --alias "Coast Guard"

    `list --party KASA` then also lists the commitments of MSIT in dialogues before that date. --alias and --succeeds
    replace all earlier ones.
    """
    given = {"name": name, "side": side, "aliases": alias, "succeeds": _successions(writing, succeeds, from_) or None}
    values: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    values |= parsing.cleared(clear or (), MAY_BE_EMPTY, values)
    writing.show(writing.tracker.edit_party(key, values, dialogue=dialogue, **writing.remarks))


@area.command("add")
@writes
def add_area(
    writing: WriteRequest,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key of the new area, such as debris.")],
    title: Annotated[str, typer.Option("--title", metavar="TITLE", help="Set the title.")],
    dialogue: Annotated[
        str | None,
        typer.Option(
            metavar="KEY", help="Add it to this dialogue; by default the latest.", autocompletion=complete_dialogue
        ),
    ] = None,
) -> None:
    """
    spacedialog area add debris --title "Space debris"

    The area exists from the day of the dialogue, unless --on gives another. `areas` lists it when it has a commitment.
    """
    writing.show(writing.tracker.add_area(key, title, dialogue=dialogue, **writing.remarks))


def _successions(writing: WriteRequest, succeeds: list[str] | None, starts: list[str] | None) -> dict[str, Any]:
    """Return the dates of the successions by party; InputError unless each party has one."""
    names, dates = succeeds or [], starts or []
    if len(names) != len(dates):
        raise InputError(
            f"{len(names)} --succeeds and {len(dates)} --from were given",
            "give a --from for each --succeeds: --succeeds MSIT --from 2024-05-27",
        )
    return {
        name: parsing.vague_date("--from", start, writing.tracker.today, "past")
        for name, start in zip(names, dates, strict=True)
    }
