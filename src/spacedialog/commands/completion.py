"""What TAB offers: refs with their titles, areas and parties, from the store or the bundled record."""

from __future__ import annotations

from pathlib import Path

import typer

from spacedialog.commands import here
from spacedialog.errors import SpacedialogError
from spacedialog.render.text import one_line
from spacedialog.tracker import Tracker
from spacedialog.words import MilestoneStatus, Status


def complete_ref(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Refs that begin so, or whose number does."""
    try:
        with _tracker(ctx).view() as view:
            return [(ref, one_line(title)) for ref, title in view.refs(incomplete)]
    except SpacedialogError:
        return []


def complete_area(ctx: typer.Context, incomplete: str) -> list[str]:
    """Areas that begin so."""
    return _values(ctx, "area", incomplete)


def complete_party(ctx: typer.Context, incomplete: str) -> list[str]:
    """Parties that begin so, case aside."""
    return _values(ctx, "party", incomplete)


def complete_status(incomplete: str) -> list[str]:
    """Statuses that begin so."""
    words = [*Status, MilestoneStatus.MET, MilestoneStatus.PLANNED]
    return [word.value for word in words if word.value.startswith(incomplete.casefold())]


def _values(ctx: typer.Context, field: str, incomplete: str) -> list[str]:
    try:
        with _tracker(ctx).view() as view:
            return [value for value in view.values(field) if value.casefold().startswith(incomplete.casefold())]
    except SpacedialogError:
        return []


def _tracker(ctx: typer.Context) -> Tracker:
    db = ctx.params.get("db")
    return here.tracker(Path(db) if db else None, today=None, author="")
