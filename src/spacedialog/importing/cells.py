"""Cells of a file of updates: comparison with the recorded value, and conversion to the value of a field.

A spreadsheet program turns text such as `4-07` or `2026-11` into a date. Where the original is not certain, the cell is
an error that names the probable original.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from spacedialog.errors import DateError, InputError, SpacedialogError
from spacedialog.importing.sheets import CORRECTED, DateCell, Row, Shown
from spacedialog.model.dates import Precision, VagueDate, as_typed, quoted, readable, review_text
from spacedialog.model.escapes import CUT, one_line
from spacedialog.model.fields import AFTER_EVIDENCE, JOINT, KINDS, MAY_BE_EMPTY, Kind
from spacedialog.model.typed_dates import parse_date
from spacedialog.model.values import check_evidence, check_line, check_on, check_percent, check_text, evidence_pieces
from spacedialog.model.vocabulary import FORMER_STATUSES

CLEAR = "none"
"""The word that clears a field."""

CLEARABLE = (*MAY_BE_EMPTY, "percent")
"""The fields that `CLEAR` clears."""

_NEVER_EMPTY = tuple(name for name in CORRECTED if name not in MAY_BE_EMPTY)
_DATES = ("due", "on", "review")
_DERIVED_DATES = ("due_earliest", "due_latest", "updated_on")

_YES_OR_NO = {**dict.fromkeys(("yes", "true", "1", "x"), True), **dict.fromkeys(("no", "false", "0"), False)}
_WHOLE = re.compile("[0-9]{1,9}")
_WITH_PERCENT = re.compile(r"(.*?\S)[ ,(]+([0-9]{1,3}) ?%\)?")
_SHARE = re.compile(r"0?\.[0-9]+")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = "([A-Za-z]{3})[a-z]*"
_MONTH_YEAR = re.compile(rf"{_NAME}-([0-9]{{2}})")
_DAY_MONTH = re.compile(rf"([0-9]{{1,2}})-{_NAME}(?:-([0-9]{{4}}|[0-9]{{2}}))?")
_IN_FIGURES = re.compile(r"([0-9]{1,4})[/.]([0-9]{1,2})[/.]([0-9]{1,4})")
_SEASON = re.compile(r"([0-9]{4}) (spring|summer|autumn)", re.IGNORECASE)
_DAYS_OF_MONTH = re.compile(r"([0-9]{4}-[0-9]{2}-)([0-9]{2})/([0-9]{2})")


# Comparison


def is_empty(value: object) -> bool:
    """Return whether a cell or a recorded value is empty."""
    return value is None or value == "" or (isinstance(value, list | tuple) and not value)


def is_same(row: Row, name: str, given: object, held: object) -> bool:
    """Return whether a cell has the recorded value `held` of its field, in a form in which the program writes it."""
    if isinstance(given, DateCell):
        # A user who formats a column to show only months has not changed its days.
        return held in (_cell_date(given), given.day.isoformat())
    if isinstance(given, list | tuple):
        return list(given) == list(held) if isinstance(held, list | tuple) else False
    if isinstance(given, bool) or not isinstance(given, str | int):
        return False
    text = str(given)
    if name == "percent":
        return text.removesuffix("%").strip() == str(held)
    if name in ("due", "review", "updated_on") and isinstance(held, str) and (month := _month_year(text)):
        return month == held
    return text in _forms(name, held) or (row.is_shown and _is_shown_as(text, held))


def _forms(name: str, held: Any) -> Iterator[str]:
    """Yield the texts in which the program writes a recorded value."""
    if held is None or held == "":
        if name == "lead":
            yield JOINT
        return
    if isinstance(held, list | tuple):
        yield ", ".join(map(str, held))
        return
    yield str(held)
    if KINDS.get(name) in (Kind.DATE, Kind.REVIEW) or name in _DERIVED_DATES:
        yield from (as_typed(held), readable(held), review_text(held))


def _is_shown_as(text: str, held: object) -> bool:
    """Return whether a workbook shows the recorded value as this text: on one line, with escapes, cut to a cell."""
    shown = one_line(str(held or ""))
    text = text.removesuffix(f" ({AFTER_EVIDENCE})")
    start, cut, _ = text.partition(CUT)
    return text == shown or " ".join(text.split()) == shown or (cut != "" and shown.startswith(start))


# Conversion


def parse_value(name: str, given: Any, today: date, held: object = None) -> Any:
    """Return the value of a field as it is recorded, except values that must be found in the record.

    `held` is the recorded value. InputError if the cell cannot have the value.
    """
    if isinstance(given, InputError):
        raise InputError(f"{name}: {given.problem}", given.remedy)
    if is_clear(name, given):
        return None
    if name in _NEVER_EMPTY and isinstance(given, str) and given.strip().casefold() == CLEAR:
        raise InputError(f"{name}: this field cannot be empty", "write a value, or empty the cell to leave it as it is")
    if isinstance(given, DateCell):
        given = _text_of_date(name, given, held)
    if name in _PARSERS:
        return _PARSERS[name](name, given)
    if not isinstance(given, str):
        raise InputError(f"{name}: {quoted(str(given))} is not text", "write it in quotation marks")
    if name in ("due", "on"):
        when = _date(name, given.strip(), today)
        return _checked_on(when, today) if name == "on" else when
    if name == "note" or KINDS.get(name) is Kind.TEXT:
        return check_text(name, given.removesuffix(f" ({AFTER_EVIDENCE})"))
    return check_line(name, given.strip())


def is_clear(name: str, given: object) -> bool:
    """Return whether a cell clears its field; `joint` as the lead is no lead."""
    words = (CLEAR, JOINT) if name == "lead" else (CLEAR,)
    return name in CLEARABLE and isinstance(given, str) and given.strip().casefold() in words


def split_percent(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a row with `in-progress 60%` as a status and a percentage, as tables for people show it."""
    status = values.get("status")
    found = _WITH_PERCENT.fullmatch(status.strip()) if isinstance(status, str) else None
    if found is None:
        return dict(values)
    percent = values.get("percent")
    return {**values, "status": found[1], "percent": f"{found[2]}%" if percent in (None, "") else percent}


