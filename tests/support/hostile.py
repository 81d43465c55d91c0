"""Text that tries to become markup, a header, a terminal control or a command in the formats that others read."""

from __future__ import annotations

HOSTILE = (
    "</title><script>alert(1)</script>",
    "]]><x:a xmlns:x='u'/>&lt;&#0;",
    "line\r\nBcc: all@example.org\r\n\r\nbody",
    "\x00\x07\x1b[31m\x7f\x9b\u202e\u2028",
    "\ud800 lone \udfff \ufffe\uffff",
    "} @comment{ \\input{/etc/passwd} % $x$ #1 & _ ^ ~ {",
    "--=_spacedialog\n--=_spacedialog--",
    "<i>one</i> <span class='nocase'>two</span>",
    "=?utf-8?q?=0ABcc:_x?=",
    "x" * 40_000,
)
