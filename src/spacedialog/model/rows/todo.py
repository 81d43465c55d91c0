"""Rows of the worklist."""

from typing import NamedTuple


class TodoRow(NamedTuple):
    """A commitment or a milestone that needs attention.

    `ref` is the milestone's ref or, for a commitment, its ref, as in `commitment`. `reasons` are words of `Reason`,
    most urgent first. `due` is an EDTF date; `due_earliest` and `due_latest` are the first and the last day (ISO) of
    its window, None on an open side. `opens_in_days` and `closes_in_days` count from the day of the read. `owner` is
    who follows the commitment, and `review` when to check it again. `checked_on` is the day (ISO) of its last
    check, and `checked_days` the number of days since. A value that is not recorded is None.
    """

    ref: str
    commitment: str
    title: str
    reasons: tuple[str, ...]
    due: str | None
    due_earliest: str | None
    due_latest: str | None
    opens_in_days: int | None
    closes_in_days: int | None
    owner: str | None
    review: str | None
    checked_on: str | None
    checked_days: int | None
