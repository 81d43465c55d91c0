"""A clause that is being read, and the undertakings that are made of parts of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from spacedialog.drafting.clauses import Clause
from spacedialog.drafting.nounphrases import stripped
from spacedialog.drafting.tokens import Span, Tokens
from spacedialog.model.vocabulary import Strength


class Undertaking(NamedTuple):
    """One thing undertaken, as spans of the sentence's tokens.

    `verb` is what is to be done, in its base form (empty where a noun says it), `lead` the words that it shares with
    others of a list, `whole` all that is said of it, its actor and date too; `why` tells which rule found it, and
    `sure` (0 to 1) how far that rule is to be trusted.
    """

    verb: str
    lead: Span
    thing: Span
    subject: Span
    whole: Span
    strength: Strength
    why: str
    sure: float
    group: int = -1
    """The same for things that one verb acts upon: what stands after the last of them is of all."""


class Basis(NamedTuple):
    """On what an undertaking is found: how binding the wording is, by which rule, and how far to trust that."""

    strength: Strength
    why: str
    sure: float


class Reading(NamedTuple):
    """A clause of a sentence, without what hangs on its complement; `tail` is where that begins.

    `is_only` where the sentence has no other. `inner` reads a sentence within it; it is handed down, so that modules
    know no circle.
    """

    tokens: Tokens
    clause: Clause
    tail: int
    is_only: bool
    inner: Callable[[Tokens], list[Undertaking]]

    def one(
        self, verb: str, thing: Span, basis: Basis, lead: Span = (0, 0), subject: Span | None = None
    ) -> Undertaking:
        """An undertaking of a part of the clause; its subject is the clause's, if no other is given."""
        clause = self.clause
        span = stripped(self.tokens, thing)
        return Undertaking(
            verb,
            lead,
            span,
            subject or clause.subject,
            self._whole(thing, span),
            basis.strength,
            basis.why,
            round(basis.sure, 2),
        )

    def _whole(self, thing: Span, span: Span) -> Span:
        """All that is said of a thing: of a passive the whole clause, of the last thing what hangs on too."""
        clause = self.clause
        begin, end = span
        last = clause.complement[1]
        if clause.verb.passive or thing == clause.subject:
            return min(clause.subject[0], clause.verb.start), last
        if end == last:
            return begin, max(self.tail, end)  # `every two years, beginning in 2027`
        return min(begin, end), max(begin, end)
