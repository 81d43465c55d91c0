"""Mail: a message (RFC 5322) with the view as plain text and as HTML, without sender and recipient."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TextIO

from spacedialog.model.entry import item_id
from spacedialog.model.escapes import one_line
from spacedialog.presentation.tables import Table
from spacedialog.presentation.views import View, heading_of, with_tables
from spacedialog.render.formats import Settings
from spacedialog.render.html import plain_page
from spacedialog.render.table import drawn

_WIDTH = 78
_MAX_SUBJECT = 200

# "=_" cannot occur in text that is encoded as quoted-printable.
_BOUNDARY = "=_spacedialog"


def write(view: Table | View, out: TextIO, settings: Settings) -> None:
    """Write the message; it is dated on the day of the view, so that the same view gives the same bytes."""
    view = with_tables(view, lambda table: table._replace(rows=tuple(table.rows)))  # read twice
    text = "".join(drawn(view, settings._replace(width=_WIDTH, colour=False, notes=False)))
    message = EmailMessage()
    message["Date"] = datetime.fromisoformat(settings.as_of).replace(tzinfo=UTC)
    subject = one_line(f"{heading_of(view)} (as of {settings.as_of})")[:_MAX_SUBJECT]
    # The email package would decode an encoded word (RFC 2047), which may hold a line break and a header.
    message["Subject"] = subject.replace("=?", "= ?")
    message["Message-ID"] = f"<{item_id('message', f'{settings.as_of}/{text}')}@spacedialog>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative("".join(plain_page(view)), subtype="html", cte="quoted-printable")
    message.set_boundary(_BOUNDARY)
    out.write(message.as_string())
