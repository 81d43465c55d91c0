"""JSON Lines: each row is a JSON object on a line of its own."""

from __future__ import annotations

from typing import TextIO

from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View, main_table
from spacedialog.render.formats import Settings
from spacedialog.render.json_ import encoded_rows


def write(view: Table | View, out: TextIO, _settings: Settings) -> None:
    """Write the rows of the view's main table."""
    for line in encoded_rows(main_table(view)):
        out.write(line + "\n")
