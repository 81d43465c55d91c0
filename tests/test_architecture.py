"""docs/architecture.md against the imports: no room uses one that the page does not grant it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "spacedialog"


def rooms() -> dict[str, tuple[set[str], set[str]]]:
    """The table of the page: each room with its modules and the rooms that it may use."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = re.findall(r"^\| ([a-z ]+?) \| ((?:`\w+`(?:, )?)+) \| ([a-z, ]*)\|$", page, re.MULTILINE)
    return {
        room: (set(re.findall(r"`(\w+)`", modules)), {name.strip() for name in uses.split(",") if name.strip()})
        for room, modules, uses in table
    }


def room_of(module: str) -> str:
    """The room in which a module (its first name below the package) stands."""
    (found,) = (room for room, (modules, _) in rooms().items() if module in modules)
    return found


def imports(path: Path) -> set[str]:
    """The first names, below the package, of the modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("spacedialog"):
            below = (node.module or "").split(".")[1:]
            found |= {below[0]} if below else {alias.name for alias in node.names if not alias.name.startswith("__")}
    return found


FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(SOURCE)) for path in FILES])
def test_a_module_uses_only_what_the_page_grants_its_room(path: Path) -> None:
    """Every module stands in one room, and imports only from that room and those that it may use."""
    room = room_of(path.relative_to(SOURCE).with_suffix("").parts[0])
    assert {room_of(module) for module in imports(path)} <= {room} | rooms()[room][1]


def test_the_rooms_know_no_circle() -> None:
    """A room uses only rooms that stand above it in the table."""
    above: set[str] = set()
    for room, (_, uses) in rooms().items():
        assert uses <= above, room
        above.add(room)


def test_every_module_of_the_page_exists() -> None:
    """The table names no module that is not there."""
    there = {path.relative_to(SOURCE).with_suffix("").parts[0] for path in FILES}
    assert {module for modules, _ in rooms().values() for module in modules} == there


def test_only_one_module_reads_the_clock_and_the_environment() -> None:
    """The clock is read in commands/here.py, the environment in commands/; a lock's patience and a pager aside."""
    clock = re.compile(r"\btime\.time|datetime\.now|date\.today|\.utcnow")
    environment = re.compile(r"os\.environ|os\.getenv|getpass")
    for path in FILES:
        text, name = path.read_text("utf-8"), str(path.relative_to(SOURCE))
        assert not clock.search(text) or name == "commands/here.py", name
        assert not environment.search(text) or name.startswith("commands/") or name == "render/table.py", name


def test_sql_stands_in_the_store_only() -> None:
    """No module outside the store has SQL in it, but for the one that speaks to a team's server."""
    sql = re.compile(r"\b(SELECT|INSERT INTO|DELETE FROM|PRAGMA|CREATE TABLE)\b")
    outside = [p for p in FILES if "store" not in p.parts and p != SOURCE / "team" / "server.py"]
    assert [str(p) for p in outside if sql.search(p.read_text("utf-8"))] == []


def test_only_one_module_knows_the_server() -> None:
    """psycopg is imported in one place."""
    assert [p.name for p in FILES if re.search(r"^\s*(import|from) psycopg", p.read_text("utf-8"), re.M)] == [
        "server.py"
    ]
