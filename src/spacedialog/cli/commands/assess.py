"""The commands for assessments: verdicts, agreement of assessors, and published rating scales."""

from __future__ import annotations

from typing import Annotated

import typer

from spacedialog.cli.completion import complete_party, complete_rubric, complete_scale
from spacedialog.cli.filter_options import chooses
from spacedialog.cli.options import RefArgument
from spacedialog.cli.read_options import reads
from spacedialog.cli.requests import FilterOptions, ReadRequest, WriteRequest
from spacedialog.cli.write_options import writes

app = typer.Typer()


@app.command()
@writes
def assess(
    writing: WriteRequest,
    ref: RefArgument,
    verdict: Annotated[
        str,
        typer.Option(
            metavar="VERDICT", help="Record this verdict: not-met, partly-met, met, cannot-tell, or one of the rubric."
        ),
    ],
    party: Annotated[
        str | None,
        typer.Option(
            metavar="PARTY", help="Assess this party only, not the whole commitment.", autocompletion=complete_party
        ),
    ] = None,
    rubric: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[@VERSION]", help="Use this rubric; by default fulfilment.", autocompletion=complete_rubric
        ),
    ] = None,
    assessor: Annotated[
        str | None, typer.Option(metavar="NAME", help="Record NAME as the assessor; by default the author.")
    ] = None,
) -> None:
    """
    spacedialog assess ROK4-27 --verdict met --evidence https://example.org/report
    spacedialog assess 31 --verdict 0 --rubric g7-g20 --party KASI --by "Anna Lee"

    Several assessors can record verdicts on the same commitment. A new verdict replaces the earlier one of the same
    assessor under the same rubric. A verdict does not change the status, the dates or the coverage.
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
        typer.Option(metavar="NAME[@VERSION]", help="Use this rubric.", autocompletion=complete_rubric),
    ] = "fulfilment",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with status 1 if assessors differ.")] = False,
) -> None:
    """
    spacedialog agreement
    spacedialog agreement --rubric g7-g20 --area exploration --json

    The result is Cohen's kappa (unweighted) for two assessors who judged the same items, and otherwise Krippendorff's
    alpha, which needs: pip install 'spacedialog[assess]'.
    """
    from spacedialog.model import rubrics
    from spacedialog.presentation import assessment

    name = rubrics.rubric(rubric).name
    selection = choice.selection(reading.tracker.today)
    tracker = reading.tracker
    result = tracker.agreement(selection, rubric=name, scope=reading.scope)
    if not result.units and not result.alone:
        reading.note_beginning(0)
        others = tracker.rubrics(selection, scope=reading.scope)
        reading.note(f"No verdicts under {name}.{' Use --rubric ' if others else ''}{' or --rubric '.join(others)}")
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
            metavar="SCALE",
            help="A scale: ogp-irm, g7-g20, politifact, polimetre or gao.",
            autocompletion=complete_scale,
        ),
    ],
) -> None:
    """
    spacedialog crosswalk politifact
    spacedialog crosswalk g7-g20 --side ROK --format md

    A verdict under the scale itself (assess --rubric SCALE) takes precedence over the status. A commitment with the
    status unknown gets the value that the scale has for it, such as Not Yet Rated, or none. Notes explain each value
    that loses meaning.
    """
    from spacedialog.model import rubrics
    from spacedialog.presentation import assessment

    name = rubrics.scale(scale).name
    selection = choice.selection(reading.tracker.today)
    tracker = reading.tracker
    result = tracker.crosswalk(name, selection, sort=choice.sort, scope=reading.scope)
    reading.show(assessment.crosswalk(result, lambda: tracker.coverage(scope=reading.scope)))
    reading.note_beginning(len(result.rows))
