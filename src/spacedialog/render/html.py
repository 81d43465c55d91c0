"""HTML: one file that needs nothing else, under a policy that lets it load nothing and run only its own script.

A report becomes the full page, every other view a plain one in the same style. The templates, the style and the
script stand in `page/`. Every text that a template writes is made harmless first, and then escaped.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, TextIO
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from spacedialog.errors import InputError
from spacedialog.model.dates import readable, recurrence_text
from spacedialog.model.rows.record import CommitmentRow, Report
from spacedialog.model.values import check_web_address
from spacedialog.model.vocabulary import BY_PROGRESS, Flag, Outcome, Status, Strength
from spacedialog.presentation.comparison import counted_outcomes, taken_up
from spacedialog.presentation.documents import Block, View, disagreement
from spacedialog.presentation.tables import Table, coverage_line, delay, did, known, to_the_minute, value_text, window
from spacedialog.render import chart
from spacedialog.render.text import one_line

_MOST_NAMED = 8
"""So many commitments are named under each flag before the table is referred to."""


def write(view: Table | View, out: TextIO) -> None:
    """Write the view."""
    if isinstance(view, View) and isinstance(view.data, Report):
        out.writelines(_environment().get_template("report.html.j2").generate(_report(view.data)))
    else:
        out.writelines(_environment().get_template("plain.html.j2").generate(_plain(view)))


def _plain(view: Table | View) -> dict[str, Any]:
    blocks = view.blocks if isinstance(view, View) else (Block("", sheet=view),)
    heading = blocks[0].heading if blocks and blocks[0].heading else view.name.capitalize()
    return {"title": heading, "blocks": blocks, "script": None}


def _report(of: Report) -> dict[str, Any]:
    rows = [detail.commitment for detail in of.commitments]
    titles = {row.area: row.title for row in of.areas}
    parties = {party for row in rows for party in (row.lead, *row.partners) if party}
    areas = list(_areas(of, titles))
    return {
        "title": _title(of),
        "report": of,
        "script": _asset("page.js"),
        "statuses": {status: of.statuses.get(status, 0) for status in BY_PROGRESS},
        "total": chart.bar({status: of.statuses.get(status, 0) for status in BY_PROGRESS}, of=len(rows)),
        "areas": areas,
        "area_titles": titles,
        "attention": [_flagged(rows, flag) for flag in (Flag.OVERDUE, Flag.CLOSING)],
        "timeline": chart.timeline(of.milestones, of.slips, date.fromisoformat(of.as_of)),
        "choices": {
            "Dialogue": [(key, key) for key in dict.fromkeys(row.dialogue for row in rows)],
            "Area": [(area.key, area.title) for area in areas],
            "Status": [(status, words(status)) for status in BY_PROGRESS if of.statuses.get(status)],
            "Party": [(party, party) for party in sorted(parties)],
            "Flag": [(flag.value, flag.value) for flag in Flag if any(flag in row.flags for row in rows)],
        },
        "refs": {row.ref for row in rows},
        "carried": taken_up(of.carried) if of.carried else None,
        "counted": counted_outcomes(of.carried) if of.carried else "",
        "outcomes": {outcome: outcome.meaning for outcome in Outcome},
        "strengths": {strength: strength.meaning for strength in Strength},
        "meanings": {status: status.meaning for status in BY_PROGRESS},
        "flags": {flag: flag.meaning for flag in Flag},
        "order": {name: number for names in (Status, Strength) for number, name in enumerate(names)},
    }


def _title(of: Report) -> str:
    if len(of.dialogues) == 1:
        return str(of.dialogues[0].get("title") or of.dialogues[0].get("key") or "Commitments")
    return f"Commitments of {len(of.dialogues)} dialogues" if of.dialogues else "No commitments"


class _Area(NamedTuple):
    """An area with the bar of its commitments, drawn to the scale of the largest."""

    key: str
    title: str
    number: int
    parts: tuple[chart.Part, ...]


def _areas(of: Report, titles: dict[str, str]) -> Iterator[_Area]:
    counts: dict[str, Counter[str]] = {key: Counter() for key in titles}
    for detail in of.commitments:
        counts.setdefault(detail.commitment.area, Counter())[detail.commitment.status] += 1
    most = max((found.total() for found in counts.values()), default=0)
    for key, found in counts.items():
        if found:
            parts = chart.bar({status: found[status] for status in BY_PROGRESS}, of=most)
            yield _Area(key, titles.get(key, key), found.total(), parts)


class _Flagged(NamedTuple):
    """The commitments that bear a flag: the first few, and how many more there are."""

    flag: str
    rows: list[CommitmentRow]
    more: int


def _flagged(rows: list[CommitmentRow], flag: Flag) -> _Flagged:
    found = [row for row in rows if flag in row.flags]
    return _Flagged(flag.value, found[:_MOST_NAMED], max(0, len(found) - _MOST_NAMED))


# What the templates call


def words(name: str) -> str:
    """A fixed word of the record as people write it."""
    return name.replace("-", " ")


_QUALIFIED = {"~": "about {}", "?": "{} (uncertain)", "%": "about {} (uncertain)"}


def when(text: str) -> str:
    """An EDTF date in words: `../2035` as by 2035, an interval as from one to another."""
    ends = [_QUALIFIED.get(end[-1:], "{}").format(end.rstrip("~?%")) for end in readable(text).split("/")]
    match ends:
        case ["..", last]:
            return f"by {last}"
        case [first, ".."]:
            return f"from {first}"
        case [first, last]:
            return f"{first} to {last}"
    return ends[0]


def address(text: Any) -> str:
    """The text if it is a web address, else nothing: only such a text becomes a link."""
    try:
        return check_web_address(text) if isinstance(text, str) else ""
    except InputError:
        return ""


def site(text: str) -> str:
    """The host of a web address, as people name it."""
    return (urlsplit(text).hostname or text).removeprefix("www.")


_ADDRESS = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}])")


def pieces(text: str) -> list[Markup]:
    """The text cut before and after each web address in it, escaped: every second piece is one."""
    return [escape(piece) for piece in _ADDRESS.split(one_line(text))]


def by_side(heads: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The heads of delegation under their sides, both in the order of the record."""
    sides: dict[str, list[dict[str, Any]]] = {}
    for head in heads:
        sides.setdefault(head.get("side") or "", []).append(head)
    return sides


def percent(value: float) -> str:
    """A place or a length on a drawing."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _harmless(value: Any) -> Any:
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


class _Asset(NamedTuple):
    """A style or a script with the hash by which the page's policy lets it in."""

    text: Markup
    hash: str


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("spacedialog.render", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "address": address,
        "by_side": by_side,
        "delay": delay,
        "disagreement": disagreement,
        "pieces": pieces,
        "percent": percent,
        "site": site,
        "when": when,
        "how_often": recurrence_text,
        "window": window,
        "words": words,
    }
    environment.globals |= {
        "coverage_line": coverage_line,
        "did": did,
        "known": known,
        "style": _asset("style.css"),
        "to_the_minute": to_the_minute,
        "value_text": value_text,
    }
    return environment


def _asset(name: str) -> _Asset:
    text = files("spacedialog.render").joinpath("page", name).read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return _Asset(Markup(text), f"sha256-{digest}")  # our own text: nothing of the record is in it
