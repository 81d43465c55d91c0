"""The commands that judge: verdicts, where assessors differ, and the record on the scales of the field."""

from __future__ import annotations

from typing import Annotated

import typer

from spacedialog.commands.completion import complete_party
from spacedialog.commands.options import RefArgument, Writing, writes

app = typer.Typer()


@app.command()
@writes
def assess(
    writing: Writing,
    ref: RefArgument,
    verdict: Annotated[
        str, typer.Option(metavar="VERDICT", help="not-met, partly-met, met, cannot-tell; or one of the rubric named.")
    ],
    party: Annotated[
        str | None,
        typer.Option(metavar="PARTY", help="What this party did; else the whole.", autocompletion=complete_party),
    ] = None,
    rubric: Annotated[
        str | None, typer.Option(metavar="NAME[@VERSION]", help="By which rubric: fulfilment unless said.")
    ] = None,
    assessor: Annotated[str | None, typer.Option(metavar="NAME", help="Whose verdict it is; that of --by.")] = None,
) -> None:
    """Record a verdict on a commitment, apart from its progress.

    \b
      spacedialog assess ROK4-27 --verdict met --evidence https://example.org/report
      spacedialog assess 31 --verdict 0 --rubric g7-g20 --party KASI --assessor "Anna Lee"

    Each assessor's verdict stands beside the others'; a later one of the same assessor, under the same rubric, takes
    the place of the earlier. Status, dates, flags and coverage stay as they are.
    """
    writing.show(
        writing.tracker.assess(ref, verdict, party=party, rubric=rubric, assessor=assessor, **writing.remarks)
    )
