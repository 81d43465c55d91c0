"""The errors shown to users, each class with its exit status. `cli.main` prints them."""

from collections.abc import Sequence
from typing import NamedTuple


class ProblemRow(NamedTuple):
    """A problem of a file: the message begins with the place of the problem in the file."""

    message: str
    remedy: str


class ErrorRow(NamedTuple):
    """An error in JSON output: the exit status, the message, the remedy, and the problems of a file."""

    status: int
    message: str
    remedy: str
    problems: tuple[ProblemRow, ...] = ()


class SpacedialogError(Exception):
    """The base class of every error shown to users.

    `problem` states the fault and its place, `remedy` the action that corrects it; `remedy` may be empty.
    """

    exit_status = 2

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy

    def add_place(self, place: str) -> None:
        """Put a place, such as an option or a key, before the problem."""
        self.problem = f"{place}: {self.problem}"
        self.args = (self.problem,)

    @property
    def text(self) -> str:
        """The problem, with its remedy on a second, indented line."""
        return f"{self.problem}\n  {self.remedy}"

    @property
    def row(self) -> ErrorRow:
        """The error as a row."""
        return ErrorRow(self.exit_status, self.problem, self.remedy)


class InputError(SpacedialogError):
    """An argument or a file is not valid (exit status 2)."""


class InvalidEntryError(InputError):
    """A new entry would be recorded but not counted: a value is not valid, or the store is damaged (exit status 2)."""


class ReadOnlyError(InputError):
    """SPACEDIALOG_READONLY forbids writing (exit status 2). `subject` is what cannot be written."""

    def __init__(self, subject: str) -> None:
        super().__init__(
            f"{subject} is read-only, because SPACEDIALOG_READONLY is set",
            "to write, unset SPACEDIALOG_READONLY; nothing was changed",
        )


class PublicOnlyError(InputError):
    """SPACEDIALOG_PUBLIC limits the program to the public record (exit status 2)."""

    def __init__(self) -> None:
        super().__init__(
            "only the public record can be read, because SPACEDIALOG_PUBLIC is set",
            "to use the whole record, unset SPACEDIALOG_PUBLIC; nothing was changed",
        )


class DateError(InputError):
    """A text is not a date or a span that the program accepts (exit status 2)."""


class ProblemsError(InputError):
    """A file has problems, or a name has several meanings (exit status 2).

    `problems` lists all of them, each with its place, and with its remedy on a second, indented line. For a name they
    are the candidates, without a remedy.
    """

    def __init__(self, problem: str, problems: Sequence[str], remedy: str = "") -> None:
        super().__init__(problem, remedy)
        self.problems = tuple(problems)

    @property
    def row(self) -> ErrorRow:
        """The error as a row, with its problems."""
        parts = (problem.rpartition("\n  ") for problem in self.problems)
        problems = tuple(
            ProblemRow(message, remedy) if mark else ProblemRow(remedy, "") for message, mark, remedy in parts
        )
        return super().row._replace(problems=problems)


class NotFoundError(SpacedialogError):
    """No item has the given name (exit status 3)."""

    exit_status = 3


class StoreError(SpacedialogError):
    """The database cannot be used (exit status 4)."""

    exit_status = 4


class NetworkError(SpacedialogError):
    """The network or the server cannot be used (exit status 5)."""

    exit_status = 5


class SyncRefusedError(SpacedialogError):
    """A sync was refused because this copy and the shared log do not match (exit status 6)."""

    exit_status = 6
