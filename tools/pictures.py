"""The pictures of the README, generated from the program: `python -m tools.pictures` writes them.

Terminal output becomes SVG, which loads no fonts or other files; the HTML page becomes PNG, by Debian's Chromium.
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


def draw(name: str) -> str:
    """Return the picture of a scene as SVG."""
    line = SCENES[name]
    command = line.removesuffix(" 2>/dev/null")
    output = Console(width=WIDTH, colour=True).run(line)
    screen = Screen(record=True, width=WIDTH, file=StringIO(), color_system="standard", legacy_windows=False)
    screen.print(Text(f"$ {command}\n") + Text.from_ansi(output), highlight=False, soft_wrap=True)
    form = _FORM.replace("{label}", f"Output of {command}")
    return screen.export_svg(title=command, theme=terminal_theme.DIMMED_MONOKAI, code_format=form, unique_id=name)


def photograph(page: Path, target: Path) -> None:
    """Save the top of an HTML page as PNG."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Chromium's sandbox does not run as root; the page is trusted.
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
        (FOLDER / f"{scene}.svg").write_text(draw(scene), "utf-8")
    photograph(ROOT / "docs" / "example.html", FOLDER / "page.png")
