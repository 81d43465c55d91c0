"""What TAB offers: refs with their titles, and the values that options take, from the store or the bundled record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from spacedialog import environment
from spacedialog.errors import SpacedialogError
from spacedialog.model.vocabulary import NAME_PATTERN, MilestoneStatus, Status, Strength
from spacedialog.render.text import one_line
from spacedialog.store.read.filter_sql import SORTS
from spacedialog.store.read.selection import STATUS_GROUPS
from spacedialog.tracker import Tracker

# A log from elsewhere may call a kind or an area what it likes, and a shell evaluates what it is offered.
_NAME = re.compile(NAME_PATTERN)
# The signs that mean something to a shell or to Rich, and what stands for them.
_NO_MEANING = str.maketrans({"[": "(", "]": ")", "'": "\u2019", '"': "\u201d", **dict.fromkeys("\\`$!:;&|<>", " ")})


def complete_ref(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Refs that begin so, or whose number does."""
    try:
        with _tracker(ctx).view() as view:
            return [(ref, _harmless(title)) for ref, title in view.refs.beginning(incomplete)]
    except SpacedialogError:
        return []


def complete_new_status(ctx: typer.Context, incomplete: str) -> list[str]:
    """Statuses for the thing that the ref before names."""
    words: type[Status] | type[MilestoneStatus] = MilestoneStatus if "." in str(ctx.params.get("ref")) else Status
    return _beginning(incomplete, words)


def complete_status(incomplete: str) -> list[str]:
    """Statuses to list by."""
    return _beginning(incomplete, [*Status, *STATUS_GROUPS])


def complete_strength(incomplete: str) -> list[str]:
    """Strengths."""
    return _beginning(incomplete, Strength)


def complete_sort(incomplete: str) -> list[str]:
    """Fields to sort by."""
    return _beginning(incomplete, SORTS)


def complete_rubric(incomplete: str) -> list[str]:
    """Rubrics, by key."""
    from spacedialog.model.rubrics import rubrics

    return _beginning(incomplete, dict.fromkeys(rubric.key for rubric in rubrics().values()))


def complete_scale(incomplete: str) -> list[str]:
    """Scales of the field, by key."""
    from spacedialog.model.rubrics import rubrics

    return _beginning(incomplete, dict.fromkeys(rubric.key for rubric in rubrics().values() if rubric.rules))


def _on_record(field: str) -> Callable[[typer.Context, str], list[str]]:
    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            with _tracker(ctx).view() as view:
                return _beginning(incomplete, filter(_NAME.fullmatch, view.values(field)))
        except SpacedialogError:
            return []

    return complete


complete_area = _on_record("area")
complete_dialogue = _on_record("dialogue")
complete_kind = _on_record("kind")
complete_party = _on_record("party")
complete_side = _on_record("side")


def _beginning(incomplete: str, words: Iterable[str]) -> list[str]:
    # A shell offers only what begins as it was typed, so the case of the beginning is kept.
    return [
        incomplete + str(word)[len(incomplete) :] for word in words if word.casefold().startswith(incomplete.casefold())
    ]


def _harmless(title: str) -> str:
    """A title that no shell evaluates: Typer's scripts put it between quotation marks, and Rich reads markup in it."""
    return one_line(title).translate(_NO_MEANING)


def _tracker(ctx: typer.Context) -> Tracker:
    db = ctx.params.get("db")
    return environment.tracker(Path(db) if db else None, today=None, author="")
