"""The templates that `report` finds by name: the built-in ones, and those in the user's folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from spacedialog.errors import InputError
from spacedialog.model.near_misses import suggestion
from spacedialog.model.rows.report import TemplateRow

BUILT_IN = Path(__file__).parent / "templates"
ENDING = ".md.j2"


def named(folder: Path | None) -> dict[str, Path]:
    """Return the files of the templates by name; a file in the user's folder replaces a built-in one."""
    files = [file for place in (BUILT_IN, folder) if place for file in sorted(place.glob(f"[!.]*{ENDING}"))]
    # An empty file is one that a shell has just created for the output of `templates show`.
    files = [file for file in files if file.stat().st_size]
    return {name: file for file in files if "." not in (name := file.name.removesuffix(ENDING))}


def find(name: str, folder: Path | None) -> Path:
    """Return the file of the template with that name; InputError if there is none."""
    files = named(folder)
    if name not in files:
        near = suggestion(name, list(files))
        raise InputError(
            f"there is no template '{name}'", f"{near}write one of {', '.join(files)}, or ./{name} for a file"
        )
    return files[name]


def listed(folder: Path | None) -> Iterator[TemplateRow]:
    """Yield the templates; the description of each is the comment on its first line."""
    for name, file in sorted(named(folder).items()):
        with file.open(encoding="utf-8", errors="replace") as lines:
            head = lines.readline(1000).strip()
        description = head.removeprefix("{#").removesuffix("#}").strip("- ") if head.startswith("{#") else ""
        yield TemplateRow(name, description, "built-in" if file.parent == BUILT_IN else "own", str(file))
