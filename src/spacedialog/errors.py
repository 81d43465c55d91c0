"""The errors that a user can meet, each class with its exit status. `cli.main` prints them."""

from __future__ import annotations

from collections.abc import Sequence


class SpacedialogError(Exception):
    """The base class of every error that a user can meet.

    `problem` describes what happened and where, `remedy` what to do; `remedy` may be empty.
    """

    exit_status = 2

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class InputError(SpacedialogError):
    """An argument or a file is not valid (exit status 2)."""


class DateError(InputError):
    """A text is not a date or a span that the program accepts (exit status 2)."""


class ProblemsError(InputError):
    """A file has problems; `problems` lists all of them, each with its place (exit status 2)."""

    def __init__(self, problem: str, problems: Sequence[str], remedy: str = "") -> None:
        super().__init__(problem, remedy)
        self.problems = tuple(problems)


class NotFoundError(SpacedialogError):
    """No item has the given name (exit status 3)."""

    exit_status = 3


class StoreError(SpacedialogError):
    """The store cannot be used (exit status 4)."""

    exit_status = 4


class NetworkError(SpacedialogError):
    """The network or the server cannot be used (exit status 5)."""

    exit_status = 5


class SyncRefusedError(SpacedialogError):
    """A sync was refused because this copy and the shared log do not match (exit status 6)."""

    exit_status = 6
