"""Checks of single values (texts, days, percentages, statuses, web addresses, evidence), and citations of sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from spacedialog.errors import InputError
from spacedialog.model.characters import CONTROL, LINE_BREAK, is_visible, visible_characters
from spacedialog.model.dates import quoted, readable, review_text
from spacedialog.model.fields import KINDS, Kind
from spacedialog.model.vocabulary import MilestoneStatus, Status

if TYPE_CHECKING:
    from datetime import date

    from spacedialog.model.dates import VagueDate

LONGEST_TEXT = 10_000
"""The maximum length of a text of the record in characters."""

SHORTEST_CITATION = 3
"""The minimum length of a citation in words, in visible characters."""

LOWEST_PERCENT, HIGHEST_PERCENT = 0, 100

INVALID_CHARACTER = "[\0\ud800-\udfff]"
"""NUL, and unpaired surrogates."""

# The usual form of an address: a host name, then a path without `@`. It is checked without a parser, for large imports.
_PLAIN_ADDRESS = r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*/[!-?A-Z_a-z~]*"
_ADDRESS_REMEDY = "write http:// or https://, a host and a path"
_ADDRESS_STARTS = ("www.", "http:", "https:")

_SIZE = r"(?i)([0-9]{1,12}) ?(|k|m|g)b?"
_SIGNS = {"paragraph": " par. ", "sentence": " s. ", "grade": ", grade "}
"""The text before each part of a citation, except the document."""


def check_recorded_text(name: str, text: str) -> str:
    """Return the text unchanged; InputError if it is empty, longer than LONGEST_TEXT or not valid text.

    An exported entry may contain any such text. New text must also pass `check_text` or `check_line`.
    """
    if not text.strip():
        raise _empty_error(name)
    if len(text) > LONGEST_TEXT:
        raise InputError(f"{name}: the text has {len(text)} characters", f"write at most {LONGEST_TEXT} characters")
    if re.search(INVALID_CHARACTER, text):
        raise InputError(
            f"{name}: {quoted(text)} contains an invalid character (NUL or an unpaired surrogate)",
            "remove the character",
        )
    return text


def check_text(name: str, text: str) -> str:
    """Return a text of any number of lines unchanged; InputError if it is not valid or has no visible character."""
    if not is_visible(check_recorded_text(name, text)):
        raise _empty_error(name)
    return text


def _empty_error(name: str) -> InputError:
    return InputError(f"{name}: the text has no visible character", f"write the {name}, or leave it out")


def check_line(name: str, text: str) -> str:
    """Return a text of one line unchanged; InputError if `check_text` refuses it or it has a line break."""
    if found := re.search(LINE_BREAK, check_text(name, text)):
        raise InputError(f"{name}: the text has a line break (U+{ord(found[0]):04X})", "write it on one line")
    return text


TEXT_CHECKS: Mapping[Kind, Callable[[str, str], str]] = {Kind.LINE: check_line, Kind.TEXT: check_text}
"""The check of each kind of field that holds text."""


def check_on(on: VagueDate, today: date) -> VagueDate:
    """Return the date on which an entry was true unchanged; InputError if it may lie after `today`."""
    if on.latest is not None and on.latest <= today:
        return on
    raise InputError(
        f"on: {readable(str(on))} may be after today ({today}), but an entry must be dated today or earlier",
        f"write {on.earliest}/{today}, or the exact day"
        if on.earliest and on.earliest <= today
        else "write a day up to today; change a due date with spacedialog reschedule",
    )


def check_percent(value: object) -> int:
    """Return the percentage unchanged; InputError for anything but a whole number from 0 to 100."""
    if isinstance(value, int) and not isinstance(value, bool) and LOWEST_PERCENT <= value <= HIGHEST_PERCENT:
        return value
    raise InputError(
        f"percent: {quoted(str(value))} is not a percentage",
        f"write a whole number from {LOWEST_PERCENT} to {HIGHEST_PERCENT}",
    )


def is_complete_below_full(status: str | None, percent: int | None) -> bool:
    """Return whether the status is complete but the percentage is below 100."""
    return status == Status.COMPLETE and percent not in (None, HIGHEST_PERCENT)


def check_status(text: str, statuses: type[Status] | type[MilestoneStatus], thing: str) -> str:
    """Return the status of `thing` that the text names, ignoring case, spaces and underscores; InputError if none."""
    choices = [status.value for status in statuses]
    status = text.strip().casefold().replace("_", "-").replace(" ", "-")
    if status not in choices:
        from spacedialog.model.near_misses import MILESTONE_SYNONYMS, STATUS_SYNONYMS, suggestion

        synonyms: Mapping[str, str] = STATUS_SYNONYMS if statuses is Status else MILESTONE_SYNONYMS
        near = suggestion(status, choices, synonyms)
        raise InputError(
            f"status: {quoted(text)} is not a status of {thing}", f"{near}write one of {', '.join(choices)}"
        )
    return status


def match_choice(name: str, text: str, choices: Sequence[str]) -> str:
    """Return the choice that the text names, ignoring case; InputError with all choices if none matches."""
    for choice in choices:
        if choice.casefold() == text.strip().casefold():
            return choice
    from spacedialog.model.near_misses import SYNONYMS, suggestion

    near = suggestion(text, choices, SYNONYMS.get(name, {}))
    kind = name.lstrip("-")
    remedy = f"{near}write one of {', '.join(choices)}" if choices else f"the record has no {kind} yet"
    raise InputError(f"there is no {kind} {quoted(text)}", remedy)


def check_web_address(text: str) -> str:
    """Return the address unchanged; InputError unless it is http(s), has a host and contains no credentials."""
    if is_plain_address(text):
        return text
    try:
        parts = urlsplit(text)
        host, has_credentials = parts.hostname, parts.username is not None or parts.password is not None
    except ValueError:
        host, has_credentials = None, False
    if not host or parts.scheme not in ("http", "https") or not text.isprintable() or " " in text:
        raise InputError("this is not a web address", _ADDRESS_REMEDY)
    if has_credentials:
        raise InputError("this web address contains a user name or a password", "write it without them")
    return text


def is_plain_address(text: str) -> bool:
    """Return whether a text has the usual form of a web address; `check_web_address` accepts others too."""
    return re.fullmatch(_PLAIN_ADDRESS, text) is not None


def is_web_address(text: str) -> bool:
    """Return whether `check_web_address` accepts the text."""
    if not text[:8].casefold().startswith(("http://", "https://")):
        return False  # Most texts are not addresses, and the full check is slow.
    try:
        check_web_address(text)
    except InputError:
        return False
    return True


def evidence_pieces(evidence: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the pieces of evidence, unchecked: the lines of a text that are not empty, or the given texts.

    An empty text is one piece, which `check_evidence` refuses.
    """
    if isinstance(evidence, str):
        if evidence.isprintable():  # it is on one line
            return (evidence.strip() or evidence,)
        return tuple(filter(None, map(str.strip, evidence.splitlines()))) or (evidence,)
    return tuple(evidence or ())


