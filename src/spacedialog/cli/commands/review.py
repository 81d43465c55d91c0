"""The command with which a person goes through what was drafted, and the conversation that it is."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spacedialog import environment
from spacedialog.cli.options import ColourOption, FormatOption, JsonOption, OutputOption, TodayOption, output_of
from spacedialog.errors import InputError, ProblemsError
from spacedialog.model.dates import quoted
from spacedialog.presentation import drafting as views
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render.formats import Format
from spacedialog.render.output import Output, show
from spacedialog.render.text import one_line

if TYPE_CHECKING:
    from spacedialog.drafting.course import Course
    from spacedialog.drafting.draftfile import DraftFile
    from spacedialog.drafting.review import Document
    from spacedialog.model.rows.drafting import CandidateRow

app = typer.Typer()

INTERRUPTED = 130


@app.command()
def review(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A data file that `draft` wrote.", readable=False)],
    list_: Annotated[
        bool, typer.Option("--list", help="Show what is decided and what is left, and ask nothing.")
    ] = False,
    today: TodayOption = None,
    format_: FormatOption = None,
    json: JsonOption = False,
    output: OutputOption = None,
    color: ColourOption = "auto",
) -> None:
    """Go through the candidates of a draft on a terminal: accept, edit, split, merge or drop each.

    \b
      spacedialog review my_draft.json
      spacedialog review my_draft.json --list

    Every step is saved at once, and the next time it goes on with the first candidate that nobody decided. The file
    is plain JSON: an editor does as well, and `decision` in `draft` is what it writes. --format, --json and --output
    go with --list.
    """
    from spacedialog.drafting import review as reviewing
    from spacedialog.drafting.draftfile import DraftFile

    day = environment.local_day(today)
    if list_:
        draft = DraftFile(file)
        sheet = views.candidates(reviewing.rows(draft.document), reviewing.tally(draft.document))
        show(sheet, output_of(format_, json, output, color), as_of=day.isoformat())
        return
    if format_ or json or output:
        raise InputError("--format, --json and --output are for --list", "add --list, or leave them out")
    if not environment.is_conversation():
        raise InputError(
            "review asks questions, and nobody is at a terminal to answer them",
            "edit the file, it is plain JSON (decision: accepted or dropped); --list shows what is left",
        )
    raise typer.Exit(Conversation(DraftFile(file), day, output_of(Format.TABLE, False, None, color)).hold())


HELP = {
    "accept": "the candidate goes on record as it is",
    "edit [FIELD]": "its title, area, strength, lead, partners, due, kind and detail, or one of them",
    "split": "make several of it, which share its source",
    "merge [REF]": "it is the same as the one before, or as REF",
    "drop": "nothing is undertaken here",
    "undo": "take the latest step back",
    "back, next": "look at the one before; leave this one undecided",
    "quit": "go on another time: every step is saved",
    "?": "this help; of each step, the first letter is enough",
}


class Conversation:
    """A review at a terminal: what is asked, what is answered, and the file that is saved after each step."""

    def __init__(self, draft: DraftFile, today: date, output: Output) -> None:
        # Here, since whoever asks for --help needs none of it.
        from spacedialog.drafting import review
        from spacedialog.drafting.course import Course

        self._reviewing = review
        self._draft = draft
        self._today = today
        self._output = output._replace(settings=output.settings._replace(pager="", max_rows=None))
        self._course = Course.of(draft.document)
        self._steps: dict[str, Callable[[str], None]] = {
            "accept": self._accept,
            "edit": self._edit,
            "split": self._split,
            "merge": self._merge,
            "drop": self._drop,
            "undo": self._undo,
            "back": self._back,
            "next": self._next,
            "?": self._help,
            "help": self._help,
        }

    def hold(self) -> int:
        """Ask and answer until the person quits; the exit status."""
        status = 0
        try:
            self._help("")
            while self._turn():
                pass
        except EOFError:
            typer.echo()
        except KeyboardInterrupt:
            typer.echo()
            status = INTERRUPTED
        self._account()
        return status

    def _turn(self) -> bool:
        """Show where the review is, and do what the person answers; whether it goes on."""
        course = self._course
        self._look()
        while self._course is course:
            try:
                word, _, rest = environment.ask("a e s m d u b n q ? > ").strip().partition(" ")
                if not word:
                    continue
                if "quit".startswith(word.casefold()):
                    return False
                self._step(word.casefold())(rest.strip())
            except InputError as error:
                self._tell(error)
        return True

    def _look(self) -> None:
        course, row = self._course, self._row()
        so_far = views.review_counts(self._reviewing.tally(course.document))
        typer.echo()
        if row is None:
            self._say(f"No undecided candidate comes after this: {so_far}.")
            return
        refs = [one["ref"] for one in self._reviewing.candidates(course.document)]
        place = f"{refs.index(row.ref) + 1} of {len(refs)}: {so_far}"
        self._show(views.candidate(row, place, self._reviewing.taken(row.title, row.sentence)))

    def _row(self) -> CandidateRow | None:
        ref, document = self._course.ref, self._course.document
        return self._reviewing.row(self._reviewing.candidate(document, ref)) if ref else None

    def _show(self, document: View | Table) -> None:
        show(document, self._output, as_of=self._today.isoformat())

    def _say(self, *lines: str) -> None:
        self._show(views.message(lines))

    def _tell(self, error: InputError) -> None:
        problems = error.problems if isinstance(error, ProblemsError) else ()
        self._say(error.problem, *(f"  {line}" for line in (*problems, error.remedy) if line))

    def _account(self) -> None:
        left = self._reviewing.tally(self._draft.document)
        name = shlex.quote(self._draft.name)
        more = (f"to go on: spacedialog review {name}",) if left.left else ()
        done = f"to put it on record: spacedialog import {name} (--without-bundled: in a store of its own)"
        self._show(views.review_summary(left, (*more, done)))

    # Steps

    def _step(self, word: str) -> Callable[[str], None]:
        for name, step in self._steps.items():
            if name.startswith(word):
                return step
        raise InputError(f"there is no step {quoted(word)}", "? lists them")

    def _take(self, document: Document) -> None:
        self._go(self._course.step(document))

    def _go(self, course: Course) -> None:
        """Save what the review came to, and only then go on from there."""
        self._draft.save(course.document)
        self._course = course

    def _here(self) -> str:
        if self._course.ref is None:
            raise InputError("no candidate is looked at", "back goes to the last one, next to the first undecided one")
        return self._course.ref

    def _accept(self, _: str) -> None:
        self._take(self._reviewing.accept(self._course.document, self._here()))

    def _drop(self, _: str) -> None:
        self._take(self._reviewing.drop(self._course.document, self._here()))

    def _merge(self, into: str) -> None:
        ref = self._here()
        self._take(self._reviewing.merge(self._course.document, ref, into or self._course.previous()))

    def _split(self, _: str) -> None:
        ref = self._here()
        title = self._reviewing.candidate(self._course.document, ref)["title"]
        self._say("The title of each part, on a line of its own; an empty line ends. The arrow up brings the old one.")
        titles: list[str] = []
        while part := environment.ask(f"  {len(titles) + 1}: ", _typeable(title)).strip():
            titles.append(part)
        self._take(self._reviewing.split(self._course.document, ref, titles))

    def _edit(self, rest: str) -> None:
        ref, document = self._here(), self._course.document
        values: dict[str, Any] = {}
        self._say("Enter keeps what a field says, - empties it, the arrow up brings it to be altered.")
        for field in self._reviewing.fields(rest):
            old = self._reviewing.shown(self._reviewing.candidate(document, ref), field)
            self._say(f"  {field}: {old or '(nothing)'}")
            while typed := environment.ask("  > ", _typeable(old)).strip():
                try:
                    document = self._declared(document, field, typed)
                    values[field] = self._reviewing.value_of(document, field, typed, self._today)
                    break
                except InputError as error:
                    self._tell(error)
        if values:
            self._take(self._reviewing.edit(document, ref, values))

    def _declared(self, document: Document, field: str, typed: str) -> Document:
        """The document with all areas and parties that were typed, those that are not in it yet being asked about."""
        for register, key in self._reviewing.undeclared(document, field, typed):
            self._say(f"  {quoted(key)} is not among the {register}. To add it, write what it is; Enter does not.")
            entry = {"key": key}
            for name, what in self._reviewing.ENTRIES[register].items():
                entry[name] = environment.ask(f"  its {what}: ").strip()
                if not entry[name]:
                    return document
            document = self._reviewing.declare(document, register, entry)
        return document

    def _undo(self, _: str) -> None:
        self._go(self._course.undone())

    def _back(self, _: str) -> None:
        self._course = self._course.back()

    def _next(self, _: str) -> None:
        self._course = self._course.on()

    def _help(self, _: str) -> None:
        self._show(views.steps(HELP))


def _typeable(text: str) -> Sequence[str]:
    """The text where it can be offered on a line to be typed over: it holds nothing that a terminal would obey."""
    return (text,) if text and one_line(text) == text else ()
