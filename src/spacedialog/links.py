"""Web addresses: how facts are cited, and which addresses are taken."""

from __future__ import annotations

from urllib.parse import urlsplit

from spacedialog.errors import InputError

_REMEDY = "write http:// or https://, a host and a path"


def web_address(text: str) -> str:
    """The address, as it stands; InputError unless it is http(s), has a host and carries no credentials."""
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
