"""The pictures of the README, made by the program itself: `python -m tools.pictures` makes them anew.

What the program shows on a terminal becomes SVG, with no font and nothing else from elsewhere; the page becomes PNG,
in Debian's Chromium.
"""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

from rich import terminal_theme
from rich.console import Console as Screen
from rich.text import Text

from tools.console import ROOT, Console

FOLDER = ROOT / "docs" / "pictures"
SCENES = {
    "overview": "spacedialog 2>/dev/null",
    "timeline": "spacedialog upcoming --timeline 2>/dev/null",
}
WIDTH = 100
_FORM = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}">
<style>
.{unique_id}-matrix {{ font: {char_height}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
line-height: {line_height}px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def drawn(name: str) -> str:
    """The picture of a scene, as SVG."""
    line = SCENES[name]
    typed = line.removesuffix(" 2>/dev/null")
    shown = Console(width=WIDTH, colour=True).run(line)
    screen = Screen(record=True, width=WIDTH, file=StringIO(), color_system="standard", legacy_windows=False)
    screen.print(Text(f"$ {typed}\n") + Text.from_ansi(shown), highlight=False, soft_wrap=True)
    form = _FORM.replace("{label}", f"What {typed} shows")
    return screen.export_svg(title=typed, theme=terminal_theme.DIMMED_MONOKAI, code_format=form, unique_id=name)


def photograph(page: Path, target: Path) -> None:
    """The head of a page of ours, as PNG."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # The sandbox needs a user who is not root; the page is our own.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        window = browser.new_page(
            viewport={"width": 1100, "height": 900}, color_scheme="light", reduced_motion="reduce"
        )
        window.goto(page.as_uri())
        window.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for scene in SCENES:
        (FOLDER / f"{scene}.svg").write_text(drawn(scene), "utf-8")
    photograph(ROOT / "docs" / "example.html", FOLDER / "page.png")
