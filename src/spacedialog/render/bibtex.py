"""BibTeX: an entry of the type misc for each cited commitment, in UTF-8."""

from __future__ import annotations

import re
from typing import TextIO

from spacedialog.model.escapes import one_line
from spacedialog.presentation.citation import date_parts, is_certain
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render.csl_json import cited
from spacedialog.render.formats import Settings

# BibTeX counts every brace, even after a backslash, so braces become commands.
_COMMANDS = "textbackslash textbraceleft textbraceright textasciitilde textasciicircum textless textgreater textbar"
_ESCAPES = str.maketrans(
    {sign: f"\\{name}{{}}" for sign, name in zip(r"\{}~^<>|", _COMMANDS.split(), strict=True)}
    | {sign: f"\\{sign}" for sign in "$&%#_"}
)


def write(view: Table | View, out: TextIO, _settings: Settings) -> None:
    """Write the entries; InputError if the view has no citations."""
    for row in cited(view):
        years = {str(year) for year, *_ in date_parts(row.when)} if is_certain(row.when) else set()
        fields = {
            "title": f"{{{_escaped(row.title)}}}",
            "howpublished": _escaped(row.source),
            "year": years.pop() if len(years) == 1 else "",
            "url": re.sub(r"[{}\\]", lambda sign: f"%{ord(sign[0]):02X}", one_line(row.url)),
            "note": _escaped(row.known),
        }
        key = re.sub(r"[^A-Za-z0-9.:-]", lambda sign: f"+{ord(sign[0]):x}", row.ref)
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
        out.write(f"@misc{{{key},\n{lines}}}\n")


def _escaped(text: str) -> str:
    return one_line(text).translate(_ESCAPES)
