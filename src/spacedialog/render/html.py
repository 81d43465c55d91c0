"""HTML: one self-contained file. Its security policy forbids loading and any script but its own.

A report becomes the full page, every other view a plain page in the same style. The templates, the style and the
script are in `page/`. Text in a template becomes one line with unsafe characters as escapes, and is then escaped for
HTML.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple, TextIO
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup, escape

from spacedialog.model.dates import readable, recurrence_text, review_text
from spacedialog.model.escapes import one_line
from spacedialog.model.fields import AFTER_EVIDENCE, JOINT, CommitmentRow
from spacedialog.model.rows.report import Report
from spacedialog.model.values import is_web_address
from spacedialog.model.vocabulary import BY_PROGRESS, Flag, Outcome, Status, Strength
from spacedialog.presentation.citation import citation_maker
from spacedialog.presentation.comparison import earlier_outcomes, outcome_counts
from spacedialog.presentation.letters import in_words, qualified
from spacedialog.presentation.phrases import (
    NO_EVIDENCE,
    action_text,
    conflict_lines,
    coverage_line,
    delay_text,
    evidence_text,
    log_line,
    value_text,
    window_text,
)
from spacedialog.presentation.styles import STYLES, TIMELINE_KEY
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import Block, View, heading_of
from spacedialog.render import html_chart
from spacedialog.render.formats import Settings

_ATTENTION = {
    Flag.OVERDUE: "Overdue: window closed, completion not recorded",
    Flag.CLOSING: "Closing soon",
}
"""The flags whose commitments the page lists near its top, each with its heading."""

_MAX_LISTED = 8
"""The maximum number of commitments that the page lists for each flag."""


def write(view: Table | View, out: TextIO, _settings: Settings) -> None:
    """Write the view."""
    if isinstance(view, View) and isinstance(view.data, Report):
        out.writelines(environment().get_template("report.html.j2").generate(report_context(view.data)))
    else:
        out.writelines(plain_page(view))


def write_text(title: str, name: str, body: Markup, out: TextIO) -> None:
    """Write HTML as a page of the class `name`."""
    out.writelines(environment().get_template("text.html.j2").generate(title=title, name=name, body=body, script=None))


def plain_page(view: Table | View) -> Iterator[str]:
    """Yield the plain page of the view in pieces."""
    blocks = view.blocks if isinstance(view, View) else (Block("", table=view),)
    return environment().get_template("plain.html.j2").generate(title=heading_of(view), blocks=blocks, script=None)


def report_context(report: Report) -> dict[str, Any]:
    """Return the values for the template of a report. A ref links to its row on the page; other names do not link."""
    rows = [detail.commitment for detail in report.commitments]
    counts: dict[str, int] = {status: report.statuses.get(status, 0) for status in BY_PROGRESS}
    # The newest dialogue is first, and its titles apply.
    titles: dict[str, str] = {}
    for row in report.areas:
        titles.setdefault(row.area, row.title)
    parties = {party for row in rows for party in (row.lead, *row.partners) if party}
    areas = list(_areas(report, titles))
    refs = {row.ref for row in rows} | {row.ref for row in report.milestones}
    return {
        "title": _title(report),
        "over": "Commitments and their status",
        "timeline_title": "Timeline",
        "report": report,
        "citation": citation_maker(report),
        "shown": {
            *("meetings", "progress", "timeline", "commitments"),
            *(["carried"] if report.carried else ()),
            *(["documents"] if report.dialogues else ()),
        },
        "of": lambda kind, key: f"#{key}" if kind == "commitment" and key in refs else "",
        "script": _asset(_page_file("page.js")),
        "statuses": counts,
        "total": html_chart.bar(counts, full=len(rows)),
        "areas": areas,
        "area_titles": titles,
        "attention": [_flagged(rows, flag) for flag in _ATTENTION],
        "timeline": html_chart.timeline(report.milestones, report.slips, date.fromisoformat(report.as_of)),
        "choices": {
            "Dialogue": [(key, key) for key in dict.fromkeys(row.dialogue for row in rows)],
            "Area": [(area.key, area.title) for area in areas],
            "Status": [(status, words(status)) for status in BY_PROGRESS if counts[status]],
            "Party": [(party, party) for party in sorted(parties)],
            "Flag": [(flag.value, flag.value) for flag in Flag if any(flag in row.flags for row in rows)],
        },
        "carried": earlier_outcomes(report.carried) if report.carried else None,
        "counted": outcome_counts(report.carried) if report.carried else "",
    }


def _title(report: Report) -> str:
    dialogues = report.dialogues
    if len(dialogues) == 1:
        return str(dialogues[0].get("title") or dialogues[0].get("key") or "Commitments")
    return f"Commitments of {len(dialogues)} dialogues" if dialogues else "No commitments"


class _Area(NamedTuple):
    """An area with the number of its commitments, and a bar of them to the scale of the largest area."""

    key: str
    title: str
    number: int
    parts: tuple[html_chart.Part, ...]


def _areas(report: Report, titles: dict[str, str]) -> Iterator[_Area]:
    counts: dict[str, Counter[str]] = {key: Counter() for key in titles}
    for detail in report.commitments:
        counts.setdefault(detail.commitment.area, Counter())[detail.commitment.status] += 1
    largest = max((by_status.total() for by_status in counts.values()), default=0)
    for key, by_status in counts.items():
        if by_status:
            parts = html_chart.bar({status: by_status[status] for status in BY_PROGRESS}, full=largest)
            yield _Area(key, titles.get(key, key), by_status.total(), parts)


class _Flagged(NamedTuple):
    """The commitments with a flag: a heading, the first few, and the number of the others."""

    heading: str
    rows: list[CommitmentRow]
    more: int


def _flagged(rows: list[CommitmentRow], flag: Flag) -> _Flagged:
    flagged = [row for row in rows if flag in row.flags]
    return _Flagged(_ATTENTION[flag], flagged[:_MAX_LISTED], max(0, len(flagged) - _MAX_LISTED))


# Filters of the templates


def words(name: str) -> str:
    """Return a word of the vocabulary with spaces instead of hyphens."""
    return name.replace("-", " ")


@lru_cache(4096)  # The same dates occur many times on a page.
def when(text: str) -> str:
    """Return an EDTF date in words: `../2035` as `by 2035`, an interval as `2026 to 2027`."""
    return in_words(readable(text), qualified)


def address(text: Any) -> str:
    """Return the text if it is a web address, else an empty text: only a web address becomes a link."""
    return text if isinstance(text, str) and is_web_address(text) else ""


def site(text: str) -> str:
    """Return the host of a web address, without `www.`."""
    return (urlsplit(text).hostname or text).removeprefix("www.")


_ADDRESS = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}])")
_LINK = Markup('<a href="{0}" rel="noreferrer">{0}</a>')


# Hebrew to Arabic, their presentation forms, and the blocks of other scripts that are written from right to left.
_FROM_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")


def isolated(text: str) -> Markup:
    """Return the text for HTML. An element keeps text from right to left from changing the order of the text around it.

    Other text has no such element, because a page with many elements loads slowly.
    """
    return _isolated(text, escape(one_line(text)))


def linked(text: str) -> Markup:
    """Return the text as `isolated` does, with its web addresses as links."""
    # Every second piece is an address.
    pieces = _ADDRESS.split(one_line(text))
    links = (
        _LINK.format(piece) if number % 2 and is_web_address(piece) else escape(piece)
        for number, piece in enumerate(pieces)
    )
    return _isolated(text, Markup().join(links))


def _isolated(text: str, html: Markup) -> Markup:
    return Markup("<bdi>{}</bdi>").format(html) if _FROM_RIGHT.search(text) else html


def by_side(heads: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the heads of delegation by side, both in the order of the record."""
    sides: dict[str, list[dict[str, Any]]] = {}
    for head in heads:
        sides.setdefault(head.get("side") or "", []).append(head)
    return sides


