"""The commands about assessments: verdicts, agreement of assessors, and published rating scales."""

from __future__ import annotations

from typing import Annotated

import typer

from spacedialog.cli.completion import complete_party, complete_rubric, complete_scale
from spacedialog.cli.options import RefArgument, chooses, reads, writes
from spacedialog.cli.requests import FilterOptions, ReadRequest, WriteRequest, print_note

app = typer.Typer()


@app.command()
@writes
def assess(
    writing: WriteRequest,
    ref: RefArgument,
    verdict: Annotated[
        str, typer.Option(metavar="VERDICT", help="not-met, partly-met, met, cannot-tell; or one of the rubric named.")
    ],
    party: Annotated[
        str | None,
        typer.Option(metavar="PARTY", help="What this party did; else the whole.", autocompletion=complete_party),
    ] = None,
    rubric: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[@VERSION]", help="By which rubric: fulfilment unless said.", autocompletion=complete_rubric
        ),
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
    writing.show(writing.tracker.assess(ref, verdict, party=party, rubric=rubric, assessor=assessor, **writing.remarks))


@app.command()
@reads
@chooses
def agreement(
    reading: ReadRequest,
    choice: FilterOptions,
    rubric: Annotated[
        str,
        typer.Option(metavar="NAME[@VERSION]", help="Under this rubric.", autocompletion=complete_rubric),
    ] = "fulfilment",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 1 if assessors differ, 0 if not.")] = False,
) -> None:
    """Show where assessors differ, and how far they agree beyond chance.

    \b
      spacedialog agreement
      spacedialog agreement --rubric g7-g20 --area exploration --json

    Of two assessors who judged all the same things Cohen's kappa, unweighted; of more, or with gaps, Krippendorff's
    alpha, which needs pip install 'spacedialog[assess]'.
    """
    from spacedialog.model import rubrics
    from spacedialog.presentation import assessment

    name = rubrics.rubric(rubric).name
    selection = choice.selection(reading.tracker.today)
    tracker = reading.record()
    result = tracker.agreement(selection, rubric=name, scope=reading.scope)
    if not result.units and not result.alone:
        reading.note_beginning(0)
        others = tracker.rubrics(selection, scope=reading.scope)
        print_note(f"there are no verdicts under {name}{'; there are under ' if others else ''}{', '.join(others)}")
    reading.show(assessment.agreement(result))
    if exit_code and result.differences:
        raise typer.Exit(1)


@app.command()
@reads
@chooses
def crosswalk(
    reading: ReadRequest,
    choice: FilterOptions,
    scale: Annotated[
        str,
        typer.Argument(
            metavar="SCALE", help="ogp-irm, g7-g20, politifact, polimetre or gao.", autocompletion=complete_scale
        ),
    ],
) -> None:
    """Show the record on a scale of the field, with what is lost on the way.

    \b
      spacedialog crosswalk politifact
      spacedialog crosswalk g7-g20 --side ROK --format md

    A verdict under the scale itself (assess --rubric SCALE) goes before what the status comes to. What nobody has
    looked at is never shown as a failure.
    """
    from spacedialog.model import rubrics
    from spacedialog.presentation import assessment

    name = rubrics.scale(scale).name
    selection = choice.selection(reading.tracker.today)
    tracker = reading.record()
    result = tracker.crosswalk(name, selection, sort=choice.sort, scope=reading.scope)
    reading.show(assessment.crosswalk(result, lambda: tracker.coverage(scope=reading.scope)))
    reading.note_beginning(len(result.rows))
