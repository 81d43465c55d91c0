"""Refs: find the target of a ref, a short form or the key of a dialogue; refs that are taken, and the next free ref."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from spacedialog.errors import InputError, NotFoundError, ProblemsError
from spacedialog.model.dates import quoted
from spacedialog.model.entry import CREATE
from spacedialog.model.target import Target
from spacedialog.model.vocabulary import LONGEST_NAME, NAME_PATTERN
from spacedialog.store.log import entries_of
from spacedialog.store.read.commitment_sql import VALID, Parameters, day_parameters, in_dialogues, replace_surrogates

INTERNAL_SERIES = "INT"
"""The word in the refs of internal commitments and milestones: ROK4-INT-01, ROK4-31.INT1."""

# If two commitments were given the same ref, the later one is shown with a letter.
_SHORT_REF = r"(?:(.*?)-?)0*([0-9]{1,9})([a-z]*)(?:\.((?:int)?[0-9]+[a-z]*))?"


_FEW = 1000
"""Up to this number, the refs are all read at once, because looking up each one takes longer."""


class EarlierRefs:
    """The refs given before an action, each with the things that have or had it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._owners: dict[str, list[Owner]] | None = None
        (last,) = connection.execute("SELECT max(rowid) FROM given").fetchone()
        if (last or 0) <= _FEW:
            self._owners = {}
            for key, *owner in connection.execute("SELECT DISTINCT ref_key, item, milestone FROM given"):
                self._owners.setdefault(key, []).append((owner[0], owner[1]))

    def taken(self, wanted: Iterable[Target]) -> list[str]:
        """Return the wanted refs that another target has or ever had, because a ref is never reused."""
        return [
            target.ref for target in wanted if any(owner != target[1:] for owner in self._of(target.ref.casefold()))
        ]

    def _of(self, key: str) -> Sequence[Owner]:
        return _owners(self._connection, key) if self._owners is None else self._owners.get(key, ())


Owner = tuple[str, str | None]
"""The item and the milestone (or None) of a target."""


def _owners(connection: sqlite3.Connection, key: str) -> list[Owner]:
    """Return every target that was ever given the ref."""
    return connection.execute("SELECT DISTINCT item, milestone FROM given WHERE ref_key = ?", (key,)).fetchall()


