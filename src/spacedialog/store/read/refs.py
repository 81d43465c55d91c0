"""Refs: find the target of a ref or a short form, refs that are taken, and the next free ref."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from string import ascii_lowercase

from spacedialog.errors import InputError, NotFoundError
from spacedialog.model.dates import quoted
from spacedialog.model.fold import FOREVER
from spacedialog.model.target import Target
from spacedialog.model.vocabulary import LONGEST_NAME, NAME_PATTERN
from spacedialog.store.read.commitment_sql import replace_surrogates

# If two commitments were given the same ref, the later one is shown with a letter.
_SHORT_REF = re.compile(r"(?:(.*?)-?)0*([0-9]{1,9})([a-z]*)(?:\.([0-9]+[a-z]*))?")


class Refs:
    """The refs of a record."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def resolve(self, text: str) -> Target:
        """Return the target of a ref, given in full or in an unambiguous short form, ignoring case.

        Short forms of `ROK4-07` are `rok4-7`, `4-07`, `07` and `7`; its first milestone is also `7.1`. NotFoundError if
        there is no such ref, InputError if it is ambiguous or the key of a dialogue.
        """
        key = replace_surrogates(text.strip().casefold())
        matches = self._named(key)
        if not matches and len(key) <= LONGEST_NAME and (short := _SHORT_REF.fullmatch(key)):
            prefix, number, letter, part = short.groups()
            named = [
                ref
                for (ref,) in self._connection.execute(
                    "SELECT DISTINCT ref FROM commitment WHERE number = ?", (int(number),)
                )
                if _prefix(ref).endswith(prefix or "") and _letter(ref) == letter
            ]
            # An earlier ref resolves to the present ref of its commitment.
            suffix = f".{part}" if part else ""
            matches = list(dict.fromkeys(match for ref in named for match in self._named(f"{ref.casefold()}{suffix}")))
        if len(matches) == 1:
            return matches[0]
        if matches:
            refs = ", ".join(sorted({target.ref for target in matches}))
            if len({target.ref for target in matches}) < len(matches):
                raise ValueError(f"two items have one of the refs {refs}")  # only if tables are damaged
            raise InputError(f"{quoted(text)} is ambiguous: {refs}", "write the full ref")
        if dialogue := self._dialogue(key):
            raise InputError(
                f"{dialogue} is a dialogue, not a commitment or a milestone",
                f"write the ref of one of its commitments; list them with spacedialog list --dialogue {dialogue}",
            )
        raise NotFoundError(f"there is no ref {quoted(text)}", self._near(replace_surrogates(text[:LONGEST_NAME])))

    def _dialogue(self, key: str) -> str | None:
        """Return the key of the dialogue that has this key, ignoring case; None if there is none."""
        row = self._connection.execute(
            "SELECT key FROM dialogue WHERE key = ? COLLATE NOCASE LIMIT 1", (key,)
        ).fetchone()
        return row[0] if row else None

    def _named(self, key: str) -> list[Target]:
        """Return the targets that have the ref now or, if there are none, the targets that had it before."""
        known = [target for owner in self._owners(key) if (target := self.target(*owner))]
        return [target for target in known if target.ref.casefold() == key] or known

    def _owners(self, key: str) -> list[tuple[str, str | None]]:
        """Return the item and the milestone (or None) of every target that was ever given the ref."""
        return self._connection.execute(
            "SELECT DISTINCT item, milestone FROM given WHERE ref_key = ?", (key,)
        ).fetchall()

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

        short = _SHORT_REF.fullmatch(text.strip().casefold())
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
                    "SELECT ref, title, number FROM commitment WHERE number BETWEEN ? AND ?"
                    " GROUP BY number ORDER BY number LIMIT ?",
                    (*span, limit),
                )
        return [
            (typed + str(name)[len(typed) :], title) for ref, title, name in offers if re.fullmatch(NAME_PATTERN, ref)
        ][:limit]

    def titles(self, dialogue: str) -> list[tuple[str, str]]:
        """Return the ref and the latest title of each commitment of a dialogue (its key)."""
        return self._connection.execute(
            "SELECT ref, title FROM commitment WHERE dialogue = ? AND valid_to = ? ORDER BY number", (dialogue, FOREVER)
        ).fetchall()

    def taken(self, wanted: Iterable[Target]) -> list[str]:
        """Return the wanted refs that another target has or ever had, because a ref is never reused."""
        return [
            target.ref for target in wanted if any(owner != target[1:] for owner in self._owners(target.ref.casefold()))
        ]

    def has_ever_had(self, target: Target) -> bool:
        """Return whether the item or milestone of the target has, or ever had, the target's ref."""
        return target[1:] in self._owners(target.ref.casefold())

    def next_ref(self, dialogue: str) -> str:
        """Return the ref after the highest that the dialogue ever had."""
        (highest,) = self._connection.execute(
            "SELECT ifnull(max(number), 0) FROM given WHERE prefix = ?", (dialogue.casefold(),)
        ).fetchone()
        return f"{dialogue}-{highest + 1:02}"

    def next_milestone_ref(self, target: Target) -> str:
        """Return the milestone ref after the highest that the commitment ever had."""
        refs = self._connection.execute(
            "SELECT ref_key FROM given WHERE item = ? AND milestone IS NOT NULL", (target.item,)
        )
        numbers = [int(end) for (ref,) in refs if (end := ref.rpartition(".")[2]).isdigit()]
        return f"{target.ref}.{max(numbers, default=0) + 1}"

    def target(self, item: str, milestone: str | None) -> Target | None:
        """Return the commitment, milestone or assessment that an entry of the log is about; None for other items."""
        table, condition = ("milestone", "item = ? AND milestone = ?") if milestone else ("commitment", "item = ?")
        row = self._connection.execute(
            f"SELECT ref FROM {table} WHERE {condition} ORDER BY valid_from DESC",
            (item, milestone) if milestone else (item,),
        ).fetchone()
        if row is None and milestone is None:
            row = self._connection.execute(
                "SELECT c.ref FROM assessment AS a JOIN commitment AS c ON c.item = a.commitment WHERE a.item = ?"
                " ORDER BY c.valid_from DESC",
                (item,),
            ).fetchone()
        return Target(row[0], item, milestone) if row else None

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


def _letter(ref: str) -> str:
    return ref[len(ref.rstrip(ascii_lowercase)) :]
