"""The undertakings of one clause: the actions that its verb governs, each with its strength."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from spacedialog.drafting.clauses import Clause
from spacedialog.drafting.lexicon import LADDER, Form, governing, strengths, verb_of, weaker, words
from spacedialog.drafting.lists import members
from spacedialog.drafting.tokens import PREPOSITIONS, Word, is_adverb, low_at, may_be_verb, skipped
from spacedialog.model.vocabulary import Strength


class Undertaking(NamedTuple):
    """An action that a party undertakes; places are in characters of the text.

    The subject is from `subject` to `subject_end` (equal if there is none), the words that govern the action from
    `begin` to `governed`, and the action from `start` to `end`. `verb` is the base form of its verb, which is from
    `head` to `head_end`; it is empty if the action begins with a noun, or is a clause with its subject. The actions
    before it in the same list are left out, from `gap` to `gap_end`. `opening` is a condition before the
    subject.
    """

    subject: int
    subject_end: int
    begin: int
    governed: int
    start: int
    end: int
    head: int
    head_end: int
    verb: str
    strength: Strength
    why: str
    confidence: float
    is_negated: bool = False
    gap: int = 0
    gap_end: int = 0
    opening: str = ""


_LINKS = ("to", "on", "in", "for", "at", "of", "toward", "towards", "upon", "each", "other", ":")
_PLACES = ("in", "within", "over", "by")
_AGENT = re.compile(
    r"\bby (?!\d|the end\b|early\b|late\b|mid|\w+ing\b)([^,;]+?)(?= (?:in|on|at|to|for|of|from) |[,;.]|$)"
)


def action_of(text: str, one: Undertaking) -> str:
    """Return the words of an action, without those that are left out."""
    return text[one.start : one.gap] + text[one.gap_end : one.end] if one.gap else text[one.start : one.end]


def modal_strength(clause: Clause, announced: Strength | None) -> Strength | None:
    """Return the strength of a modal verb, None if there is none; after `agreed that`, `would` counts as `will`."""
    if not clause.modal:
        return Strength.FIRM if clause.tense == "planned" else None
    if clause.modal in ("would", "could") and announced is Strength.FIRM:
        return Strength.FIRM
    level = strengths("ladder", "modals")[clause.modal]
    return weaker(level, announced) if announced else level


class Reading:
    """The reading of one clause of a sentence."""

    def __init__(self, said: list[Word], text: str, clause: Clause, is_party: Callable[[str], bool]) -> None:
        self.said, self.text, self.clause, self.is_party = said, text, clause, is_party

    def is_denied(self) -> bool:
        """Return whether words beside the verb deny its promise: `nearly agreed`, `neither side agreed`."""
        clause = self.clause
        around = {word.low for word in self.said[clause.subject_end : clause.head + 1]}
        subject = {word.low for word in self.said[clause.subject : clause.subject_end]}
        is_none = clause.tense not in ("modal", "planned") and not subject.isdisjoint(words("ladder", "negations"))
        return is_none or not around.isdisjoint(words("ladder", "denying"))

    def undertakings(self, announced: Strength | None) -> Iterator[Undertaking]:
        """Yield the undertakings of the clause; `announced` is the strength of the verb that introduces it, if any."""
        clause, modal = self.clause, modal_strength(self.clause, announced)
        is_action = not clause.is_passive and not clause.verb.startswith("be ")
        if clause.is_passive:
            expected = governing().get(clause.verb) if clause.verb.startswith("be ") else None
            subject = self.said[clause.subject : clause.begin]
            agent = _AGENT.search(self.text, self.said[clause.head].end, self.said[clause.end - 1].end)
            is_negated = clause.is_negated or not words("ladder", "negations").isdisjoint(w.low for w in subject)
            is_act = self.is_party(self.text[subject[0].start : subject[-1].end])
            is_act = is_act or (agent is not None and not self.is_party(agent[1]))
            if (modal or expected or clause.verb in words("ladder", "passive")) and not (is_act or is_negated):
                level = expected or modal or Strength.DELIVERED
                yield self.made(clause.subject, clause.end, "", level, "passive", 0.5)
        elif is_action and clause.tense == "progressive":
            if not clause.is_negated:
                yield from self.listed(clause.head, "ing", Strength.EXPLORATORY, "in progress")
        elif is_action and modal:
            if "only" in (self._low(clause.head - 1), self._low(clause.head)) and clause.is_negated:
                yield self.made(clause.subject, clause.end, "", modal, "'not only'", 0.5)
            elif clause.is_negated or clause.verb not in words("ladder", "mere"):
                yield from self.listed(clause.head, "base", modal, f"'{clause.modal or 'are to'}'")
        elif clause.is_negated:
            return  # `have not agreed` promises nothing
        elif known := self.phrase():
            phrase, after = known
            if self._low(clause.head) == "had" or (clause.tense == "past" and governing()[phrase] is Strength.INTENDED):
                return  # `had plans to`, `they planned to`
            level = min([governing()[phrase], *(one for one in (modal, announced) if one)], key=LADDER.index)
            is_past_news = phrase == "announce" and clause.tense == "past"
            yield from self._governed(phrase, after, Strength.DELIVERED if is_past_news else level)
        elif clause.verb in words("ladder", "noting"):
            yield from self._noted(clause.head, clause.end, clause.verb)
        elif clause.tense == "past" and clause.verb not in words("ladder", "not_delivered"):
            if self._low(clause.head + 1) in ("that", "whether", "how", "part", "no", "as"):
                return  # `concluded that`, `took part`, `made no commitment`
            form: Form = "participle" if self.is_verb(clause.head, "participle") else "past"
            yield from self.listed(clause.head, form, Strength.DELIVERED, f"'{self._low(clause.head)}'")

    def phrase(self) -> tuple[str, int] | None:
        """Return the governing phrase of the clause and the number of the word after it; None if there is none."""
        clause = self.clause
        if clause.verb.startswith("be "):
            return clause.verb, clause.head + len(clause.verb.split()) - 1
        for length in (3, 2, 1):
            rest = [word.low for word in self.said[clause.head + 1 : clause.head + length]]
            phrase = " ".join([clause.verb, *rest])
            if phrase in governing():
                return phrase, clause.head + length
        return None

    def is_verb(self, at: int, form: Form) -> bool:
        """Return whether a word can be a verb in a form."""
        low = self._low(at)
        is_noun = form == "ing" and low in words("verbs", "ing_nouns")
        return verb_of(low, form) is not None and not (is_noun and self._low(at + 1) not in words("verbs", "articles"))

    def _low(self, at: int) -> str:
        return low_at(self.said, at)

    # Actions that a verb governs

    def _governed(self, phrase: str, after: int, level: Strength) -> Iterator[Undertaking]:
        """Yield the actions that a governing phrase governs.

        It is followed by `to do`, `to doing`, a noun with a strength (`their intention to`), or a thing.
        """
        clause, why, verb = self.clause, f"'{phrase}'", phrase.split()[0]
        named = phrase if verb == "be" else verb
        is_open, is_kept = phrase not in words("ladder", "needs_frame"), phrase in words("ladder", "kept")
        at = skipped(self.said, after)
        place = at
        while place < clause.end and (self._low(place) in (*_LINKS, "not", "never") or is_adverb(self._low(place))):
            place += 1
        if self._low(at) in _PLACES and place < clause.end and not self.is_verb(place, "ing"):
            # `commit in the near term to`
            place = next((n + 1 for n in range(at, min(at + 5, clause.end)) if self._low(n) == "to"), place)
            place = skipped(self.said, place + (self._low(place) == ":"))
        passed = [word.low for word in self.said[at:place]]
        is_negated = bool({"not", "never"} & set(passed))
        if self._low(at) in ("against", "that", "whether", "it", "there", "how") or (is_negated and verb == "decide"):
            return  # refused
        if is_open and place < clause.end:
            forms: tuple[Form, ...] = ("base", "ing") if "to" in passed else ("ing",)
            for form in forms:
                if self.is_verb(place, form):
                    inner = clause._replace(is_negated=is_negated)
                    reading = Reading(self.said, self.text, inner, self.is_party)
                    yield from reading.listed(place, form, level, why, named if is_kept else "")
                    return
        if is_negated or phrase in words("ladder", "needs_infinitive"):
            return
        framed = None if is_kept else self._frame(after, clause.end)
        if framed is None:
            start = [word.low for word in self.said[after : min(after + 5, clause.end)]]
            if is_open and words("ladder", "dropped").isdisjoint(start):  # not `the importance of`
                yield self.made(clause.head, clause.end, named, level, why, 0.7)
            return
        noun, place, form_of_rest, owner = framed
        why = f"{why}, '{self._low(noun)}'"
        level = weaker(level, strengths("ladder", "nouns")[self._low(noun)])
        if form_of_rest:
            yield from self._of(owner).listed(place, form_of_rest, level, why)
        elif self._low(noun) != "support" and (level is not Strength.EXPLORATORY or not is_open):
            yield self.made(clause.head, clause.end, named, level, why, 0.7)

    def _of(self, owner: tuple[int, int] | None) -> Reading:
        """Return the same reading with another subject: `Japan's plan to`."""
        clause = self.clause._replace(subject=owner[0], subject_end=owner[1]) if owner else self.clause
        return Reading(self.said, self.text, clause, self.is_party)

    def _frame(self, after: int, end: int) -> tuple[int, int, Form | None, tuple[int, int] | None] | None:
        """Return a noun with a strength, the place and form of the verb after it, and the owner of the noun.

        `their intention to negotiate` is intended, and its verb is `negotiate`.
        """
        owner = None
        for at in range(after, min(after + 8, end)):
            low = self._low(at)
            if low.endswith("'s") or low in ("'", "\u2019"):
                owner = (after, at if low in ("'", "\u2019") else at + 1)
                name = re.sub(r"['\u2019]s?$", "", self.text[self.said[after].start : self.said[at].end])
                if not self.is_party(name.strip()):
                    return None
            elif low in strengths("ladder", "nouns"):
                link, start = self._low(at + 1), skipped(self.said, at + 2)
                is_plan = strengths("ladder", "nouns")[low] is Strength.INTENDED
                is_known = self.is_verb(start, "base") or (is_plan and start < end and may_be_verb(self.said[start]))
                if link == "to" and start < end and is_known and not self.is_verb(start, "ing"):
                    return at, start, "base", owner
                if link in ("to", "of", "in", "for", "on") and start < end and self.is_verb(start, "ing"):
                    return at, start, "ing", owner
                return at, at, None, owner
            elif low not in words("ladder", "frame_words") and not any(
                word.low.endswith("'s") or word.low in ("'", "\u2019") for word in self.said[at + 1 : after + 6]
            ):
                return None
        return None

    def _noted(self, head: int, end: int, verb: str) -> Iterator[Undertaking]:
        """Yield the action that a verb such as `welcome` notes: completed, in progress, or planned."""
        framed = self._frame(head + 1, end)
        if framed is not None and framed[2] is not None:
            noun, start, _, owner = framed
            level = weaker(strengths("ladder", "nouns")[self._low(noun)], Strength.INTENDED)
            yield from self._of(owner).listed(start, framed[2], level, f"'{verb}', '{self._low(noun)}'")
            return
        for at in range(head + 1, min(head + 7, end)):
            low = self._low(at)
            phrase = self.text[self.said[head + 1].start : self.said[at].end]
            is_others = low.endswith("'s") and not self.is_party(phrase[:-2])
            if low in words("ladder", "dropped") | words("ladder", "unreal") or is_others:
                return
            for kind, level in (("completed", Strength.DELIVERED), ("in_progress", Strength.EXPLORATORY)):
                if low in words("ladder", kind):
                    yield self.made(head, end, verb, level, f"'{verb}', '{low}'", 0.7)
                    return
            if low in PREPOSITIONS or low in (",", "to", "that"):
                return

    def listed(self, at: int, form: Form, level: Strength, why: str, lead: str = "") -> Iterator[Undertaking]:
        """Yield the actions of a list that begins with the verb at `at`; each verb has the same form.

        `lead` is the verb of the clause, if titles must keep it: `consider building`.
        """
        verb = verb_of(self._low(at), form)
        is_colon = self._low(at + 2) == ":" and verb in words("ladder", "leading")  # `seek to:`
        governed = self.made(at, at + 1, verb or "", level, why, 0).start
        for start, end in [(at, self.clause.end)] if is_colon else self._members(at, self.clause.end, form):
            verb = verb_of(self._low(start), form) or self._low(start)
            if verb in words("ladder", "noting") and level is not Strength.FIRM:
                yield from self._noted(start, end, verb)
                continue
            is_exploring = level is not Strength.DELIVERED and self._explores(start, verb)
            own = Strength.EXPLORATORY if is_exploring else level
            actions = self._inner(start, end, verb) or [(start, end)]
            first = actions[0][0]
            for member, member_end in actions:
                action = self.made(start, member_end, verb, own, why, 0.8)._replace(governed=governed)
                gap, begin = first, member
                if lead:
                    action = self.made(self.clause.head, member_end, lead, own, why, 0.8)._replace(is_negated=False)
                    gap, begin = at, start if member == first else member
                if begin != gap:
                    while is_adverb(self._low(begin - 1)):
                        begin -= 1
                    action = action._replace(gap=self.said[gap].start, gap_end=self.said[begin].start)
                yield action

    def _members(self, at: int, end: int, form: Form) -> list[tuple[int, int]]:
        """Return the actions of a list, or the whole list after a negation or a modal verb that titles keep."""
        is_whole = self.clause.is_negated or self.clause.modal not in ("", "will", "shall", "must")
        return [(at, end)] if is_whole else members(self.said, self.text, at, end, form)

    def _inner(self, at: int, end: int, verb: str) -> list[tuple[int, int]]:
        """Return the list of actions after `work together to`, or after `to` if there are at least three."""
        for place in range(at + 1, end - 1):
            low = self._low(place)
            start = skipped(self.said, place + 1 + (self._low(place + 1) == ":"))
            if low == "to" and start < end and self.is_verb(start, "base"):
                split = self._members(start, end, "base")
                return split if len(split) > 2 or (verb in words("ladder", "leading") and place < at + 6) else []
            if low in (",", ";", "which", "that"):
                break
        return []

    def _explores(self, at: int, verb: str) -> bool:
        """Return whether an action only explores: `explore`, `continue to discuss`."""
        place = skipped(self.said, at + 1)
        place += self._low(place) == "to"
        if verb in ("continue", "hold", "begin", "start") and self._low(place) in words("ladder", "talks"):
            return True
        inner = {verb_of(self._low(place), "base"), verb_of(self._low(place), "ing")}
        exploring = words("ladder", "exploring")
        return verb in exploring or (verb in ("continue", "work", "begin", "start") and not exploring.isdisjoint(inner))

    def made(self, at: int, end: int, verb: str, level: Strength, why: str, confidence: float) -> Undertaking:
        """Return the undertaking whose verb is the word at `at`; an adverb before it belongs to the action."""
        said, clause, start = self.said, self.clause, at
        has_subject = clause.subject_end > clause.subject
        first = clause.subject_end if has_subject else clause.begin
        while verb and start > first and said[start - 1].low.endswith("ly") and is_adverb(said[start - 1].low):
            start -= 1
        subject = said[clause.subject].start if has_subject else said[at].start
        begin = clause.begin - (clause.begin > first and is_adverb(said[clause.begin - 1].low))
        return Undertaking(
            subject,
            said[clause.subject_end - 1].end if has_subject else subject,
            min(said[begin].start, said[start].start),
            said[start].start,
            said[start].start,
            said[end - 1].end,
            said[at].start,
            said[at].end,
            verb,
            level,
            why,
            confidence,
            clause.is_negated and verb != "",
        )
