"""Tests of the installed program on a terminal: colour, width and pager."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.support.program import COLOUR, Desk


@pytest.mark.parametrize(
    ("options", "env", "coloured"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": ""}, True),
        ([], {"TERM": "dumb"}, False),
        (["--color", "never"], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
    ],
)
def test_colour_on_a_terminal(reader: Desk, options: list[str], env: dict[str, str], coloured: bool) -> None:
    """A terminal gets colour unless the user turned it off, and the option overrides the environment."""
    shown = reader.in_terminal("list", "--closing", *options, env=env).stdout
    assert bool(COLOUR.search(shown)) is coloured
    assert ("\x1b" in shown) is coloured


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose store holds texts with wide characters, control characters and markup."""
    desk = Desk(tmp_path_factory.mktemp("wide"))
    for text in ("우주 협력 대화", "🛰️👩🏽‍🚀", "\x1b[31mred\x1b[0m", "tab\tbed", "[bold]b[/bold]", "\u202etfel\u2066"):
        texts = (f"--source={text}", f"--detail={text}", f"--note={text}", f"--by={text}")
        assert desk.call("add", "--area=pnt", "--due=2027", *texts, "--", text).status == 0
    return desk


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(wide: Desk, columns: int) -> None:
    """No line is wider than the terminal, even with Korean text and emoji."""
    for view in (["list"], ["upcoming", "--all"], ["overview"], ["show", "25"]):
        lines = COLOUR.sub("", wide.in_terminal(*view, columns=columns, lines=5000).stdout).splitlines()
        assert len(lines) > 3
        # A web address is not wrapped, so that it can be copied.
        assert max(cell_len(line) for line in lines if "://" not in line) <= columns, view


def test_terminal_of_unknown_size_gets_its_table(reader: Desk) -> None:
    """A terminal of unknown size, as in `ssh -t` or a container, still gets the table."""
    assert "ROK4-31" in reader.in_terminal("list", "--closing", columns=0, lines=0).stdout


def test_a_long_table_is_shown_in_the_pager(reader: Desk) -> None:
    """Only output longer than the terminal goes through PAGER."""
    pager = reader.folder / "pager"
    pager.write_text("#!/bin/sh\necho PAGED\nexec cat\n")
    pager.chmod(0o755)
    env = {"PAGER": str(pager)}
    assert reader.in_terminal("list", lines=20, env=env).stdout.count("PAGED") == 1
    assert "PAGED" not in reader.in_terminal("list", "--closing", lines=20, env=env).stdout
    assert "PAGED" not in reader.run("list", "-f", "table", env=env).stdout
    missing = reader.in_terminal("list", lines=20, env={"PAGER": "/no/such/pager"})
    assert (missing.status, "ROK4-31" in missing.stdout) == (0, True)


def test_the_pager_can_be_quit_and_left_out(reader: Desk) -> None:
    """Quitting the pager ends the command without an error, and --no-pager or an empty PAGER leaves the pager out."""
    quits = reader.in_terminal("history", lines=20, env={"PAGER": "head -n 3"})
    assert (quits.status, quits.stdout.count("\n")) == (0, 3)
    for options, env in (["--no-pager"], {"PAGER": "head -n 3"}), ([], {"PAGER": ""}), ([], {"TERM": "dumb"}):
        whole = reader.in_terminal("history", *options, lines=20, env=env)
        assert (whole.status, whole.stdout.count("\n") > 200) == (0, True)
