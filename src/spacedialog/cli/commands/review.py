"""The command that reviews the candidates of a draft interactively, on a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

import typer

import spacedialog
from spacedialog.cli import parsing, terminal
from spacedialog.cli.options import (
    ColourOption,
    FormatOption,
    FormattedOutputOption,
    JsonOption,
    TodayOption,
    output_of,
)
from spacedialog.errors import InputError, ProblemsError
from spacedialog.model.dates import quoted
from spacedialog.model.escapes import one_line
from spacedialog.model.fields import REVIEWED
from spacedialog.model.near_misses import suggestion
from spacedialog.presentation import drafting as views
from spacedialog.presentation.phrases import listed
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render.formats import Format
from spacedialog.render.output import Output, show

if TYPE_CHECKING:
    from spacedialog.model.rows.drafting import StepRow
    from spacedialog.tracker.review import Edit, Review

app = typer.Typer()

Result = TypeVar("Result")

INTERRUPTED = 130


@app.command()
def review(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A data file written by `draft`.", readable=False)],
    list_: Annotated[
        bool, typer.Option("--list", help="List the candidates with their decisions, and ask nothing.")
    ] = False,
    format_: FormatOption = None,
    json: JsonOption = False,
    output: FormattedOutputOption = None,
    color: ColourOption = "auto",
    today: TodayOption = None,
) -> None:
    """
    spacedialog review my_draft.json
    spacedialog review my_draft.json --list

    Accept, edit, split, merge or drop each candidate. Every step is saved at once, and the next review continues with
    the first undecided candidate. The steps are kept in FILE.review, and a later review can undo them. You can also
    edit the file: set `decision` under `draft` to accepted or dropped.
    --format, --json and --output apply to --list.
    """
    tracker = spacedialog.open(today=parsing.today(today), author="")
    if list_:
        session = tracker.review(file)
        table = views.candidates(session.rows(), session.counts())
        show(table, output_of(format_, json, output, color, tracker.path), as_of=tracker.today.isoformat())
        return
    if format_ or json or output:
        raise InputError("--format, --json and --output need --list", "add --list, or leave them out")
    if not terminal.is_interactive():
        raise InputError(
            "review needs a terminal",
            "run it on a terminal, or edit the file and set each decision to accepted or dropped",
        )
    shown_as = output_of(Format.TABLE, False, None, color, tracker.path)
    raise typer.Exit(InteractiveReview(tracker.review(file), shown_as).run())


class _Step(NamedTuple):
    """A step: its meaning in the help, the function that takes the text after its name, and the name of that text."""

    meaning: str
    take: Callable[[str], None]
    argument: str = ""


class InteractiveReview:
    """An interactive review on a terminal."""

    def __init__(self, review: Review, output: Output) -> None:
        self._review = review
        self._output = output._replace(settings=output.settings._replace(pager=""))
        self._has_quit = False
        self._steps = {
            "accept": _Step("accept the candidate as it is", lambda rest: self._confirm(_alone(rest, review.accept))),
            "edit": _Step(f"change {listed(REVIEWED)}, or only FIELD (also quote)", self._edit, "[FIELD]"),
            "split": _Step("split it into several candidates with the same source", self._split),
            "merge": _Step("merge it into the previous candidate, or into REF", self._merge, "[REF]"),
            "drop": _Step("drop it: it is not a commitment", lambda rest: self._confirm(_alone(rest, review.drop))),
            "undo": _Step("undo the latest step, also of an earlier review", self._undo),
            "back": _Step("go to the previous candidate", lambda rest: _alone(rest, review.back)),
            "next": _Step("go to the next undecided candidate", lambda rest: _alone(rest, review.next)),
            "quit": _Step("quit; every step is saved", self._quit),
            "?": _Step("show this help; the first letter of a step is enough", self._show_help),
        }

    def run(self) -> int:
        """Run the review until the user quits; return the exit status."""
        status = 0
        try:
            self._show_help("")
            while not self._has_quit:
                self._decide_one()
        except EOFError:
            typer.echo()
        except KeyboardInterrupt:
            typer.echo()
            status = INTERRUPTED
        self._show_summary()
        return status

    def _decide_one(self) -> None:
        """Show the current candidate and ask for steps until one changes the review or ends it."""
        course = self._review.course
        self._show_candidate()
        prompt = f"{' '.join(name[0] for name in self._steps)} > "
        while self._review.course is course and not self._has_quit:
            try:
                word, _, rest = terminal.ask(prompt).strip().partition(" ")
                if word:
                    self._step(word.casefold()).take(rest.strip())
            except InputError as error:
                self._show_error(error)

    def _step(self, word: str) -> _Step:
        for name, step in (*self._steps.items(), ("help", self._steps["?"])):
            if name.startswith(word):
                return step
        near = suggestion(word, self._steps)
        if word in REVIEWED:
            near = f"to change the field {word}, type edit {word}; "
        raise InputError(f"there is no step {quoted(word)}", f"{near}type ? to list the steps")

    def _quit(self, _: str) -> None:
        self._has_quit = True

    def _merge(self, into: str) -> None:
        self._confirm(self._review.merge(into or None))

    def _undo(self, rest: str) -> None:
        self._print(views.undone_line(_alone(rest, self._review.undo)))

    def _split(self, _: str) -> None:
        title = self._review.begin_edit().shown("title")
        self._print(
            "Type the title of each part, one a line; an empty line ends. The up arrow shows the present title."
        )
        titles: list[str] = []
        while part := terminal.ask(f"  {len(titles) + 1}: ", _typeable(title)).strip():
            titles.append(part)
        self._confirm(self._review.split(titles))

    def _edit(self, rest: str) -> None:
        edit = self._review.begin_edit()
        self._print("Press Enter to keep a value, type - to clear it, or press the up arrow to change it.")
        for field in edit.fields(rest):
            old = edit.shown(field)
            self._print(f"  {field}: {old or '(empty)'}")
            while typed := terminal.ask("  > ", _typeable(old)).strip():
                try:
                    self._declare(edit, field, typed)
                    edit.set(field, typed)
                    break
                except InputError as error:
                    self._show_error(error)
        if step := edit.save():
            self._confirm(step)
        else:
            self._print("No field changed.")

    def _declare(self, edit: Edit, field: str, typed: str) -> None:
        """Ask for the details of the new areas and parties in the text; stop at an empty answer."""
        for list_name, key in edit.undeclared(field, typed):
            self._print(f"  To add {quoted(key)} to the {list_name}, type its details. Press Enter to cancel.")
            details = {"key": key}
            for name, question in edit.questions(list_name).items():
                details[name] = terminal.ask(f"  {question}: ").strip()
                if not details[name]:
                    return
            edit.declare(list_name, details)

    def _confirm(self, step: StepRow) -> None:
        self._print(*views.step_lines(step))

    def _show(self, view: View | Table) -> None:
        show(view, self._output, as_of=self._review.today.isoformat())

    def _show_candidate(self) -> None:
        review, row = self._review, self._review.current
        progress = views.review_counts(review.counts())
        typer.echo()
        if row is None:
            self._print(f"No undecided candidates follow: {progress}.")
            return
        refs = [candidate.ref for candidate in review.rows()]
        place = f"{refs.index(row.ref) + 1} of {len(refs)}: {progress}"
        self._show(views.candidate(row, place, review.title_span()))

    def _show_help(self, _: str) -> None:
        self._show(
            views.steps({f"{name} {step.argument}".rstrip(): step.meaning for name, step in self._steps.items()})
        )

    def _show_error(self, error: InputError) -> None:
        problems = error.problems if isinstance(error, ProblemsError) else ()
        self._print(error.problem, *(f"  {line}" for line in (*problems, error.remedy) if line))

    def _show_summary(self) -> None:
        counts = self._review.counts()
        name = shlex.quote(self._review.name)
        more = (f"Continue with: spacedialog review {name}",) if counts.left else ()
        done = f"Import with: spacedialog import {name} (add --without-built-in for a new database)"
        self._show(views.review_summary(counts, (*more, done)))

    def _print(self, *lines: str) -> None:
        self._show(views.message(lines))


def _alone(rest: str, step: Callable[[], Result]) -> Result:
    """Take a step that has no argument; InputError if one was typed, because the user may mean another candidate."""
    if rest:
        raise InputError(
            f"unexpected argument {quoted(rest)}", "type the step alone; it applies to the candidate that is shown"
        )
    return step()


def _typeable(text: str) -> Sequence[str]:
    """Return the text as a suggestion, unless it contains something that a terminal would interpret."""
    return (text,) if text and one_line(text) == text else ()
