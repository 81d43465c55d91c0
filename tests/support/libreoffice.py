"""Files converted by the real LibreOffice."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.system import require


def saved_by_libreoffice(folder: Path, ending: str, *files: Path) -> list[bytes]:
    """Return the files as LibreOffice saves them in another format; `folder` holds its profile."""
    program = require("soffice", "libreoffice-calc-nogui libreoffice-writer-nogui")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    out = folder / ending
    call: list[str | Path] = [program, profile, "--headless", "--convert-to", ending, "--outdir", out, *files]
    subprocess.run(call, check=True, capture_output=True, timeout=120)
    return [(out / file.with_suffix(f".{ending}").name).read_bytes() for file in files]
