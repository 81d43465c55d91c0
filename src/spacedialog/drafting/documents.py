"""The text of PDF and Word files."""
from __future__ import annotations
from collections.abc import Iterator
from spacedialog.drafting.blocks import Block
def text_of_pdf(content: bytes, name: str) -> str: return ""
def blocks_of_docx(content: bytes, name: str) -> Iterator[Block]: return iter(())
