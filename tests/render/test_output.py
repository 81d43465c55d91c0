"""Tests of the format and the destination of output: standard output, or a file that is replaced as a whole."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tests.support.built_in import COMMITMENTS
from tests.support.program import Desk


@pytest.mark.parametrize("format_", ["plain", "csv"])
def test_header_can_be_left_out(reader: Desk, format_: str) -> None:
    """--no-header omits the header alone."""
    whole = reader.call("list", "-f", format_).stdout
    assert reader.call("list", "-f", format_, "--no-header").stdout == whole.split("\n", 1)[1]


@pytest.mark.parametrize("format_", ["table", "plain", "csv", "md", "json"])
def test_pipe_gets_no_colour(reader: Desk, format_: str) -> None:
    """Output to a pipe has no colour in any format."""
    assert "\x1b" not in reader.call("list", "-f", format_).stdout


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.txt", "plain"),
        ("a.tsv", "plain"),
        ("a.json", "json"),
        ("a.jsonl", "jsonl"),
        ("a.csv", "csv"),
        ("a.md", "md"),
    ],
)
def test_file_has_the_format_of_its_ending(reader: Desk, name: str, format_: str) -> None:
    """-o writes what standard output would get, in the format of the file's ending."""
    ran = reader.call("list", "-o", name)
    assert (ran.status, ran.stdout) == (0, "")
    assert (reader.folder / name).read_text("utf-8") == reader.call("list", "-f", format_).stdout.replace("\r\n", "\n")


def test_named_format_outweighs_the_ending(reader: Desk) -> None:
    """--format overrides the file's ending."""
    assert reader.call("list", "-f", "json", "-o", "list.data").status == 0
    assert len(json.loads((reader.folder / "list.data").read_text("utf-8"))["data"]) == COMMITMENTS


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["list", "--area", "nowhere", "-o", "report.csv"], 2),
        (["show", "99", "-o", "report.csv"], 3),
        (["list", "--db", "broken.db", "-o", "report.csv"], 4),
        (["list", "-o", "missing/report.csv"], 2),
        (["list", "-o", "report.pdf"], 2),
        (["export", "-o", "missing/report.json"], 2),
    ],
)
def test_failed_report_leaves_the_old_one(desk: Desk, arguments: list[str], status: int) -> None:
    """A report that fails leaves the old file unchanged, and no temporary file."""
    (desk.folder / "report.csv").write_text("the old one")
    (desk.folder / "broken.db").write_text("no store")
    before = sorted(desk.folder.rglob("*"))
    assert desk.call(*arguments).status == status
    assert (desk.folder / "report.csv").read_text() == "the old one"
    assert sorted(desk.folder.rglob("*")) == before


def test_report_that_breaks_off_is_not_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that fails while it is written leaves the old file, and no temporary file."""
    from spacedialog.render import plain

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    (desk.folder / "report.txt").write_text("the old one")
    monkeypatch.setattr(plain, "write", full)
    ran = desk.call("list", "-o", "report.txt")
    assert ran.status == 4
    assert "No space left" in ran.stderr
    assert "the database cannot be used" not in ran.stderr
    assert (desk.folder / "report.txt").read_text() == "the old one"
    assert [path.name for path in desk.folder.glob(".*")] == []


def test_a_report_keeps_its_place_and_mode(desk: Desk) -> None:
    """A report that replaces a file keeps its permissions, and the link that leads to it."""
    (desk.folder / "kept.md").write_text("old")
    (desk.folder / "kept.md").chmod(0o600)
    (desk.folder / "link.md").symlink_to("kept.md")
    assert desk.call("report", "-o", "link.md").status == 0
    assert (desk.folder / "link.md").is_symlink()
    assert "Report" in (desk.folder / "kept.md").read_text("utf-8")
    assert (desk.folder / "kept.md").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("mode", "user", "status"), [(0o1777, 1, 2), (0o777, 1, 2), (0o775, 1, 0), (0o1777, 0, 0)])
def test_a_link_of_another_user_in_a_shared_folder_is_not_followed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, mode: int, user: int, status: int
) -> None:
    """-o follows no link that another user made in a folder that every user can write to, such as /tmp."""
    (desk.folder / "kept.md").write_text("mine")
    shared = desk.folder / "shared"
    shared.mkdir()
    shared.chmod(mode)
    (shared / "report.md").symlink_to(desk.folder / "kept.md")
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + user)
    ran = desk.call("list", "-o", "shared/report.md")
    assert ran.status == status, ran.stderr
    assert ((desk.folder / "kept.md").read_text() == "mine") is bool(status)
