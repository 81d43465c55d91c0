"""Atom (RFC 4287): a feed whose items keep their ids, so that a feed reader shows each item once."""

from __future__ import annotations

from typing import TextIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from spacedialog.errors import InputError
from spacedialog.model.escapes import one_line, passage
from spacedialog.model.values import is_web_address
from spacedialog.presentation.feed import Feed, FeedEntry
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View, main_table
from spacedialog.render.formats import Settings


def write(view: Table | View, out: TextIO, _settings: Settings) -> None:
    """Write the feed of the view's main table; InputError if it has none."""
    table = main_table(view)
    if table.feed is None:
        raise InputError(f"{table.name}: this output has no feed", "use brief or history")
    write_feed(table.feed(), out)


def write_feed(feed: Feed, out: TextIO) -> None:
    """Write the feed, with only the first of several items with the same id."""
    root = _element("feed", feed)
    root.set("xmlns", "http://www.w3.org/2005/Atom")
    _link(root, "self", feed.own_address)
    items: dict[str, FeedEntry] = {}
    for entry in feed.entries:
        items.setdefault(entry.id, entry)
    root.extend(map(_entry, items.values()))
    indent(root)
    out.write(f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, "unicode")}\n')


def _element(name: str, item: Feed | FeedEntry) -> Element:
    element = Element(name)
    SubElement(element, "id").text = f"urn:uuid:{item.id}"
    SubElement(element, "title").text = one_line(item.title)
    SubElement(element, "updated").text = item.updated
    _link(element, "alternate", item.address)
    return element


def _entry(entry: FeedEntry) -> Element:
    element = _element("entry", entry)
    SubElement(SubElement(element, "author"), "name").text = one_line(entry.author)
    for address in filter(is_web_address, entry.evidence):
        _link(element, "related", address)
    # An item without a page must have content (RFC 4287, 4.1.2).
    SubElement(element, "content").text = "\n".join(passage(line) for line in entry.lines if line)
    return element


def _link(element: Element, relation: str, address: str) -> None:
    if address:
        SubElement(element, "link", rel=relation, href=one_line(address))
