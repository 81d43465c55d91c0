"""HTML: to come."""

from __future__ import annotations

from typing import TextIO

from spacedialog.errors import InputError
from spacedialog.report import Document
from spacedialog.sheets import Sheet


def write(view: Sheet | Document, out: TextIO) -> None:  # noqa: ARG001 - what it is to be
    """Write the view."""
    raise InputError("html is not there yet", "use another format")
