"""What can go wrong for a user, each class with its exit status; the CLI's one boundary prints them."""

from __future__ import annotations

from collections.abc import Sequence


class SpacedialogError(Exception):
    """Base of every error a user can meet: what happened, and what to do next.

    `problem` is one sentence that names the place; `remedy` is what to do, or empty.
    """

    exit_status = 2

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class InputError(SpacedialogError):
    """The call or a file says something that cannot be taken (exit status 2)."""


class DateError(InputError):
    """A text is not a date that this program takes (exit status 2)."""


class ProblemsError(InputError):
    """A user's file has problems; all of them are listed, each with its place (exit status 2)."""

    def __init__(self, problem: str, problems: Sequence[str], remedy: str = "") -> None:
        super().__init__(problem, remedy)
        self.problems = tuple(problems)


class NotFoundError(SpacedialogError):
    """Nothing goes by the name that was given (exit status 3)."""

    exit_status = 3


class StoreError(SpacedialogError):
    """The store cannot be used (exit status 4)."""

    exit_status = 4


class NetworkError(SpacedialogError):
    """The network, or the server, cannot serve (exit status 5)."""

    exit_status = 5


class SyncRefusedError(SpacedialogError):
    """This copy and the shared log do not go together as they are; nothing is lost (exit status 6)."""

    exit_status = 6
