"""The sentences of a document that commitments cite, in the record or in a data file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from spacedialog.errors import InputError, NotFoundError
from spacedialog.importing import parse
from spacedialog.model.values import match_choice
from spacedialog.model.vocabulary import Decision
from spacedialog.statements.prose import fingerprint
from spacedialog.store.read.selection import Selection
from spacedialog.store.read.snapshot import Snapshot


class Cited(NamedTuple):
    """A sentence that a commitment cites, with its place and its hash if they are known.

    `words` is its wording as far as known: the whole sentence (`is_whole`), or the title made from it.
    `quote` is the quote of the commitment, if it comes from this source.
    """

    ref: str
    title: str
    document: str
    paragraph: str | None
    sentence: int | None
    hash: str | None
    words: str
    is_whole: bool = False
    quote: str | None = None


def of_record(view: Snapshot, dialogue: str, document: str | None = None) -> list[Cited]:
    """Return the sentences of a document that a recorded dialogue cites; NotFoundError if there is no such dialogue.

    By default, it is the only document with hashes, or else with quotes, or else the only one. InputError if several.
    """
    of = view.dialogue(dialogue)
    if of is None:
        known = ", ".join(view.values("dialogue")) or "none yet"
        raise NotFoundError(
            f"there is no dialogue '{dialogue}' in the record", f"give one of these, or a data file: {known}"
        )
    details = view.report(Selection(dialogue=[of["key"]]).filter(view)).commitments
    return _of_document(
        (
            one
            for detail in details
            for one in _with_quote(
                [_cited(detail.commitment.ref, detail.commitment.title, source) for source in detail.sources],
                detail.quote,
            )
        ),
        document,
    )


def of_file(stream: BinaryIO, name: str, document: str | None = None) -> list[Cited]:
    """Return the sentences that the data file `name` cites, without those of dropped candidates.

    InputError or ProblemsError if it is not a valid data file.
    """
    contents = parse.read(stream, name)
    if not isinstance(contents, parse.Contents):
        raise InputError(f"{name}: this is an exported log", "give the key of a dialogue, or a data file")
    cited = list(_in_file(contents))
    contents.problems.refuse()
    return _of_document(cited, document)


def _in_file(contents: parse.Contents) -> Iterator[Cited]:
    for entry in contents.commitments():
        if entry.decision is Decision.DROPPED:
            continue
        commitment = entry.commitment
        sentence = (commitment.get("draft") or {}).get("sentence")
        cited = [_cited(commitment["ref"], commitment["title"], source) for source in commitment["sources"]]
        if sentence:
            # The first source is the candidate's own sentence. A merge adds sources of other sentences.
            cited[0] = cited[0]._replace(words=sentence, is_whole=True)
        yield from _with_quote(cited, commitment.get("quote"))


def _cited(ref: str, title: str, source: Mapping[str, Any]) -> Cited:
    return Cited(
        ref, title, source["document"], source.get("paragraph"), source.get("sentence"), source.get("hash"), title
    )


def _with_quote(cited: list[Cited], quote: str | None) -> list[Cited]:
    """Return the sources of a commitment, with its quote at the source that has its hash, or else at the first."""
    if not quote or not cited:
        return cited
    hash_ = fingerprint(quote)
    place = next((number for number, one in enumerate(cited) if one.hash == hash_), 0)
    quoted = cited[place]._replace(words=quote, is_whole=True, quote=quote)
    return [*cited[:place], quoted, *cited[place + 1 :]]


def _of_document(cited: Iterable[Cited], document: str | None) -> list[Cited]:
    found = list(cited)
    there = list(dict.fromkeys(one.document for one in found))
    if document is not None:
        key = match_choice("--document", document, there)
    else:
        hashed = dict.fromkeys(one.document for one in found if one.hash)
        quoted = dict.fromkeys(one.document for one in found if one.quote)
        pinned = list(hashed or quoted) or there
        if len(pinned) > 1:
            raise InputError(f"several documents are cited: {', '.join(pinned)}", f"choose one: --document {pinned[0]}")
        key = pinned[0] if pinned else ""
    return [one for one in found if one.document == key]
