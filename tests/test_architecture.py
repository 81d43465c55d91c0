"""Tests of docs/architecture.md against the imports: layers, cycles, and tasks of a single module."""

from __future__ import annotations

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "spacedialog"
FILES = sorted(SOURCE.rglob("*.py"))
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def name_of(path: Path) -> str:
    """Return the dotted name of a module below the package; for an `__init__` file, that of its folder."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix("__init__").removesuffix(".")


MODULES = {name_of(path): path for path in FILES}


def imports(path: Path) -> set[str]:
    """Return the modules of the package that a file imports, at any level, by their dotted names below the package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "spacedialog":
            module = (node.module or "").partition(".")[2]
            for alias in node.names:
                below = f"{module}.{alias.name}".strip(".")
                found.add(below if below in MODULES else module)
    return found - {""}


def folder_of(module: str) -> str:
    """Return the folder of the package that contains a module, or the name of a top-level module."""
    return module.split(".")[0]


def layers() -> dict[str, set[str]]:
    """Return the table of the page: each folder or top-level module with those that it may import."""
    table = re.findall(r"^\| `(\w+)(?:/|\.py)` \| [^|]+ \| ([^|]*?) ?\|$", PAGE, re.MULTILINE)
    return {folder: set(re.findall(r"`(\w+)`", allowed)) for folder, allowed in table}


LAYERS = layers()


def test_the_table_names_every_folder() -> None:
    """The table on the page has exactly the folders and top-level modules of the package."""
    assert set(LAYERS) == {folder_of(name) for name in MODULES if name}


@pytest.mark.parametrize("name", [name for name in MODULES if name])
def test_a_module_imports_only_what_the_page_allows(name: str) -> None:
    """A module imports only from its own folder and from those that the page lists for it."""
    folder = folder_of(name)
    assert {folder_of(module) for module in imports(MODULES[name])} <= {folder} | LAYERS[folder]


@pytest.mark.parametrize("folder", LAYERS)
def test_a_folder_imports_all_that_the_page_allows(folder: str) -> None:
    """The page lists for a folder nothing that no module of it imports."""
    imported = {folder_of(module) for name in MODULES if folder_of(name) == folder for module in imports(MODULES[name])}
    assert LAYERS[folder] <= imported


def test_layers_have_one_direction() -> None:
    """No two folders import each other, directly or through others."""
    assert list(TopologicalSorter(LAYERS).static_order())


def test_no_modules_import_each_other_in_a_cycle() -> None:
    """The imports of modules, those inside functions included, form no cycle."""
    graph = {name: imports(path) - {name} for name, path in MODULES.items()}
    assert list(TopologicalSorter(graph).static_order())


def test_only_one_module_reads_the_clock_and_the_environment() -> None:
    """The clock is read in environment.py alone; the environment there and in cli/."""
    clock = re.compile(r"\btime\.time|datetime\.now|date\.today|\.utcnow")
    environment = re.compile(r"os\.environ|os\.getenv|getpass")
    for name, path in MODULES.items():
        text = path.read_text("utf-8")
        assert not clock.search(text) or name == "environment", name
        assert not environment.search(text) or name == "environment" or folder_of(name) == "cli", name


def test_only_the_store_contains_sql() -> None:
    """No module outside store/ contains SQL, except the one that connects to a team's server."""
    sql = re.compile(r"\b(SELECT|INSERT INTO|DELETE FROM|PRAGMA|CREATE TABLE)\b")
    outside = [name for name in MODULES if folder_of(name) != "store" and name != "team.server"]
    assert [name for name in outside if sql.search(MODULES[name].read_text("utf-8"))] == []


def test_only_one_module_imports_psycopg() -> None:
    """psycopg is imported in team/server.py alone."""
    importing = [
        name for name, path in MODULES.items() if re.search(r"^\s*(import|from) psycopg", path.read_text("utf-8"), re.M)
    ]
    assert importing == ["team.server"]
