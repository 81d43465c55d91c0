"""A real browser, Debian's Chromium, for the pages that the program writes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, sync_playwright

from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render import html
from spacedialog.render.formats import Settings
from tests.support.system import require

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def written(view: Table | View) -> str:
    """Return the view as HTML."""
    out = io.StringIO()
    html.write(view, out, Settings())
    return out.getvalue()


class Desktop:
    """Opens pages from files, like an attachment of a mail, and asserts that they load nothing else."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder

    @contextmanager
    def page(
        self,
        text: str | Path,
        *,
        at: str = "",
        width: int = 1280,
        scheme: Scheme = "light",
        scripts: bool = True,
        expected: str = "",
    ) -> Iterator[Page]:
        """Open the page, a text or a file, in a window of that width, at a fragment.

        At the end of the block, assert that the page requested nothing but itself, and that every console message
        contains `expected`; if `expected` is empty, that there were no messages.
        """
        path = text if isinstance(text, Path) else self._folder / "page.html"
        if isinstance(text, str):
            path.write_text(text, "utf-8")
        address = path.as_uri() + at
        asked: list[str] = []
        stopped: list[str] = []  # by the policy, so never sent
        said: list[str] = []
        context = self._browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=scripts,
            timezone_id="Asia/Seoul",
            reduced_motion="reduce",
        )
        context.on("request", lambda request: asked.append(request.url))
        context.on("requestfailed", lambda request: stopped.append(request.url) if request.failure == "csp" else None)
        context.on("console", lambda message: said.append(message.text))
        context.on("weberror", lambda error: said.append(str(error.error)))
        try:
            page = context.new_page()
            page.set_default_timeout(20_000)  # long enough for a busy machine
            page.goto(address)
            yield page
            assert [re.split("[?#]", url)[0] for url in asked if url not in stopped] == [path.as_uri()]
            assert said == [] if not expected else all(expected in line for line in said)
        finally:
            context.close()


@contextmanager
def desktop(folder: Path) -> Iterator[Desktop]:
    """Start Chromium for the block; skip the test if it is not installed."""
    chromium = require("chromium", "chromium")
    with sync_playwright() as playwright:
        # The sandbox needs a user who is not root; the pages are our own.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield Desktop(browser, folder)
        browser.close()


def violations(page: Page) -> list[str]:
    """Return the violations that axe finds on the page."""
    from axe_playwright_python.sync_playwright import Axe

    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
