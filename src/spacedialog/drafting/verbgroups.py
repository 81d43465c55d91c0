"""The verb group that begins at a token: `has not yet agreed`, `will be launched`, `remain committed to`."""

from __future__ import annotations

from spacedialog.drafting.grammar import is_adverb, is_determiner
from spacedialog.drafting.lexicon import words
from spacedialog.drafting.tokens import Tokens
from spacedialog.drafting.verbforms import base_of, lemma
from spacedialog.drafting.verbs import BE, DO, FINITE_BE, HAVE, Verb, modals, phrases

_NOT = frozenset("not never cannot neither".split())
_PERFECT = HAVE - {"having"}
_STAYING = frozenset("remain remains remained stand stands".split())
_ASIDE = 8
"""How many words may stand between the commas of `shall, in any event, maintain`."""


def verb_at(tokens: Tokens, at: int) -> Verb | None:
    """The verb group that begins here, if a finite one does."""
    group = _Group(tokens, at)
    if not group.opens() or not group.takes_have():
        return None
    if group.modal:
        group.skip_aside()
    elif group.stays():
        phrase, end = _phrase(tokens, group.at + 1, "be")
        return group.made("be", phrase, end, past=tokens.low(group.at) == "remained")
    has_be = group.takes_be()
    if group.at >= len(tokens):
        return None
    return group.after_be() if has_be else group.main_verb()


