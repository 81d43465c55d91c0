"""Dates and recurrence in running text, as EDTF, exactly as vague as the text has them.

What a person types on the command line is read by `spoken`; here a date stands among other words, and a year may be part
of a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from spacedialog.dates import Span, Unit, VagueDate
from spacedialog.errors import DateError

_MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|october oct|november nov|december dec".split(
            "|"
        ),
        1,
    )
    for name in names.split()
}
_MONTH = r"(?P<{0}>January|February|March|April|May|June|July|August|September|October|November|December|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\.?)"
_YEAR = r"(?P<{0}>(?:19|20)\d\d)"
_ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "last": 4,
    "final": 4,
}
_NUMBERS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(),
        1,
    )
} | {"a": 1, "an": 1, "thirty": 30, "ninety": 90, "sixty": 60, "forty": 40}
_SEASONS = {"spring": "21", "summer": "22", "autumn": "23", "fall": "23", "winter": "24"}
_DASH = r"\s*(?:-|\u2013|\u2014|to|and|until|through)\s*"
_RELATIVE = r"(?P<{0}>(?:next|this|last|the coming|the following|the current|the) (?:calendar )?year)"


class When(NamedTuple):
    """A date in a text: the characters that it takes, words such as `by` included, and its EDTF."""

    start: int
    end: int
    edtf: str


class Cycle(NamedTuple):
    """How often something comes round, and the characters that say so."""

    start: int
    end: int
    every: str


def _year_or(name: str) -> str:
    return rf"(?:{_YEAR.format(name)}|{_RELATIVE.format(name + '_rel')})"


_POINT = re.compile(
    "|".join(
        (
            # 20 and 21 May 2026; 19-24 October 2025; March 3-4, 2026
            rf"(?P<d1>\d{{1,2}}){_DASH}(?P<d2>\d{{1,2}})\s+{_MONTH.format('m_dd')}(?:,?\s+{_YEAR.format('y_dd')})?",
            rf"{_MONTH.format('m_md')}\s+(?P<d3>\d{{1,2}})\s*(?:-|\u2013|and|to)\s*(?P<d4>\d{{1,2}})(?!\d)(?:,?\s+{_YEAR.format('y_md')})?",
            # 30 May to 2 June 2026
            rf"(?P<d7>\d{{1,2}})\s+{_MONTH.format('m_a')}{_DASH}(?P<d8>\d{{1,2}})\s+{_MONTH.format('m_b')}(?:,?\s+{_YEAR.format('y_ab')})?",
            # 5 October 2026, October 5, 2026, and both without a year
            rf"(?P<d5>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH.format('m_d')}(?:,?\s+{_YEAR.format('y_d')})?",
            rf"{_MONTH.format('m_e')}\s+(?P<d6>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s+{_YEAR.format('y_e')})?",
            # quarters, halves, parts of a year
            rf"(?:the\s+)?(?P<quarter>first|second|third|fourth|last|final|1st|2nd|3rd|4th)\s+quarter\s+(?:of\s+)?{_year_or('y_q')}",
            rf"Q(?P<q>[1-4])[\s/,]+(?:of\s+)?{_year_or('y_qq')}",
            rf"(?:the\s+)?(?P<half>first|second|latter|1st|2nd)\s+(?:half|semester)\s+(?:of\s+)?{_year_or('y_h')}",
            rf"H(?P<h>[12])\s+{_YEAR.format('y_hh')}",
            rf"(?:the\s+)?(?P<season>[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)(?:\s+of)?\s+{_year_or('y_s')}",
            rf"(?:the\s+)?(?P<part>early|late|mid|middle|beginning(?= of)|start(?= of)|end|close(?= of))(?:-|\s+)(?:(?:of|in)\s+)?(?:the\s+)?(?:{_MONTH.format('m_p')}\s+)?{_year_or('y_p')}",
            rf"(?P<yearend>year-end|end-year|the year's end|the end of the year|the end of this year)(?:\s+{_YEAR.format('y_ye')})?",
            # years and months
            rf"{_MONTH.format('m_m')}(?:,?\s+(?:of\s+)?{_year_or('y_m')})",
            rf"{_YEAR.format('y_1')}\s*(?:-|\u2013|/)\s*(?P<y_2>(?:20)?\d\d)(?![\d-])",
            rf"(?:(?:fiscal|financial)\s+year\s+|FY\s*)(?P<fy>20\d\d)",
            rf"{_YEAR.format('y')}(?![\d-])",
            r"(?:later\s+|earlier\s+)?(?P<rel>next|this|last) year(?!s)",
            rf"(?:this|next|last)\s+{_MONTH.format('m_r')}(?!\s+\d)",
            r"(?P<nextmonth>next|last|this) month",
            r"(?<=\b[Ii]n )the (?P<bareseason>spring|summer|autumn|fall)\b(?! of)(?! \d)",
            r"(?P<this>this|next|last|the coming) (?P<thisseason>spring|summer|autumn|fall|winter)",
            rf"(?:(?<=\bin )|(?<=\bby )|(?<=\bsince )|(?<=\buntil )|(?<=\bbefore )){_MONTH.format('m_bare')}(?=[\s,.;)]|$)(?!\s+\d)",
            r"\b(?P<near>[Tt]oday|[Yy]esterday|[Tt]omorrow)\b",
            r"(?<=\bon )(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b(?!,)",
        )
    )
)
_BY = re.compile(
    r"(?:by|no later than|not later than|before|until|till|up to|prior to|latest by|ahead of|through|within)\s+(?:(?:the|at the latest|around)\s+)?(?:end\s+of\s+)?$",
    re.IGNORECASE,
)
_END_OF = re.compile(
    r"(?:by|before|until|no later than|not later than|at|towards|toward|around|from)?\s*(?:the\s+)?end[\s-]+(?:of\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"(?:from|since|starting(?: in| from| with)?|beginning(?: in| from)?|as of|as from|effective|commencing(?: in)?|after|onwards from)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:around|about|circa|approximately|roughly|some time in|sometime in)\s+(?:the\s+)?$", re.IGNORECASE
)
_FROM_TO = re.compile(rf"^(?:{_DASH}(?:the\s+)?)$")
_WITHIN = re.compile(
    r"\b(?:within|in|over|during|for)\s+(?:a period of\s+)?(?:the\s+)?(?P<next>next|coming|following)?\s*(?P<n>\d+|[a-z]+)\s+(?P<unit>day|week|month|year)s?\b(?!\s+(?:old|ago|each))",
    re.IGNORECASE,
)


def dates_in(text: str, when: date | None, *, past: bool = False) -> list[When]:
    """Every date of a text; what is relative (`next year`, `14 April`) is counted from the day `when` the parties met.

    A month or a weekday without a year is the next one, or with `past` the one before.
    """
    points: list[When] = []
    for found in _POINT.finditer(text):
        edtf = _point(found, when, past=past)
        if edtf is None or _in_name(text, found):
            continue
        try:
            VagueDate.parse(edtf)
        except DateError:
            continue
        points.append(When(found.start(), found.end(), edtf))
    points += [
        span for span in _spans(text, when) if not any(p.start < span.end and span.start < p.end for p in points)
    ]
    return list(_joined(text, sorted(points)))


def cycles_in(text: str) -> list[Cycle]:
    """Every recurrence that a text speaks of, as `2 years`."""
    found = []
    for pattern, make in _CYCLES:
        for one in pattern.finditer(text):
            every = make(one)
            if every and not any(c.start < one.end() and one.start() < c.end for c in found):
                found.append(Cycle(*one.span(), every))
    return sorted(found)


def _point(found: re.Match[str], when: date | None, *, past: bool) -> str | None:
    part = {name: value for name, value in found.groupdict().items() if value is not None}

    def month(name: str) -> int:
        return _MONTHS[part[name].rstrip(".").lower()]

    def year(name: str) -> int | None:
        if name in part:
            return int(part[name])
        relative = part.get(f"{name}_rel")
        if relative and when:
            return when.year + {"next": 1, "last": -1}.get(
                relative.split()[0], 1 if "coming" in relative or "following" in relative else 0
            )
        return None

    def day(y: str, m: str, d: str) -> str | None:
        of = year(y) or _near_year(when, month(m), int(part[d]))
        return None if of is None else f"{of:04}-{month(m):02}-{int(part[d]):02}"

    if "d1" in part:
        first, last = day("y_dd", "m_dd", "d1"), day("y_dd", "m_dd", "d2")
        return f"{first}/{last}" if first else None
    if "d3" in part:
        first, last = day("y_md", "m_md", "d3"), day("y_md", "m_md", "d4")
        return f"{first}/{last}" if first else None
    if "d7" in part:
        first, last = day("y_ab", "m_a", "d7"), day("y_ab", "m_b", "d8")
        return f"{first}/{last}" if first else None
    if "d5" in part:
        return day("y_d", "m_d", "d5")
    if "d6" in part:
        return day("y_e", "m_e", "d6")
    if "quarter" in part:
        return _in_year(year("y_q"), f"-{32 + _ORDINALS[part['quarter']]}")
    if "q" in part:
        return _in_year(year("y_qq"), f"-{32 + int(part['q'])}")
    if "half" in part:
        return _in_year(year("y_h"), "-40" if _ORDINALS.get(part["half"]) == 1 else "-41")
    if "h" in part:
        return _in_year(year("y_hh"), f"-{39 + int(part['h'])}")
    if "season" in part:
        return _in_year(year("y_s"), f"-{_SEASONS[part['season'].lower()]}")
    if "part" in part:
        of, which = year("y_p"), part["part"]
        if "m_p" in part:
            return _in_year(of, f"-{month('m_p'):02}")
        if which in ("end", "close"):
            return _in_year(of, "-12")
        if which in ("mid", "middle"):
            return _in_year(of, "-07~")
        return _in_year(of, "-41" if which == "late" else "-40")
    if "yearend" in part:
        return _in_year(year("y_ye") or (when and when.year), "-12")
    if "m_m" in part:
        return _in_year(year("y_m"), f"-{month('m_m'):02}")
    if "y_1" in part:
        last_year = part["y_2"] if len(part["y_2"]) == 4 else part["y_1"][:2] + part["y_2"]
        return f"{part['y_1']}/{last_year}" if last_year > part["y_1"] else None
    if "fy" in part:
        return f"{part['fy']}~"
    if "y" in part:
        return part["y"]
    if when is None:
        return None
    if "rel" in part:
        return str(when.year + {"next": 1, "this": 0, "last": -1}[part["rel"]])
    if "m_r" in part:
        shift = {"next": when.month >= month("m_r"), "this": 0, "last": -(when.month <= month("m_r"))}[
            found[0].split()[0].lower()
        ]
        return f"{when.year + shift:04}-{month('m_r'):02}"
    if "thisseason" in part:
        season = _SEASONS[part["thisseason"]]
        ahead = {"next": 1, "last": -1}.get(part["this"], 0)
        return f"{when.year + ahead}-{season}"
    if "bareseason" in part:
        season = _SEASONS[part["bareseason"]]
        begins = {"21": 3, "22": 6, "23": 9}[season]
        shift = (-1 if begins > when.month else 0) if past else (1 if begins + 2 < when.month else 0)
        return f"{when.year + shift}-{season}"
    if "near" in part:
        return date.fromordinal(
            when.toordinal() + {"yesterday": -1, "today": 0, "tomorrow": 1}[part["near"].lower()]
        ).isoformat()
    if "weekday" in part:
        day_number = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split().index(part["weekday"])
        shift_days = -((when.weekday() - day_number) % 7) if past else (day_number - when.weekday()) % 7
        return date.fromordinal(when.toordinal() + shift_days).isoformat()
    if "m_bare" in part:
        number = month("m_bare")
        of = when.year + (0 if (number <= when.month if past else number >= when.month) else (-1 if past else 1))
        return f"{of:04}-{number:02}"
    if "nextmonth" in part:
        moved = when.year * 12 + when.month - 1 + {"next": 1, "this": 0, "last": -1}[part["nextmonth"]]
        return f"{moved // 12:04}-{moved % 12 + 1:02}"
    return None


def _in_year(year: int | None, rest: str) -> str | None:
    return None if year is None else f"{year:04}{rest}"


def _near_year(when: date | None, month: int, day: int) -> int | None:
    """The year of a day that the text gives without one: that of the meeting."""
    del month, day
    return when.year if when else None


def _in_name(text: str, found: re.Match[str]) -> bool:
    """Whether a bare year is part of a name: `Landsat 2030`, `the 2015 Paris Agreement`, `Vision 2035`."""
    if found.lastgroup not in ("y", "y_1", "y_2") and not found.groupdict().get("y"):
        return False
    before = re.search(r"([^\s(]+)\s+$", text[: found.start()])
    after = re.match(r"\s+([A-Z][A-Za-z]+)", text[found.end() :])
    word = before[1] if before else ""
    named_before = (
        bool(word)
        and word[0].isupper()
        and not re.fullmatch(
            r"(?:In|By|Since|From|Until|Before|After|During|For|Around|About|Between|Through|To|Of|Late|Early|Mid|On|And|The|Over|Beyond|Starting|Beginning)",
            word,
        )
    )
    of_name = bool(re.search(r"[A-Z][a-z]+ of $", text[: found.start()])) and bool(
        re.search(
            r"\b(?:Agreement|Treaty|Roadmap|Declaration|Convention|Protocol|Act|Plan|Strategy|Statement|Memorandum|Charter|Accord|Accords|Summit|Programme|Program|Framework|Arrangement) of $",
            text[: found.start()],
        )
    )
    attached = text[found.start() - 1 : found.start()] in ("-", "/") or text[found.end() : found.end() + 1] in (
        "-",
        "/",
    )
    plural = text[found.end() : found.end() + 1] == "s"
    return (
        named_before
        or of_name
        or attached
        or plural
        or (bool(after) and word.lower() in ("the", "their", "its", "a", "this"))
    )


def _joined(text: str, points: list[When]) -> Iterator[When]:
    """The dates with what stands before them: two become an interval, `by` and `from` open ones."""
    skip = -1
    for number, point in enumerate(points):
        if number <= skip:
            continue
        before = text[: point.start]
        following = points[number + 1] if number + 1 < len(points) else None
        between = text[point.end : following.start] if following else ""
        if following and "/" not in point.edtf + following.edtf and _FROM_TO.match(between):
            opening = re.search(r"(?:from|between|during|over|for the period)\s+(?:the\s+)?$", before, re.IGNORECASE)
            if opening or re.fullmatch(r"\s*(?:-|\u2013|to|until|through)\s*", between):
                edtf = f"{point.edtf}/{following.edtf}"
                try:
                    VagueDate.parse(edtf)
                except DateError:
                    pass
                else:
                    skip = number + 1
                    yield When(opening.start() if opening else point.start, following.end, edtf)
                    continue
        yield _qualified(text, before, point)


def _qualified(text: str, before: str, point: When) -> When:
    edtf = point.edtf
    start = point.start
    whole = text[point.start : point.end]
    if "/" in edtf:
        return point
    ended = _END_OF.search(before)
    if ended and re.fullmatch(r"\d{4}(?:-\d\d)?", edtf) and "end" in ended[0].lower():
        edtf = f"{edtf}-12" if len(edtf) == 4 else edtf
        start = ended.start()
        before = text[:start] + (
            "by "
            if re.match(r"\s*(?:by|before|until|no later|not later)", ended[0], re.IGNORECASE)
            else "from "
            if re.match(r"\s*from", ended[0], re.IGNORECASE)
            else ""
        )
    by = _BY.search(before)
    if by:
        sign = by[0].lower().strip()
        if (
            sign.startswith(("before", "prior", "ahead"))
            and not whole.lower().startswith(("end", "the end"))
            and start == point.start
        ):
            edtf = _just_before(edtf)
        return When(min(start, by.start()), point.end, f"../{edtf}")
    since = _SINCE.search(before)
    onwards = re.match(r"\s*(?:onwards?\b|on(?=[,.;]|$)|and beyond)", text[point.end :])
    if since or onwards:
        return When(since.start() if since else start, point.end + (onwards.end() if onwards else 0), f"{edtf}/..")
    about = _ABOUT.search(before)
    if about and not edtf.endswith("~"):
        return When(about.start(), point.end, f"{edtf}~")
    return When(start, point.end, edtf)


def _just_before(edtf: str) -> str:
    """The latest date of the same kind that lies before: `before 2028` closes with 2027."""
    if re.fullmatch(r"\d{4}", edtf):
        return f"{int(edtf) - 1:04}"
    if re.fullmatch(r"\d{4}-(?:0[1-9]|1[0-2])", edtf):
        months = int(edtf[:4]) * 12 + int(edtf[5:]) - 2
        return f"{months // 12:04}-{months % 12 + 1:02}"
    return edtf


def _spans(text: str, when: date | None) -> Iterator[When]:
    if when is None:
        return
    for found in _WITHIN.finditer(text):
        count = _NUMBERS.get(found["n"].lower()) or (int(found["n"]) if found["n"].isdigit() else 0)
        opening = found[0].split()[0].lower()
        if not 0 < count < 1000 or (opening in ("in", "for", "over", "during") and not found["next"]):
            continue
        unit = Unit(found["unit"].lower())
        try:
            latest = Span(count, unit).after(when)
        except DateError:
            continue
        fine = latest.isoformat()[: 10 if unit in (Unit.DAY, Unit.WEEK) else 7]
        if opening in ("over", "during", "for") and unit is Unit.YEAR:
            yield When(*found.span(), f"{when.year}/{latest.year}")
        else:
            yield When(*found.span(), f"../{fine}")


def _every(found: re.Match[str]) -> str | None:
    number = found["n"].lower() if found["n"] else "one"
    count = (
        {"second": 2, "other": 2, "third": 3, "fourth": 4}.get(number)
        or _NUMBERS.get(number)
        or (int(number) if number.isdigit() else 0)
    )
    return _span(count, found["unit"].lower())


def _span(count: int, unit: str) -> str | None:
    if not count:
        return None
    if unit == "quarter":
        count, unit = count * 3, "month"
    if unit == "fortnight":
        count, unit = count * 2, "week"
    return str(Span(count, Unit(unit)))


_NUMBER = r"(?P<n>second|other|third|fourth|\d+|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_CYCLES = (
    (
        re.compile(
            rf"\b(?:every|each)\s+(?:{_NUMBER}\s+)?(?P<unit>day|week|month|quarter|year|fortnight)s?\b", re.IGNORECASE
        ),
        _every,
    ),
    (
        re.compile(
            r"\btwice (?:a|per|each|every) year\b|\b(?:semi-annual|semiannual|biannual|half-yearly|six-monthly)(?:ly)?\b",
            re.IGNORECASE,
        ),
        lambda _: "6 months",
    ),
    (re.compile(r"\bthree times a year\b", re.IGNORECASE), lambda _: "4 months"),
    (re.compile(r"\b(?:quarterly|(?:a|per) quarter|once a quarter)\b", re.IGNORECASE), lambda _: "3 months"),
    (re.compile(r"\bbiennial(?:ly)?\b", re.IGNORECASE), lambda _: "2 years"),
    (re.compile(r"\btriennial(?:ly)?\b", re.IGNORECASE), lambda _: "3 years"),
    (
        re.compile(
            r"\b(?:annually|yearly|(?:a|per) (?:calendar )?year|once a year|on an annual basis|year by year)\b",
            re.IGNORECASE,
        ),
        lambda _: "1 year",
    ),
    (
        re.compile(
            r"(?<!the )(?<!th )(?<!st )(?<!nd )(?<!rd )(?<!'s )(?<!\u2019s )(?<!its )(?<!their )(?<!last )(?<!first )(?<!this year's )\bannual\b",
            re.IGNORECASE,
        ),
        lambda _: "1 year",
    ),
    (re.compile(r"\b(?:monthly|(?:a|per) month|once a month)\b", re.IGNORECASE), lambda _: "1 month"),
    (re.compile(r"\b(?:weekly|(?:a|per) week)\b", re.IGNORECASE), lambda _: "1 week"),
)