def _yes_or_no(name: str, given: object) -> bool:
    word = str(given).strip().casefold()
    if isinstance(given, bool | str) and word in _YES_OR_NO:
        return _YES_OR_NO[word]
    raise InputError(f"{name}: {quoted(str(given))} is neither yes nor no", "write yes, or leave it empty")


def _percentage(name: str, given: object) -> int:
    text = given.strip().removesuffix("%").strip() if isinstance(given, str) else given
    if isinstance(text, str) and text == given and _SHARE.fullmatch(text):
        raise InputError(f"{name}: {quoted(text)} is not a percentage", f"write {round(float(text) * 100, 6):g}%")
    return check_percent(int(text) if isinstance(text, str) and _WHOLE.fullmatch(text) else text)


def _evidence(name: str, given: object) -> tuple[str, ...]:
    if isinstance(given, str) or (isinstance(given, list) and all(isinstance(piece, str) for piece in given)):
        pieces = evidence_pieces(given)
        check_evidence(pieces)
        return pieces
    raise InputError(f"{name}: {quoted(str(given))} is not text", "write it in quotation marks")


def _partners(name: str, given: object) -> list[str]:
    pieces = re.split("[,;\n]", given) if isinstance(given, str) else given
    if not isinstance(pieces, list) or not all(isinstance(piece, str) for piece in pieces):
        raise InputError(f"{name}: {quoted(str(given))} is not a list of parties", "write the parties with commas")
    return [check_line(name, piece.strip()) for piece in pieces if piece.strip()]


def _status(name: str, given: object) -> str:
    if not isinstance(given, str):
        raise InputError(f"{name}: {quoted(str(given))} is not text", "write it in quotation marks")
    # A list written by an older version has former statuses.
    text = check_line(name, given.strip())
    return FORMER_STATUSES.get(text.casefold(), text)


_PARSERS: Mapping[str, Callable[[str, object], Any]] = {
    **dict.fromkeys(("check", "internal"), _yes_or_no),
    "percent": _percentage,
    "evidence": _evidence,
    "partners": _partners,
    "status": _status,
}


# Dates


def _date(name: str, text: str, today: date) -> VagueDate:
    """Return a date as on the command line, or as a workbook shows it; DateError with the probable original."""
    check_line(name, text)
    plain = _SEASON.sub(r"\2 \1", _DAYS_OF_MONTH.sub(r"\1\2/\1\3", text) if _DAYS_OF_MONTH.fullmatch(text) else text)
    try:
        return parse_date(plain, today=today, toward="past" if name == "on" else "future")
    except DateError as error:
        remedy = _original_of_text(text) or error.remedy
        raise DateError(f"{name}: {error.problem}", remedy) from error


def _checked_on(when: VagueDate, today: date) -> VagueDate:
    """Return the day of an entry; the month of today ends today. InputError if it may lie after today."""
    if when.precision is Precision.MONTH and not when.qualifier and when.earliest and when.latest:
        if when.earliest < today < when.latest:
            return VagueDate.parse(f"{when.earliest}/{today}")
        if when.earliest == today:
            return VagueDate.parse(today.isoformat())
    return check_on(when, today)


def _cell_date(cell: DateCell) -> str:
    """Return the text of the date that people see in a cell; the day if they do not see the year."""
    day = cell.day.isoformat()
    return {Shown.MONTH: day[:7], Shown.YEAR: day[:4]}.get(cell.shown, day)


