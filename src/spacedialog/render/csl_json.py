"""CSL-JSON: the cited commitments as items for citation processors such as Zotero and pandoc."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TextIO

from spacedialog.errors import InputError
from spacedialog.model.escapes import one_line
from spacedialog.presentation.citation import Citation, date_parts, is_certain
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View
from spacedialog.render.formats import Settings
from spacedialog.render.json_ import encoded


def write(view: Table | View, out: TextIO, _settings: Settings) -> None:
    """Write a list of items; InputError if the view has no citations."""
    out.write("[\n" + ",\n".join(encoded(_item(row)) for row in cited(view)) + "\n]\n")


def cited(view: Table | View) -> Sequence[Citation]:
    """Return the citations of a view; InputError if it has none."""
    if view.name != "citations" or not isinstance(view, View):
        raise InputError(f"{view.name}: this output has no citations", "use cite")
    rows: Sequence[Citation] = view.data
    return rows


def _item(row: Citation) -> dict[str, Any]:
    address = row.url.replace("<", "%3C")
    texts = {"id": row.ref, "title": row.title, "container-title": row.source, "URL": address, "note": row.known}
    item: dict[str, Any] = {name: _without_tags(text) for name, text in texts.items() if text}
    if parts := date_parts(row.when):
        item["issued"] = {"date-parts": parts} if is_certain(row.when) else {"date-parts": parts, "circa": True}
    return {"type": "document", **item, "accessed": {"date-parts": date_parts(row.as_of)}}


def _without_tags(text: str) -> str:
    """Return the text with a space in each tag, because citation processors read some tags of HTML as markup."""
    return re.sub(r"<(?=/?[A-Za-z])", "< ", one_line(text))