class Refs:
    """The refs of a record, as a user writes them on the day `day`.

    A number alone names a commitment of the newest of the `dialogues` (keys; empty for all).
    """

    def __init__(self, connection: sqlite3.Connection, day: date, dialogues: Sequence[str] = ()) -> None:
        self._connection = connection
        self._day = day
        self._dialogues = dialogues

    def resolve(self, text: str) -> Target:
        """Return the target of a ref, given in full or in a short form, ignoring case.

        Short forms of `ROK4-07` are `rok4-7`, `4-07`, `07` and `7`; its first milestone is also `7.1`. A number alone
        is of the newest dialogue on the day. If that has no such number, it may be of any dialogue. With `dialogues`,
        it is of these only. NotFoundError if there is no such ref, InputError if it is ambiguous or the key of a
        dialogue.
        """
        key = replace_surrogates(text.strip().casefold())
        matches = self._named(key) or self._short(key)
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise self._ambiguous(text, matches)
        if dialogue := self.dialogue(key):
            raise InputError(
                f"{dialogue.ref} is a dialogue, not a commitment or a milestone",
                f"write the ref of one of its commitments; list them with spacedialog list --dialogue {dialogue.ref}",
            )
        where = f" in {' or '.join(self._dialogues)}" if self._dialogues and key.isdecimal() else ""
        raise NotFoundError(
            f"there is no ref {quoted(text)}{where}", self._near(replace_surrogates(text[:LONGEST_NAME]))
        )

    def find(self, text: str) -> Target:
        """Return the dialogue that has this key, or that alone has a key with this end; else the target of a ref.

        A number alone is the ref of a commitment. Raises the errors of `resolve`, and NotFoundError for a dialogue that
        is not in the record on the day.
        """
        key = replace_surrogates(text.strip().casefold())
        dialogue = self.dialogue(key)
        if dialogue is None and not key.isdecimal() and not self._named(key) and not self._short(key):
            keys = [known for (known,) in self._rows(f"SELECT d.key FROM dialogue AS d WHERE {VALID.format('d')}")]
            dialogue = self.dialogue(found.casefold()) if (found := self.dialogue_key(key, keys)) else None
        if dialogue is None:
            return self.resolve(text)
        if not self._rows(
            f"SELECT 1 FROM dialogue AS d WHERE d.item = :item AND {VALID.format('d')}", {"item": dialogue.item}
        ):
            raise NotFoundError(
                f"{dialogue.ref} is not in the record as of {self._day}", "omit --as-of, or choose a later day"
            )
        return dialogue

    def dialogue(self, key: str) -> Target | None:
        """Return the dialogue that has, or ever had, this key, ignoring case; None if there is none."""
        row = self._connection.execute(
            "SELECT key, item FROM dialogue WHERE key = ? COLLATE NOCASE ORDER BY valid_from DESC LIMIT 1",
            (replace_surrogates(key),),
        ).fetchone()
        return Target(row[0], row[1], None) if row else None

    def dialogue_of(self, item: str) -> Target | None:
        """Return the dialogue with this item; None for other items."""
        row = self._connection.execute(
            "SELECT key FROM dialogue WHERE item = ? ORDER BY valid_from DESC LIMIT 1", (item,)
        ).fetchone()
        return Target(row[0], item, None) if row else None

    def is_dialogue(self, target: Target) -> bool:
        """Return whether the target is a dialogue."""
        return target.milestone is None and self.dialogue_of(target.item) is not None

    def dialogue_key(self, text: str, keys: Sequence[str]) -> str | None:
        """Return the one of the keys that the text names, in full or by its end, ignoring case; None if none does.

        `4` and `k4` name `ROK4`, but not `ROK14`. InputError, with their titles, if it names several.
        """
        typed = text.strip().casefold()
        named = [key for key in keys if key.casefold() == typed]
        named = named or [key for key in keys if typed and _ends_with(key.casefold(), typed)]
        if len(named) <= 1:
            return named[0] if named else None
        titles = self._rows("SELECT key, max(held), fields ->> 'title' FROM dialogue GROUP BY key")
        candidates = [f"{key}: {title or ''}" for key, _, title in titles if key in named]
        raise ProblemsError(f"{quoted(text)} is ambiguous", sorted(candidates), "write the full key of the dialogue")

    def _short(self, key: str) -> list[Target]:
        """Return the targets that a short form, in lower case, may mean."""
        short = re.fullmatch(_SHORT_REF, key) if len(key) <= LONGEST_NAME else None
        if short is None:
            return []
        prefix, number, letter, part = short.groups()
        suffix = f".{part}" if part else ""
        parameters: Parameters = {"number": int(number)}
        narrowed = in_dialogues("dialogue", () if prefix else self._dialogues, parameters)
        found: dict[Target, str] = {}
        exact: list[Target] = []
        for ref, dialogue in self._rows(
            f"SELECT DISTINCT ref, dialogue FROM commitment WHERE number = :number AND {narrowed}", parameters
        ):
            is_internal = _prefix(ref).endswith(f"-{INTERNAL_SERIES.casefold()}")
            # A number alone is that of a public commitment.
            if _ends_with(_prefix(ref), prefix or "") and _letter(ref) == letter and (prefix or not is_internal):
                # An earlier ref resolves to the present ref of its commitment.
                named = self._named(f"{ref.casefold()}{suffix}")
                found |= dict.fromkeys(named, dialogue)
                exact += named if _prefix(ref) == prefix else ()
        if exact:
            return list(dict.fromkeys(exact))
        return self._in_newest(found) if len(found) > 1 and not prefix else list(found)

    def _in_newest(self, found: Mapping[Target, str]) -> list[Target]:
        """Return those of the targets, each with its dialogue, that are of the newest dialogue; all if it has none."""
        held = self._rows(f"SELECT d.key, d.held FROM dialogue AS d WHERE {VALID.format('d')} ORDER BY d.held DESC")
        held = [row for row in held if not self._dialogues or row[0] in self._dialogues]
        newest = [key for key, day in held if day == held[0][1]]
        return [target for target, dialogue in found.items() if dialogue in newest] or list(found)

    def _ambiguous(self, text: str, matches: Sequence[Target]) -> InputError:
        """Return the error for a text with several matches, which lists their titles."""
        refs = [target.ref for target in matches]
        if len(set(refs)) < len(refs):
            raise ValueError(f"two items have one of the refs {refs}")  # only if tables are damaged
        candidates = sorted(f"{target.ref}: {self._title(target)}" for target in matches)
        return ProblemsError(f"{quoted(text)} is ambiguous", candidates, f"write the full ref, such as {min(refs)}")

    def _title(self, target: Target) -> str:
        table, condition = ("milestone", "milestone = :milestone") if target.milestone else ("commitment", "TRUE")
        [(title,)] = self._rows(
            f"SELECT title FROM {table} WHERE item = :item AND {condition} ORDER BY valid_from DESC LIMIT 1",
            {"item": target.item, "milestone": target.milestone or ""},
        )
        return str(title)

    def _rows(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, {**day_parameters(self._day), **(parameters or {})}).fetchall()

    def _named(self, key: str) -> list[Target]:
        """Return the targets that have the ref now or, if there are none, the targets that had it before."""
        # An assessment has no ref, but an entry of another program can give it one.
        known = [target for owner in self._owners(key) if (target := self._with_ref(*owner))]
        return [target for target in known if target.ref.casefold() == key] or known

    def _owners(self, key: str) -> list[Owner]:
        return _owners(self._connection, key)

    def _near(self, text: str) -> str:
        """Return the remedy for an unknown ref, with the ref that was probably meant."""
        from spacedialog.model.near_misses import nearest

        near = self._alike(text)
        if near is None:
            refs = self._connection.execute("SELECT DISTINCT ref FROM commitment LIMIT 10000")
            keys = self._connection.execute("SELECT DISTINCT dialogue FROM commitment")
            near = nearest(text, (name for (name,) in (*refs, *keys)))
        return f"{f'did you mean {near}? ' if near else ''}list all refs with spacedialog list"

    def _alike(self, text: str) -> str | None:
        """Return the most similar ref with the same number or, if there is none, the nearest with the same prefix."""
        from spacedialog.model.near_misses import nearest

        short = re.fullmatch(_SHORT_REF, text.strip().casefold())
        if not short or not short[1] or "-" not in text:
            return None
        number = int(short[2])
        same = self._connection.execute("SELECT DISTINCT ref FROM commitment WHERE number = ?", (number,))
        if near := nearest(text, (ref for (ref,) in same)):
            return near
        beside = self._connection.execute(
            "SELECT c.ref FROM given AS g JOIN commitment AS c ON c.ref_key = g.ref_key"
            " WHERE g.prefix = ? AND g.number IS NOT NULL ORDER BY abs(g.number - ?) LIMIT 1",
            (short[1], number),
        ).fetchone()
        return beside[0] if beside else None

    def beginning(self, typed: str, *, limit: int = 200) -> list[tuple[str, str]]:
        """Return the refs, in full or by number, that begin with the typed text, each with its title."""
        key = replace_surrogates(typed.casefold())
        table = "milestone" if "." in key else "commitment"
        offers = self._connection.execute(
            f"SELECT ref, title, ref FROM {table} WHERE ref_key >= ?1 AND ref_key < ?1 || char(1114111)"
            " GROUP BY ref_key ORDER BY ref_key LIMIT ?2",
            (key, limit),
        ).fetchall()
        if key.isascii() and key.isdigit() and len(key) < 10:
            number = int(key)
            spans = [(number * 10**places, (number + 1) * 10**places - 1) for places in range(10 - len(key))]
            for span in spans if number else ():
                offers += self._connection.execute(
                    # With max(), SQLite takes the other columns from the row of the newest dialogue.
                    "SELECT ref, title, number FROM (SELECT c.ref, c.title, c.number, max(ifnull(d.held, ''))"
                    " FROM commitment AS c LEFT JOIN dialogue AS d"
                    f" ON d.key = c.dialogue AND {VALID.format('d')} WHERE c.number BETWEEN :low AND :high"
                    " GROUP BY c.number ORDER BY c.number LIMIT :limit)",
                    {**day_parameters(self._day), "low": span[0], "high": span[1], "limit": limit},
                )
        return [
            (typed + str(name)[len(typed) :], title) for ref, title, name in offers if re.fullmatch(NAME_PATTERN, ref)
        ][:limit]

    def titles(self, dialogue: str) -> list[tuple[str, str]]:
        """Return the ref and the latest title of each commitment of a dialogue (its key)."""
        from spacedialog.model.fold import FOREVER

        return self._connection.execute(
            "SELECT ref, title FROM commitment WHERE dialogue = ? AND valid_to = ? ORDER BY number", (dialogue, FOREVER)
        ).fetchall()

    def earlier(self) -> EarlierRefs:
        """Return the refs given until now, for an action that gives more."""
        return EarlierRefs(self._connection)

    def has_ever_had(self, target: Target) -> bool:
        """Return whether the item or milestone of the target has, or ever had, the target's ref."""
        return target[1:] in self._owners(target.ref.casefold())

    def next_ref(self, dialogue: str, *, is_internal: bool = False) -> str:
        """Return the ref after the highest that the dialogue ever had.

        Internal commitments are numbered separately, so the public record has no gaps.
        """
        prefix = f"{dialogue}-{INTERNAL_SERIES}" if is_internal else dialogue
        given = self._connection.execute(
            "SELECT number, item, ref_key FROM given WHERE prefix = ? AND number NOT NULL ORDER BY number DESC",
            (prefix.casefold(),),
        )
        number = next((row[0] for row in given if is_internal or row[2] in self._public_refs(row[1])), 0) + 1
        while self._owners(f"{prefix}-{number:02}".casefold()):
            number += 1  # an internal entry gave the ref
        return f"{prefix}-{number:02}"

    def next_milestone_ref(self, target: Target, *, is_internal: bool = False) -> str:
        """Return the milestone ref after the highest that the commitment ever had, in its own series if internal."""
        given = self._connection.execute(
            "SELECT ref_key FROM given WHERE item = ? AND milestone IS NOT NULL", (target.item,)
        )
        refs = [ref for (ref,) in given]
        series = f".{INTERNAL_SERIES if is_internal else ''}"
        public, ref = self._public_refs(target.item), target.ref
        if public and not is_internal:
            from spacedialog.model.fold import fold
            from spacedialog.model.visibility import public_entries

            # The present ref may be one that only an internal entry gave.
            refs = [ref for ref in refs if ref in public]
            entries = entries_of(self._connection, target.item)
            shown, whole = (
                history.periods[-1].fields["ref"] if (history := fold(some)) else ref
                for some in (public_entries(entries), entries)
            )
            ref = ref if shown == whole else str(shown)
        ends = [known.rpartition(series.casefold())[2] for known in refs]
        number = max((int(end) for end in ends if end.isdigit()), default=0) + 1
        while self._owners(f"{ref}{series}{number}".casefold()):
            number += 1
        return f"{ref}{series}{number}"

    def _public_refs(self, item: str) -> set[str]:
        """Return the refs, in lower case, that the public entries about an item give to it and to its milestones."""
        from spacedialog.model.visibility import public_entries

        values = (entry.content.get("set", {}) for entry in public_entries(entries_of(self._connection, item)))
        return {ref.casefold() for one in values if (ref := one.get("ref"))}

    def target(self, item: str, milestone: str | None) -> Target | None:
        """Return the commitment, milestone or assessment that an entry of the log is about; None for other items."""
        found = self._with_ref(item, milestone)
        if found or milestone:
            return found
        row = self._connection.execute(
            "SELECT c.ref FROM assessment AS a JOIN commitment AS c ON c.item = a.commitment WHERE a.item = ?"
            " ORDER BY c.valid_from DESC",
            (item,),
        ).fetchone()
        return Target(row[0], item, None) if row else None

    def _with_ref(self, item: str, milestone: str | None) -> Target | None:
        """Return the commitment or milestone with these ids; None if there is none."""
        table, condition = ("milestone", "item = ? AND milestone = ?") if milestone else ("commitment", "item = ?")
        row = self._connection.execute(
            f"SELECT ref FROM {table} WHERE {condition} ORDER BY valid_from DESC",
            (item, milestone) if milestone else (item,),
        ).fetchone()
        return Target(row[0], item, milestone) if row else None

    def given(self, item: str, milestone: str | None) -> Target | None:
        """Return a commitment or a milestone whose creation was undone, with the ref that it was given first."""
        row = self._connection.execute(
            "SELECT body -> '$.set' ->> 'ref' FROM change WHERE item = ? AND body ->> 'milestone' IS ?"
            " AND body -> '$.set' ->> 'ref' NOT NULL ORDER BY ts, id LIMIT 1",
            (item, milestone),
        ).fetchone()
        return Target(row[0], item, milestone) if row else None

    def link(self, item: str) -> Target | None:
        """Return the link that an entry of the log is about, with the refs of both commitments; None for others."""
        row = self._connection.execute(
            "SELECT body -> '$.set' ->> 'old', body -> '$.set' ->> 'new' FROM change WHERE item = ?"
            " AND kind = ? AND body ->> 'type' = 'link'",
            (item, CREATE),
        ).fetchone()
        ends = [self.target(end, None) for end in row or ()]
        return Target(" → ".join(end.ref for end in ends if end), item, None) if ends else None

    def part(self, item: str) -> Target | None:
        """Return the party or the area of a dialogue that an entry of the log is about; None for other items."""
        row = self._connection.execute(
            "SELECT dialogue || '/' || key FROM (SELECT item, dialogue, key FROM party UNION ALL"
            " SELECT item, dialogue, key FROM area) WHERE item = ?",
            (item,),
        ).fetchone()
        return Target(row[0], item, None) if row else None


def _prefix(ref: str) -> str:
    return re.sub(r"-?[0-9]+[a-z]*$", "", ref).casefold()


def _ends_with(text: str, end: str) -> bool:
    """Return whether the text ends so, but not within a number: `rok4` ends with `4`, `rok14` does not."""
    return text.endswith(end) and not (end[:1].isdecimal() and text[: -len(end)][-1:].isdecimal())


def _letter(ref: str) -> str:
    return ref[len(ref.rstrip("abcdefghijklmnopqrstuvwxyz")) :]
