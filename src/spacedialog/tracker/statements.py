"""The use cases for statements and data files: draft, review, source verification and schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypedDict

from spacedialog.errors import InputError
from spacedialog.model.dates import VagueDate
from spacedialog.model.position import NOW, Scope
from spacedialog.model.values import check_web_address
from spacedialog.tracker.record import Record

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Unpack

    from spacedialog.drafting.draft import About, Drafted
    from spacedialog.drafting.prose import Prose, Sentence
    from spacedialog.model.rows.drafting import VerifiedRow
    from spacedialog.tracker.review import Review


class StatementFile(NamedTuple):
    """A file with the text of a statement: plain text, Markdown or HTML, by the ending of its name.

    `encoding` is UTF-8 by default; at most `max_size` bytes are read, by default 1 MB.
    """

    stream: BinaryIO
    name: str
    encoding: str | None = None
    max_size: int | None = None

    def prose(self) -> Prose:
        """Return the paragraphs and sentences of the text; InputError if the file is not text."""
        from spacedialog.drafting import prose
        from spacedialog.importing import reader

        content = reader.Incoming(self.stream, self.name, self.max_size or prose.LARGEST).whole()
        text = prose.decoded(content, self.name, self.encoding)
        return prose.read(text, prose.form_of(self.name, text))


class ModelAnswer(NamedTuple):
    """What a language model answered to a prompt: JSON, alone or with text around it, in UTF-8."""

    content: bytes
    name: str

    def items(self) -> list[Any]:
        """Return the items of the answer, unchecked; InputError if there are none."""
        from spacedialog.drafting import answer
        from spacedialog.importing import reader

        try:
            text = reader.text_of(self.content)
        except InputError as error:
            error.add_place(self.name)
            raise
        return answer.items_in(text, self.name)


class Meeting(TypedDict, total=False):
    """The known details of a meeting; the others are read from the text.

    `key` is the prefix of refs, `sides` the governments that met (`JPN`, or `ZUB=Zubrowka` for one that the program
    does not know), `url` the address at which the text was published.
    """

    when: VagueDate | str | None
    key: str | None
    series: str | None
    number: int | None
    title: str | None
    place: str | None
    url: str | None
    sides: tuple[str, ...]


class Statements(Record):
    """The use cases for the text of a statement."""

    def draft(
        self, statement: StatementFile, answer: ModelAnswer | None = None, **meeting: Unpack[Meeting]
    ) -> Drafted:
        """Return a data file with a candidate for each commitment found in a statement.

        With the answer of a language model to `prompt`, the candidates are those of its items that the text bears out,
        and `problems` lists what was wrong with the others. Raises InputError if neither `meeting` nor the text gives
        the sides and the day, or if the answer contains no items.
        """
        from spacedialog.drafting.draft import draft

        items = answer.items() if answer else None
        return draft(statement.prose(), _about(meeting), name=statement.name, compiled=self.today, answer=items)

    def prompt(
        self, statement: StatementFile, earlier: ModelAnswer | None = None, **meeting: Unpack[Meeting]
    ) -> str:
        """Return the instruction with which a language model finds the commitments of a statement.

        With an earlier answer, the instruction lists its problems and asks for a corrected one. Raises InputError as
        `draft` does.
        """
        from spacedialog.drafting.draft import draft, ground
        from spacedialog.drafting.prompt import prompt

        prose, about = statement.prose(), _about(meeting)
        known = ground(prose, about, name=statement.name)
        before = None
        if earlier:
            items = earlier.items()
            checked = draft(prose, about, name=statement.name, compiled=self.today, answer=items)
            before = (items, checked.problems)
        return prompt(prose, known, before)

    def review(self, file: Path) -> Review:
        """Return a review of the candidates in a data file that `draft` wrote; InputError if it is not one."""
        from spacedialog.tracker.review import Review

        return Review(file, self.today)

    def verify_source(
        self, dialogue: str, statement: StatementFile, *, document: str | None = None, scope: Scope = NOW
    ) -> list[VerifiedRow]:
        """Compare the sentences that a dialogue (its key) cites with a copy of their document.

        `document` is the key of the document, needed if the dialogue cites several.
        """
        from spacedialog.drafting import citations, verification

        sentences = _sentences(statement)
        with self.snapshot(scope) as snapshot:
            cited = citations.of_record(snapshot, dialogue, document)
        return verification.verify(cited, sentences)

    def verify_data_file(
        self, data_file: BinaryIO, name: str, statement: StatementFile, *, document: str | None = None
    ) -> list[VerifiedRow]:
        """Compare the sentences that a data file cites with a copy of their document."""
        from spacedialog.drafting import citations, verification

        sentences = _sentences(statement)
        return verification.verify(citations.of_file(data_file, name, document), sentences)

    @staticmethod
    def schema(kind: str = "data") -> dict[str, Any]:
        """Return the JSON Schema of the files that can be imported: `data`, or `log` for an exported log."""
        from spacedialog.importing import parse

        return parse.json_schema(kind)


def _about(meeting: Meeting) -> About:
    from spacedialog.drafting.draft import About

    if url := meeting.get("url"):
        check_web_address(url)
    known: dict[str, Any] = {**meeting}
    if isinstance(when := known.get("when"), str):
        known["when"] = VagueDate.parse(when)
    return About(**known)


def _sentences(statement: StatementFile) -> tuple[Sentence, ...]:
    sentences = statement.prose().sentences
    if not sentences:
        raise InputError(
            f"{statement.name}: the file contains no sentences",
            "save the statement as plain text, Markdown or HTML",
        )
    return sentences