def evidence_text(pieces: Iterable[str]) -> str:
    """Return pieces of evidence as the text that an entry has: one piece per line, and none twice."""
    return "\n".join(dict.fromkeys(map(str.strip, pieces)))


def check_evidence(pieces: Sequence[str]) -> str:
    """Return the `evidence_text` of the pieces; InputError unless each is a web address or a citation in words."""
    for number, piece in enumerate(pieces, 1):
        try:
            _check_piece(piece.strip())
        except InputError as error:
            place = "evidence" if len(pieces) == 1 else f"evidence {number} of {len(pieces)}"
            raise InputError(f"{place}: {error.problem.removeprefix('evidence: ')}", error.remedy) from error
    return check_recorded_text("evidence", evidence_text(pieces))


def _check_piece(text: str) -> None:
    """Raise InputError unless the text is a web address or a citation in words, which contains no web address."""
    if " " in text and "://" in text:
        raise InputError("the text contains a web address", "give the web address as a second piece of evidence")
    if "://" in text or text.casefold().startswith(_ADDRESS_STARTS):
        check_web_address(text)
        return
    check_line("evidence", text)
    if found := re.search(CONTROL, text):
        raise InputError(f"the text contains a control character (U+{ord(found[0]):04X})", "remove the character")
    if visible_characters(text) < SHORTEST_CITATION:
        raise InputError(
            f"the text has fewer than {SHORTEST_CITATION} visible characters",
            "write a web address, or a citation such as Cable SEOUL 1234 of 3 May 2026",
        )


def citation_text(source: Mapping[str, Any]) -> str:
    """Return a source in one line: document, paragraph, sentence, evidence grade."""
    text: str = source["document"]
    for part, sign in _SIGNS.items():
        if value := source.get(part):
            text += f"{sign}{value}"
    return text


def place_text(paragraph: str | None, sentence: int | None) -> str:
    """Return the place in a document as in `citation_text`, without the parts that are None: `par. 3 s. 2`."""
    return citation_text({"document": "", "paragraph": paragraph, "sentence": sentence}).lstrip()


def succession_text(succession: Mapping[str, str]) -> str:
    """Return the predecessor of a party in words, with the date of the succession."""
    return f"{succession['party']} from {readable(succession['from'])}"


_PART_TEXTS: Mapping[str, Callable[[Any], str]] = {"sources": citation_text, "succeeds": succession_text}
"""The text of one object of a field that is a list of objects."""


def recorded_text(field: str, value: Any) -> str:
    """Return the recorded value of a field in words; empty if it is not set."""
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        text = _PART_TEXTS.get(field, partial(recorded_text, ""))
        return ", ".join(map(text, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {recorded_text('', part)}" for name, part in value.items())
    kind = KINDS.get(field)
    if kind is Kind.REVIEW:
        return review_text(value)
    return readable(value) if kind is Kind.DATE else str(value)


def is_citation_of(document: str, citation: str) -> bool:
    """Return whether a citation, in the form of `citation_text`, cites the document with this key."""
    return citation == document or citation.startswith(tuple(document + sign for sign in _SIGNS.values()))


def source_list(document: str, paragraph: str | None) -> list[dict[str, str]]:
    """Return the sources of a commitment that has one document."""
    source = {"document": check_line("source", document)}
    return [{**source, "paragraph": check_line("paragraph", paragraph)} if paragraph else source]


def parse_size(text: str) -> int:
    """Parse a number of bytes such as `200MB`, `64 kB` or `2g`; InputError for any other text."""
    found = re.fullmatch(_SIZE, text.strip())
    size = int(found[1]) * 1000 ** " kmg".index(found[2].lower() or " ") if found else 0
    if not 0 < size < 2**62:
        raise InputError(f"{quoted(text)} is not a size", "write a number of bytes such as 500kB, 200MB, 2GB")
    return size
