"""Tests of the command `draft` without a model: limits on size, and the lines that say what to do next."""

from __future__ import annotations

from pathlib import Path

from tests.support.program import Desk

TEXT = "Joint Statement of Japan and Australia\n\nTokyo, May 21, 2026\n\nBoth sides will map the reef by 2028.\n"
PDF = Path(__file__).parents[1] / "statements" / "files" / "reef.pdf"


def test_a_pdf_may_be_larger_than_a_text(tmp_path: Path) -> None:
    """A PDF file of 2 MB is read without --max-size; a text of 2 MB is not."""
    desk = Desk(tmp_path)
    (desk.folder / "large.pdf").write_bytes(PDF.read_bytes() + b"\n%" + b" " * 2_000_000)
    (desk.folder / "large.txt").write_text(TEXT + " " * 2_000_000)
    sides = ("--side", "JPN", "--side", "AUS")
    assert desk.run("draft", "large.pdf", "--when", "2026-05-21", *sides, "-o", "draft.json").status == 0
    refused = desk.call("draft", "large.txt")
    assert (refused.status, "larger than 1 MB" in refused.stderr) == (2, True)


def test_the_next_command_can_be_pasted(tmp_path: Path) -> None:
    """The last line names the written file, quoted for a shell; a missing detail is named with its option."""
    desk = Desk(tmp_path)
    (desk.folder / "statement.txt").write_text(TEXT)
    lines = desk.call("draft", "statement.txt", "-o", "my draft.json").stderr.splitlines()
    assert lines == [
        "1 candidate found, 0 sentences left out; show why with --explain.",
        "No number of the meeting was found in the text. To add it, use --number.",
        "Review the candidates with: spacedialog review 'my draft.json'",
    ]
    assert "spacedialog review" not in desk.call("draft", "statement.txt", "-o", "-").stderr