class _Group:
    """A verb group, as far as it has been read: where that is, and what its auxiliaries say."""

    def __init__(self, tokens: Tokens, at: int) -> None:
        self.at = at
        self.modal = ""
        self._tokens = tokens
        self._start = at
        self._negated = self._auxiliary = self._perfect = self._past = self._being = False

    def made(
        self, verb: str, phrase: str, end: int, *, past: bool, passive: bool = False, progressive: bool = False
    ) -> Verb:
        """The whole, with its main verb."""
        return Verb(self._start, end, verb, phrase, self.modal, self._negated, passive, progressive, past)

    def opens(self) -> bool:
        """Whether a finite verb begins here; takes its modal, or its `do not`."""
        low = self._tokens.low(self.at)
        if low in modals() or low == "cannot":
            return self._takes_modal(low)
        if low in DO:
            if self._tokens.low(self.at + 1) in _NOT:
                self._auxiliary = True
                self._step()
            return True
        if low in _PERFECT | FINITE_BE:
            return True
        is_conjunction = low == "provided" and self._tokens.low(self.at + 1) == "that"
        return lemma(self._tokens[self.at], "base", "s", "past") is not None and not is_conjunction

    def _takes_modal(self, low: str) -> bool:
        if low == "may" and self._tokens[self.at].text == "May" and self.at:
            return False
        self.modal, self._negated, self._auxiliary = ("can" if low == "cannot" else low), low == "cannot", True
        self._step()
        if self.modal == "ought" and self._tokens.low(self.at) == "to":
            self.at += 1
        return True

    def takes_have(self) -> bool:
        """Take the `have` of a perfect; False where it is no auxiliary but a verb of its own."""
        if self._tokens.low(self.at) not in _PERFECT:
            return True
        following = self._past_adverbs(self.at + 1)
        goes_on = following < len(self._tokens) and (
            self._tokens.low(following) == "been" or lemma(self._tokens[following], "participle") is not None
        )
        if goes_on:
            self._perfect = self._auxiliary = True
            self._step()
        return goes_on or bool(self.modal)

    def skip_aside(self) -> None:
        """Pass over what a modal may have between itself and its verb: `shall, in any event,`, `will (i)`."""
        tokens = self._tokens
        if self.at + 2 < len(tokens) and tokens[self.at].text == ",":
            closing = tokens.find(self.at + 1, self.at + _ASIDE, ",")
            if closing is not None and closing + 1 < len(tokens):
                self.at = closing + 1
        while self.at + 3 < len(tokens) and tokens[self.at].text == "(" and tokens[self.at + 2].text == ")":
            self.at += 3

    def stays(self) -> bool:
        """Whether it is `remains committed`, which says what `is committed` does."""
        return self._tokens.low(self.at) in _STAYING and self._tokens.low(self.at + 1) in words("verbs", "keen")

    def takes_be(self) -> bool:
        """Take a `be`, and the `being` after it; whether there was one."""
        low = self._tokens.low(self.at)
        if low not in BE:
            return False
        self._past |= low in ("was", "were") or self._perfect
        self._step()
        if self._tokens.low(self.at) == "being":
            self._being = True
            self._step()
        return True

    def after_be(self) -> Verb:
        """`is committed`, `is being built`, `is building`, or `is` by itself."""
        tokens, at = self._tokens, self.at
        token, of_follows = tokens[at], tokens.low(at + 1) == "of"
        phrase, end = _phrase(tokens, at, "be")
        if phrase != "be":
            return self.made("be", phrase, end, past=self._past)
        participle = lemma(token, "participle")
        if participle and not (of_follows and token.low in ("set", "cut", "put")):
            phrase, end = _phrase(tokens, at, participle)
            being = self._being
            return self.made(participle, phrase, end, past=self._past or not being, passive=True, progressive=being)
        doing = lemma(token, "ing")
        if not doing and self.modal and token.low.endswith("ed") and token.text.islower():
            verb = base_of(f"{token.low[:-2]}ing")  # a verb that the register does not know
            return self.made(verb, verb, at + 1, past=True, passive=True)
        if doing and not of_follows:
            phrase, end = _phrase(tokens, at, doing)
            return self.made(doing, phrase, end, past=self._past, progressive=True)
        return self.made("be", "be", at, past=self._past)

    def main_verb(self) -> Verb | None:
        """The verb that no `be` stands before: `launched`, `will launch`, `have launched`."""
        token = self._tokens[self.at]
        past = self._perfect
        if self._perfect:
            word = lemma(token, "participle")
        elif self._auxiliary:
            word = lemma(token, "base")
        else:
            word = lemma(token, "past")
            past = word is not None
            word = word or lemma(token, "base", "s")
        if word is not None:
            phrase, end = _phrase(self._tokens, self.at, word)
            return self.made(word, phrase, end, past=past)
        if self.modal and token.text.islower() and token.text.isalpha() and not is_determiner(token):
            return self.made(token.low, token.low, self.at + 1, past=False)  # a verb that the register does not know
        return None

    def _step(self) -> None:
        """Past the token here and the adverbs after it; a `not` among them is kept."""
        begin = self.at + 1
        self.at = self._past_adverbs(begin)
        self._negated |= self._tokens.has(begin, self.at, _NOT)

    def _past_adverbs(self, at: int) -> int:
        while at < len(self._tokens) and (
            is_adverb(self._tokens[at])
            or self._tokens[at].low in _NOT
            or (self.modal and self._tokens[at].low in ("each", "both", "all"))
        ):
            at += 1
        return at


def _phrase(tokens: Tokens, at: int, verb: str) -> tuple[str, int]:
    """The longest phrase that a verb begins, and where it ends; `at` is the verb, of `be` what follows."""
    begin = at if verb == "be" else at + 1
    best, end = verb, begin
    for phrase in phrases().get(verb, ()):
        stop = _matched(tokens, begin, phrase.split()[1:])
        if stop is not None and len(phrase) > len(best):
            best, end = phrase, stop
    return best, end


def _matched(tokens: Tokens, begin: int, rest: list[str]) -> int | None:
    """Where the rest of a phrase ends; adverbs may stand before it."""
    at = begin
    while rest and at < len(tokens) and tokens[at].low != rest[0] and is_adverb(tokens[at]):
        at += 1
    return at + len(rest) if rest and tokens.lows(at, at + len(rest)) == rest else None
