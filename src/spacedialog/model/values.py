"""How facts are cited: documents with their paragraphs, and web addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from spacedialog.errors import InputError

# The common address, for which a large import needs no parser: a host name, then a path without `@`.
_PLAIN = re.compile(r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*/[!-?A-Z_a-z~]*")
_SIGNS = {"paragraph": " par. ", "sentence": " s. ", "grade": ", grade "}
_REMEDY = "write http:// or https://, a host and a path"


def check_web_address(text: str) -> str:
    """The address, as it stands; InputError unless it is http(s), has a host and carries no credentials."""
    if _PLAIN.fullmatch(text):
        return text
    try:
        parts = urlsplit(text)
        host, credentials = parts.hostname, parts.username is not None or parts.password is not None
    except ValueError:
        host, credentials = None, False
    if not host or parts.scheme not in ("http", "https") or not text.isprintable() or " " in text:
        raise InputError("this is not a web address", _REMEDY)
    if credentials:
        raise InputError("this web address carries a user name or a password", "write it without them")
    return text


def citation_text(source: Mapping[str, Any]) -> str:
    """A source in one line: document, paragraph, sentence, evidence grade."""
    document: str = source["document"]
    return document + "".join(f"{sign}{source[part]}" for part, sign in _SIGNS.items() if source.get(part))


def is_citation_of(document: str, citation: str) -> bool:
    """Whether the citation, as `citation_text` returns it, is of the document with this key."""
    return citation == document or citation.startswith(tuple(document + sign for sign in _SIGNS.values()))
