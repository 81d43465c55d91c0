"""The use cases for statements and data files: draft, review, source verification and schema."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypedDict

from spacedialog.errors import InputError
from spacedialog.model.dates import VagueDate, quoted
from spacedialog.model.position import NOW, Scope
from spacedialog.model.values import check_web_address
from spacedialog.tracker.record import Record

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Unpack

    from spacedialog.drafting.draft import About, Drafted
    from spacedialog.model.rows.drafting import VerifiedRow
    from spacedialog.statements.prose import Prose
    from spacedialog.tracker.review import Review


TIME_LIMIT = 1800.0
"""The seconds after which the command of a language model is ended; a large model on a small computer needs many."""

_SHOWN_ERROR = 1_000


class StatementFile(NamedTuple):
    """A file with a statement: plain text, Markdown, HTML, PDF or Word, by its first bytes or the ending of its name.

    `encoding` is that of text, by default UTF-8. At most `max_size` bytes are read: by default 1 MB, or 20 MB if the
    name ends in `.pdf` or `.docx`.
    """

    stream: BinaryIO
    name: str
    encoding: str | None = None
    max_size: int | None = None

    def prose(self) -> Prose:
        """Return the paragraphs and sentences of the statement; InputError if the file cannot be read."""
        from spacedialog.importing import reader
        from spacedialog.statements import prose

        content = reader.Incoming(self.stream, self.name, self.max_size or prose.largest(self.name)).whole()
        return prose.of_file(content, self.name, self.encoding)


class ModelAnswer(NamedTuple):
    """The answer of a language model to a prompt: JSON, alone or with text around it."""

    text: str
    name: str = "the answer"

    @classmethod
    def read(cls, stream: BinaryIO, name: str) -> ModelAnswer:
        """Return the answer in a file; InputError if it is not UTF-8, or larger than 5 MB."""
        from spacedialog.importing import reader

        try:
            return cls(reader.text_of(reader.Incoming(stream, name).whole()), name)
        except InputError as error:
            if not error.problem.startswith(name):
                error.add_place(name)
            raise

    def items(self) -> list[Any]:
        """Return the items of the answer, unchecked; InputError if there are none."""
        from spacedialog.drafting import answer

        return answer.items_in(self.text, self.name)


def ask(command: str, prompt: str, *, timeout: float = TIME_LIMIT) -> ModelAnswer:
    """Return the answer of a command to a prompt on its standard input.

    The command is run without a shell. When it takes longer than `timeout` seconds or the user interrupts it, it is
    killed with its children. InputError if it cannot be run, fails or answers nothing.
    """
    import shlex
    import signal
    import subprocess
    from tempfile import TemporaryFile
    from threading import Timer

    from spacedialog.importing.reader import MAX_SIZE

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InputError(f"--with: {quoted(command)}: {error}", "close the quotation marks") from error
    if not words:
        raise InputError("--with: the command is empty", "write a command, such as --with 'llm -m MODEL'")
    with TemporaryFile() as given, TemporaryFile() as errors:
        given.write(prompt.encode())
        given.seek(0)
        try:
            process = subprocess.Popen(
                words, stdin=given, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise InputError(f"--with: {quoted(words[0])}: {reason}", "install the command, or correct it") from error

        def kill() -> None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        timer = Timer(timeout, kill)
        timer.start()
        try:
            assert process.stdout
            answer = process.stdout.read(MAX_SIZE + 1)
            if len(answer) <= MAX_SIZE:
                process.wait()
            late = not timer.is_alive()
        finally:
            timer.cancel()
            kill()
            process.stdout.close()  # type: ignore[union-attr] # it is a pipe
            process.wait()
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - _SHOWN_ERROR))
        said = errors.read().decode("utf-8", "replace").strip() or "it wrote nothing to standard error"
    name = quoted(words[0])
    if late:
        raise InputError(f"--with: {name} did not end within {timeout:g} seconds", f"use a faster model; {said}")
    if len(answer) > MAX_SIZE:
        raise InputError(f"--with: {name} wrote more than {MAX_SIZE} bytes", "use another model")
    if process.returncode:
        raise InputError(f"--with: {name} ended with status {process.returncode}", said)
    if not answer.strip():
        raise InputError(f"--with: {name} wrote no answer", said)
    return ModelAnswer(answer.decode("utf-8", "replace"), f"the answer of {name}")


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
        self,
        statement: StatementFile,
        answer: ModelAnswer | Callable[[str], ModelAnswer] | None = None,
        **meeting: Unpack[Meeting],
    ) -> Drafted:
        """Return a data file with a candidate for each commitment found in a statement.

        `answer` is that of a language model to `prompt`, or a function that returns it. Each item is checked against
        the text: `problems` lists the items left out and the values replaced, and `rules` has the candidates of the
        program's own rules. Raises InputError if neither `meeting` nor the text gives the sides, or if the answer
        contains no items.
        """
        from spacedialog.drafting.draft import draft, ground
        from spacedialog.drafting.prompt import prompt

        prose, about, name = statement.prose(), _about(meeting), statement.name
        if callable(answer):
            answer = answer(prompt(prose, ground(prose, about, name=name, compiled=self.today)))
        items = answer.items() if answer else None
        return draft(prose, about, name=name, compiled=self.today, answer=items)

    def prompt(self, statement: StatementFile, earlier: ModelAnswer | None = None, **meeting: Unpack[Meeting]) -> str:
        """Return the instruction with which a language model finds the commitments of a statement.

        With an earlier answer, the instruction lists its problems and asks for a corrected one. Raises InputError as
        `draft` does.
        """
        from spacedialog.drafting.draft import draft, ground
        from spacedialog.drafting.prompt import prompt

        prose, about, name = statement.prose(), _about(meeting), statement.name
        items = earlier.items() if earlier else None
        problems = draft(prose, about, name=name, compiled=self.today, answer=items).problems if earlier else ()
        return prompt(
            prose, ground(prose, about, name=name, compiled=self.today), None if items is None else (items, problems)
        )

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
        from spacedialog.statements import citations, verification

        sentences = statement.prose().sentences
        with self.snapshot(scope) as snapshot:
            cited = citations.of_record(snapshot, dialogue, document)
        return verification.verify(cited, sentences)

    def verify_data_file(
        self, data_file: BinaryIO, name: str, statement: StatementFile, *, document: str | None = None
    ) -> list[VerifiedRow]:
        """Compare the sentences that a data file cites with a copy of their document."""
        from spacedialog.statements import citations, verification

        sentences = statement.prose().sentences
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
