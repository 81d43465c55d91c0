"""Tests of --public and SPACEDIALOG_PUBLIC: jobs that publish see the public record only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.program import Desk, Ran


class PublicDesk(Desk):
    """A desk whose environment limits reads to the public record."""

    @property
    def environment(self) -> dict[str, str]:
        """The program's whole environment."""
        return {**super().environment, "SPACEDIALOG_PUBLIC": "1"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose record has internal entries; its tests write nothing to it."""
    desk = Desk(tmp_path_factory.mktemp("public"))
    desk.call("mark", "31", "stalled", "--note", "zqx delay", "--internal")
    desk.call("add", "zqx plan", "--area", "exploration", "--source", "ST1", "--due", "2027", "--internal")
    return desk


READS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("overview", "list", "todo", "upcoming", "history", "areas", "report", "fingerprint"), ()),
    "brief": ("--since", "2016-01-01"),
    "search": ("zqx",),
    "show": ("31",),
    "export": (),
}


@pytest.mark.parametrize("name", READS)
def test_the_variable_and_the_option_show_the_same(shared: Desk, name: str) -> None:
    """SPACEDIALOG_PUBLIC=1 gives every read, and export, the output of --public, in which nothing is internal."""
    whole = shared.call(name, *READS[name])
    public = shared.call(name, *READS[name], "--public")
    published = PublicDesk(shared.folder).call(name, *READS[name])
    assert published == public
    assert "zqx" not in public.stdout
    assert whole.stdout != public.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("mark", "31", "complete"),
        ("mark", "31", "complete", "--dry-run"),
        ("undo",),
        ("doctor",),
        ("backup", "copy.db"),
        ("restore", "copy.db"),
        ("restamp", "--dry-run"),
        ("sync", "--dry-run"),
        ("team", "status"),
        ("import", "record.json"),
    ],
    ids=" ".join,
)
def test_a_publishing_job_cannot_use_the_whole_log(shared: Desk, arguments: tuple[str, ...]) -> None:
    """With SPACEDIALOG_PUBLIC=1, commands that write or need the whole log are refused, and nothing is written."""
    (shared.folder / "record.json").write_text("{}")
    before = shared.files()
    ran = PublicDesk(shared.folder).call(*arguments)
    assert (ran.status, ran.stdout) == (2, "")
    assert "SPACEDIALOG_PUBLIC is set" in ran.stderr
    assert shared.files() == before
    assert not (shared.folder / "copy.db").exists()


def test_no_option_shows_more(shared: Desk) -> None:
    """No option shows internal entries, and completion offers no internal ref."""
    desk = PublicDesk(shared.folder)
    assert "no such option" in desk.call("list", "--no-public").stderr
    assert desk.call("show", "ROK4-INT-01").status == 3
    complete = {"_SPACEDIALOG_COMPLETE": "complete_bash", "COMP_WORDS": "spacedialog show ROK4-IN", "COMP_CWORD": "2"}
    assert "INT" in shared.run(env=complete).stdout
    assert "INT" not in desk.run(env=complete).stdout


def test_reports_give_the_number_of_internal_entries(shared: Desk) -> None:
    """A report, a page, a citation and a letter with internal entries say so, and public ones do not."""
    for arguments in (("report",), ("cite", "31"), ("report", "--template", "summary")):
        for format_ in ("md", "html") if arguments[0] == "report" else ("md",):
            told = [shared.call(*arguments, *more, "-f", format_).stdout for more in ((), ("--public",))]
            assert ["internal entr" in text for text in told] == [True, False]


def test_the_variable_is_yes_or_no(shared: Desk) -> None:
    """A value that is neither yes nor no is refused, so a misspelled value publishes nothing."""
    ran = shared.run("list", env={"SPACEDIALOG_PUBLIC": "on please"})
    assert (ran.status, ran.stdout) == (2, "")
    assert "SPACEDIALOG_PUBLIC: 'on please' is neither yes nor no" in ran.stderr


def test_briefs_on_the_public_record_have_their_own_checkpoint(shared: Desk, tmp_path: Path) -> None:
    """A public brief starts where the previous public one ended, not where the last brief on the whole record ended."""

    def brief(desk: Desk) -> Ran:
        return desk.call("brief", "--checkpoint", "weekly", "--json")

    desk = shared.copied(tmp_path)
    public = PublicDesk(tmp_path)
    assert [brief(one).data["has_news"] for one in (desk, public)] == [False, False]
    desk.call("mark", "32", "complete")
    desk.call("note", "33", "zqx", "--internal")
    first = brief(desk)
    assert first.data["has_news"]
    news = brief(public).data
    assert [row["entry"]["ref"] for row in (*news["settled"], *news["changed"])] == ["ROK4-32"]
    assert not brief(public).data["has_news"]
