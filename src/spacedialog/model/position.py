"""The state of the record that a read sees, and positions in the log."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self

from spacedialog.errors import DateError


class Scope(NamedTuple):
    """The state of the record that a read sees; by default the whole record as it is today.

    `as_of` is the day whose state is shown; None for today. `known_at` (µs since 1970, UTC) leaves out the entries that
    were recorded later, `at_seq` the entries after that position of the shared log. `dialogues` are the keys of the
    dialogues to show, in upper or lower case; empty for all. `origin` is the file that names them, for messages, if no
    option does. With `public`, internal entries are left out, as if they had never been recorded.
    """

    as_of: date | None = None
    known_at: int | None = None
    at_seq: int | None = None
    dialogues: Sequence[str] = ()
    origin: str = ""
    public: bool = False


NOW = Scope()
"""The whole record as it is today."""


class Position(NamedTuple):
    """The end of a log: its number of entries, the id of the last to arrive, and the newest recorded time (µs).

    An entry from another log may have been recorded before entries that arrived earlier. `seq` is the highest position
    in the shared log that an entry has; None if no entry is shared.
    """

    entries: int
    last: str | None
    recorded: int | None
    seq: int | None = None


class Since(NamedTuple):
    """The point after which an entry is news; `day` names it in output.

    An entry is old if it was true by the day `before`, and was among the first `entries` to arrive or was recorded
    before the time `recorded` (µs). Entries of the built-in record are compared by day only, because adding them in a
    release of the program is not news.
    """

    day: date | None = None
    before: date | None = None
    entries: int = 0
    recorded: int | None = None

    @classmethod
    def from_day(cls, day: date) -> Self:
        """Return the start of a local day as the point; DateError if a clock cannot express it."""
        try:
            start = round(datetime.combine(day, datetime.min.time()).timestamp() * 1_000_000)
        except (OverflowError, ValueError, OSError) as error:
            raise DateError(f"{day} is out of range", "write a later day") from error
        return cls(day, day - timedelta(days=1) if day > date.min else None, recorded=start)