def percent(value: float) -> str:
    """Return a position or a length on a drawing as a percentage for CSS and SVG."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _escaped_line(value: Any) -> Any:
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


class _JoinedLines(Extension):
    """Joins indented lines of a template to the line before, because each line break adds a node to the page's tree."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - of Jinja
        """Return the template without the breaks before indented lines."""
        return re.sub(r"\n +", "", source)


class _Asset(NamedTuple):
    """A style or a script, with the hash under which the page's policy allows it."""

    text: Markup
    hash: str


@cache
def environment() -> Environment:
    """Return the templates with their filters and the values that all pages share."""
    environment = Environment(
        loader=PackageLoader("spacedialog.render", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escaped_line,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[_JoinedLines],
    )
    environment.filters |= {
        "address": address,
        "by_side": by_side,
        "delay": delay_text,
        "conflict_lines": conflict_lines,
        "isolated": isolated,
        "linked": linked,
        "percent": percent,
        "review": review_text,
        "site": site,
        "when": when,
        "how_often": recurrence_text,
        "window": window_text,
        "words": words,
    }
    environment.globals |= {
        "AFTER_EVIDENCE": AFTER_EVIDENCE,
        "action_text": action_text,
        "coverage_line": coverage_line,
        "evidence_text": evidence_text,
        "JOINT": JOINT,
        "log_line": log_line,
        "NO_EVIDENCE": NO_EVIDENCE,
        "site": None,
        "flags": {flag: flag.meaning for flag in Flag},
        "meanings": {status: status.meaning for status in BY_PROGRESS},
        "order": {name: number for names in (Status, Strength) for number, name in enumerate(names)},
        "outcomes": {outcome: outcome.meaning for outcome in Outcome},
        "strengths": {strength: strength.meaning for strength in Strength},
        "timeline_key": TIMELINE_KEY,
        "style": _asset(_with_styles(_page_file("style.css"))),
        "value_text": value_text,
    }
    return environment


def _page_file(name: str) -> str:
    return files("spacedialog.render").joinpath("page", name).read_text("utf-8")


def _with_styles(css: str) -> str:
    """Return the CSS with the rules of each status, state and flag in place of its three placeholders."""
    drawings: dict[str, list[str]] = {}
    for word, style in STYLES.items():
        if style.drawing:
            drawings.setdefault(style.drawing, []).extend(f"{element}.{word}" for element in style.elements)
    rules = {
        "drawings": [f"{', '.join(selectors)} {{ {css} }}" for css, selectors in drawings.items()],
        "badges": [f".flag.{word} {{ {style.badge} }}" for word, style in STYLES.items() if style.badge],
        "printed badges": [
            f"  .flag.{word} {{ {style.printed_badge} }}" for word, style in STYLES.items() if style.printed_badge
        ],
    }
    for name, lines in rules.items():
        css = css.replace(f"/* STYLES: {name} */", "\n".join(lines))
    return css


def _asset(text: str) -> _Asset:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return _Asset(Markup(text), f"sha256-{digest}")  # the program's own text, with nothing from the record
