"""Shell completion: refs with their titles, and the values of options."""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import typer

import spacedialog
from spacedialog.errors import SpacedialogError
from spacedialog.model.entry import ENTRY_KINDS
from spacedialog.model.escapes import one_line
from spacedialog.model.fields import JOINT, MAY_BE_EMPTY, SORTABLE
from spacedialog.model.position import Scope
from spacedialog.model.vocabulary import NAME_PATTERN, STATUS_GROUPS, MilestoneStatus, Status, Strength

if TYPE_CHECKING:
    from spacedialog.tracker import Snapshot

# Characters with a meaning to a shell or to Rich, and their replacements.
_REPLACEMENTS = str.maketrans({"[": "(", "]": ")", "'": "\u2019", '"': "\u201d", **dict.fromkeys("\\`$!:;&|<>", " ")})

_LONGEST_TITLE = 200
_COLUMNS = 1_000
"""More columns than the longest title or help text takes, whose characters may be two columns wide."""


def _is_name(text: str) -> bool:
    """Return whether a text is safe in a shell, which evaluates completions; an imported log can contain any text."""
    return re.fullmatch(NAME_PATTERN, text) is not None


def prepare_environment() -> None:
    """Set the environment variables that Typer reads for a completion to valid values."""
    # A shell would offer the second line of a wrapped title as another completion.
    os.environ["COLUMNS"] = str(_COLUMNS)
    os.environ.setdefault("COMP_WORDS", "")
    if not re.fullmatch("[0-9]{1,6}", os.environ.get("COMP_CWORD", "")):
        os.environ["COMP_CWORD"] = "0"


def complete_ref(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the refs that begin with the text, or with a number that does, and their titles."""
    try:
        with _snapshot(ctx) as snapshot:
            return [(ref, _shell_safe(title)) for ref, title in snapshot.refs.beginning(incomplete)]
    except SpacedialogError:
        return []


def complete_item(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the dialogues and the refs that begin with the text, and their titles."""
    try:
        with _snapshot(ctx) as snapshot:
            titles = snapshot.dialogue_titles()
        keys = _beginning(incomplete, filter(_is_name, titles))
    except SpacedialogError:
        return []
    dialogues = [
        (typed, _shell_safe(title))
        for key, title in titles.items()
        for typed in keys
        if key.casefold() == typed.casefold()
    ]
    return [*dialogues, *complete_ref(ctx, incomplete)]


def complete_ref_or_status(ctx: typer.Context, incomplete: str) -> list[str] | list[tuple[str, str]]:
    """Return the refs and, after the first ref, the statuses of a commitment or a milestone, as that ref requires.

    If nothing is typed yet after a ref, only the statuses are offered.
    """
    # Before the status is typed, the last ref is in its place.
    typed = [*(ctx.params.get("refs") or ()), *filter(None, [ctx.params.get("status")])]
    if not typed:
        return complete_ref(ctx, incomplete)
    words: type[Status] | type[MilestoneStatus] = MilestoneStatus if "." in str(typed[0]) else Status
    statuses = _beginning(incomplete, words)
    return statuses or complete_ref(ctx, incomplete)


def complete_clearable(incomplete: str) -> list[str]:
    """Return the fields that an edit can clear."""
    from spacedialog.cli.parsing import option_of

    return _beginning(incomplete, map(option_of, MAY_BE_EMPTY))


def complete_status(incomplete: str) -> list[str]:
    """Return the statuses and the groups of statuses."""
    return _beginning(incomplete, [*Status, *STATUS_GROUPS])


def complete_strength(incomplete: str) -> list[str]:
    """Return the strengths."""
    return _beginning(incomplete, Strength)


def complete_sort(incomplete: str) -> list[str]:
    """Return the names to sort by, after those that are typed already."""
    typed, mark, last = incomplete.rpartition(",")
    reverse = "-" * last.startswith("-")
    return [f"{typed}{mark}{reverse}{name}" for name in _beginning(last.removeprefix("-"), SORTABLE)]


def complete_entry_kind(incomplete: str) -> list[str]:
    """Return the kinds of entries."""
    return _beginning(incomplete, ENTRY_KINDS)


def complete_key(incomplete: str) -> list[str]:
    """Return the keys of the configuration, and its aliases."""
    from spacedialog import environment
    from spacedialog.configuration import ALIASES, KEYS

    try:
        aliases = filter(_is_name, environment.configuration().aliases)
    except SpacedialogError:
        aliases = filter(None, ())
    return _beginning(incomplete, [*KEYS, *(f"{ALIASES}.{name}" for name in aliases)])


def complete_rubric(incomplete: str) -> list[str]:
    """Return the keys of the rubrics."""
    from spacedialog.model.rubrics import rubrics

    return _beginning(incomplete, dict.fromkeys(rubric.key for rubric in rubrics().values()))


def complete_scale(incomplete: str) -> list[str]:
    """Return the keys of the published scales."""
    from spacedialog.model.rubrics import rubrics

    return _beginning(incomplete, dict.fromkeys(rubric.key for rubric in rubrics().values() if rubric.rules))


def complete_template(incomplete: str) -> list[str]:
    """Return the names of the templates."""
    from spacedialog import environment
    from spacedialog.render import template_files

    return _beginning(incomplete, filter(_is_name, template_files.named(environment.templates_folder())))


def _recorded_values(field: str, *more: str) -> Callable[[typer.Context, str], list[str]]:
    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            with _snapshot(ctx) as snapshot:
                return _beginning(incomplete, filter(_is_name, [*snapshot.values(field), *more]))
        except SpacedialogError:
            return []

    return complete


complete_area = _recorded_values("area")
complete_author = _recorded_values("author")
complete_dialogue = _recorded_values("dialogue")
complete_kind = _recorded_values("kind")
complete_lead = _recorded_values("party", JOINT)
complete_owner = _recorded_values("owner")
complete_party = _recorded_values("party")
complete_side = _recorded_values("side")


def _beginning(incomplete: str, words: Iterable[str]) -> list[str]:
    # A shell offers only words that begin exactly as typed, so keep the typed case.
    return [
        incomplete + str(word)[len(incomplete) :] for word in words if word.casefold().startswith(incomplete.casefold())
    ]


def _shell_safe(title: str) -> str:
    """Return the beginning of a title, without the characters that a shell or Rich would interpret."""
    return one_line(title)[:_LONGEST_TITLE].translate(_REPLACEMENTS)


def _snapshot(ctx: typer.Context) -> AbstractContextManager["Snapshot"]:
    scope = Scope(public=bool(ctx.params.get("public")))
    return spacedialog.open(ctx.params.get("db"), author="").snapshot(scope)