def _text_of_date(name: str, cell: DateCell, held: object) -> str:
    """Return a date cell as text; InputError if its field has no date, or if the text was probably vaguer."""
    if name not in _DATES:
        raise InputError(
            f"{name}: the spreadsheet program turned the text into the date {cell.day}",
            "format the cell as text, and write it again",
        )
    if cell.shown is Shown.NO_YEAR:
        raise InputError(
            f"{name}: the cell shows {cell.shown.value} only; the spreadsheet program added the year {cell.day.year}",
            f"write {cell.day}, or the date with its year",
        )
    if cell.shown is Shown.DAY and cell.day.day == 1 and held == f"{cell.day:%Y-%m}":
        raise InputError(
            f"{name}: the cell has the day {cell.day}, and the record has the month {held}",
            f"format the cell as text, and write {held} for the month or {cell.day} for the day",
        )
    return _cell_date(cell)


def _month_year(text: str) -> str | None:
    """Return `2026-11` for `Nov-26`, which Excel shows for it; None for any other text."""
    found = _MONTH_YEAR.fullmatch(text.strip())
    month = _month(found[1]) if found else None
    return f"20{found[2]}-{month:02}" if found and month else None


def _month(name: str) -> int | None:
    short = name[:3].casefold()
    return _MONTH_NAMES.index(short) + 1 if short in _MONTH_NAMES else None


def _original_of_text(text: str) -> str | None:
    """Return the remedy for a date in the form of a spreadsheet program; None for any other text."""
    if month := _month_year(text):
        return f"write {month}; a spreadsheet program probably turned it into a date"
    if (found := _DAY_MONTH.fullmatch(text)) and (number := _month(found[2])):
        year = found[3] or ""
        full = year if len(year) == 4 else f"20{year}" if year else "YEAR"
        day = f"{full}-{number:02}-{int(found[1]):02}"
        return f"write {day}" if year else f"write the date with its year: {day}"
    if days := _readings(text):
        return f"write {' or '.join(day.isoformat() for day in days)}"
    return None


def _readings(text: str) -> list[date]:
    """Return the days that a date in figures, such as `4/7/2026`, can mean."""
    found = _IN_FIGURES.fullmatch(text)
    if found is None:
        return []
    first, second, third = (int(part) for part in found.groups())
    if len(found[1]) == 4:
        orders = [(first, second, third)]
    else:
        year = third if len(found[3]) == 4 else 2000 + third
        orders = [(year, first, second), (year, second, first)]
    return list(dict.fromkeys(day for order in orders if (day := _day(*order))))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# Refs


def check_ref(given: Any, resolves: Callable[[str], bool]) -> str:
    """Return the text of a ref; InputError, with the probable original, if a spreadsheet program made it a date."""
    if isinstance(given, InputError):
        raise InputError(f"ref: {given.problem}", given.remedy)
    if isinstance(given, DateCell):
        raise _ref_as_date(f"the date {given.day}", _refs_of_cell(given), resolves)
    if not isinstance(given, str):
        raise InputError(f"ref: {quoted(str(given))} is not text", "write it in quotation marks")
    text = check_line("ref", given.strip())
    if (originals := list(_refs_of_text(text))) and not resolves(text):
        raise _ref_as_date(quoted(text), originals, resolves)
    return text


def _ref_as_date(what: str, originals: list[str], resolves: Callable[[str], bool]) -> InputError:
    likely = list(filter(resolves, dict.fromkeys(originals))) or originals[:1]
    return InputError(
        f"ref: the spreadsheet program turned the ref into {what}; it was probably {' or '.join(likely)}",
        "format the column as text, and write the full ref",
    )


def _refs_of_cell(cell: DateCell) -> list[str]:
    day = cell.day
    with_year = f"{day.month}-{day.year % 100:02}"
    if cell.shown is Shown.MONTH:
        return [with_year]
    originals = [f"{day.month}-{day.day:02}", f"{day.day}-{day.month:02}"]
    return [*originals, with_year] if day.day == 1 else originals


def _refs_of_text(text: str) -> Iterator[str]:
    if (found := _MONTH_YEAR.fullmatch(text)) and (month := _month(found[1])):
        yield f"{month}-{found[2]}"
    elif (found := _DAY_MONTH.fullmatch(text)) and (month := _month(found[2])):
        yield from (f"{month}-{int(found[1]):02}", f"{int(found[1])}-{month:02}")
    else:
        for day in _readings(text):
            yield f"{day.month}-{day.day:02}"


def shown_text(value: Any) -> str:
    """Return a cell or a recorded value as text for messages."""
    if isinstance(value, DateCell):
        return _cell_date(value)
    if isinstance(value, SpacedialogError):
        return value.problem
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str("" if value is None else value)
