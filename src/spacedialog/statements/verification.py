"""The comparison of sources with a copy of their document: the same, moved, changed or missing. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby

from spacedialog.model.rows.drafting import VerifiedRow
from spacedialog.model.vocabulary import SourceVerdict
from spacedialog.statements.citations import Cited
from spacedialog.statements.prose import Sentence, comparable, fingerprint
from spacedialog.statements.wording import changed_words

NEAR = 0.5
"""The similarity from which a sentence counts as a changed form of another."""

_STEM = 5
_LONGEST_FILLER = 3


def verify(cited: Sequence[Cited], sentences: Sequence[Sentence]) -> list[VerifiedRow]:
    """Return the verdict on each source, in the order given."""
    pinned = {one.hash or (one.quote and fingerprint(one.quote)) for one in cited}
    copy = _Copy(sentences, {hash_ for hash_ in pinned if hash_})
    return [copy.row(one) for one in cited]


class _Copy:
    """The sentences of a copy, by their hashes, and those that no source cites word for word."""

    def __init__(self, sentences: Sequence[Sentence], pinned: set[str]) -> None:
        self._sentences = sentences
        self._by_hash: dict[str, list[Sentence]] = {}
        for sentence in sentences:
            self._by_hash.setdefault(fingerprint(sentence.text), []).append(sentence)
        # A sentence that another source cites unchanged is not a changed form of this one.
        self._free = [one for hash_, same in self._by_hash.items() if hash_ not in pinned for one in same]
        self._paragraphs = [list(same) for _, same in groupby(sentences, lambda one: one.paragraph)]

    def row(self, cited: Cited) -> VerifiedRow:
        """Return the row of a source, with the words in which its quote differs from the copy."""
        if cited.quote is None:
            return _row(cited, *self._verdict(cited))
        quoted = self._quoted(cited)
        verdict, found, similarity = self._verdict(cited) if cited.hash else self._verdict_of_quote(cited, quoted)
        if quoted:
            return _row(cited, verdict, found, similarity)
        if not found:
            found, similarity = self._nearest(cited, self._free or self._sentences)
        changes = None if verdict is SourceVerdict.MISSING or not found else changed_words(cited.quote, found.text)
        return _row(cited, verdict, found, similarity)._replace(changes=changes)

    def _quoted(self, cited: Cited) -> list[Sentence]:
        """Return the sentences that contain a quote, or the first sentences of the paragraphs that do."""
        quote = comparable(cited.quote or "")
        holding = [one for one in self._sentences if quote in comparable(one.text)]
        if holding:
            return holding
        return [
            next((one for one in paragraph if comparable(one.text) in quote), paragraph[0])
            for paragraph in self._paragraphs
            if quote in comparable(" ".join(one.text for one in paragraph))
        ]

    def _verdict_of_quote(
        self, cited: Cited, quoted: Sequence[Sentence]
    ) -> tuple[SourceVerdict, Sentence | None, float | None]:
        """Return the verdict on a source with a quote and no hash, the sentence found, and its similarity."""
        here = [one for one in quoted if cited.paragraph is None or _is_at(cited, one)]
        if quoted:
            return (SourceVerdict.SAME, here[0], 1.0) if here else (SourceVerdict.MOVED, quoted[0], 1.0)
        return self._changed(cited)

    def _verdict(self, cited: Cited) -> tuple[SourceVerdict, Sentence | None, float | None]:
        """Return the verdict on a source, the sentence found, and its similarity from 0 to 1."""
        if not cited.hash:
            found, similarity = self._nearest(cited, [one for one in self._sentences if _is_at(cited, one)])
            return SourceVerdict.UNPINNED, found, similarity
        same = self._by_hash.get(cited.hash, [])
        here = [one for one in same if _is_at(cited, one)]
        if here:
            return SourceVerdict.SAME, here[0], 1.0
        if same:
            return SourceVerdict.MOVED, same[0], 1.0
        return self._changed(cited)

    def _changed(self, cited: Cited) -> tuple[SourceVerdict, Sentence | None, float | None]:
        """Return the verdict on a source whose sentence is not in the copy, the nearest one, and its similarity."""
        found, similarity = self._nearest(cited, self._free)
        if similarity is not None and similarity >= NEAR:
            return SourceVerdict.CHANGED, found, similarity
        found, similarity = self._nearest(cited, [one for one in self._free if _is_at(cited, one)])
        return (SourceVerdict.CHANGED if found else SourceVerdict.MISSING), found, similarity

    def _nearest(self, cited: Cited, among: Iterable[Sentence]) -> tuple[Sentence | None, float | None]:
        near = _likeness(cited.words) if cited.is_whole else _share(cited.words)
        nearest, most = None, None
        for one in among:
            similarity = round(near(one.text), 2)
            if most is None or similarity > most:
                nearest, most = one, similarity
        return nearest, most


def _is_at(cited: Cited, sentence: Sentence) -> bool:
    """Return whether a sentence is at the place that the source names; False if it names none."""
    if cited.paragraph is None:
        return False
    return cited.paragraph == sentence.paragraph and cited.sentence in (None, sentence.number)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"\w+", text)]


def _likeness(sentence: str) -> Callable[[str], float]:
    """Return a function for the similarity to a sentence: the share of equal words in the same order, from 0 to 1."""
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(_words(sentence))

    def near(text: str) -> float:
        matcher.set_seq1(_words(text))
        return matcher.ratio()

    return near


def _share(title: str) -> Callable[[str], float]:
    """Return a function for the share of a title's words that a sentence contains, from 0 to 1.

    "share" and "sharing" are equal; words of up to three letters count only if there are no others.
    """

    wanted = _stems(title)
    return lambda text: (wanted & _stems(text)).total() / max(wanted.total(), 1)


@lru_cache(maxsize=4096)
def _stems(text: str) -> Counter[str]:
    words = _words(text)
    return Counter(word[:_STEM] for word in [one for one in words if len(one) > _LONGEST_FILLER] or words)


def _row(cited: Cited, verdict: SourceVerdict, found: Sentence | None, similarity: float | None) -> VerifiedRow:
    return VerifiedRow(
        cited.ref,
        cited.title,
        verdict.value,
        cited.document,
        cited.paragraph,
        cited.sentence,
        found.paragraph if found else None,
        found.number if found else None,
        similarity,
        found.text if found else None,
        cited.quote,
    )
