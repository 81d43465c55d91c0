"""Tests of the registry of output formats."""

from __future__ import annotations

import pytest

from spacedialog.render.formats import FORMAT_BY_ENDING, Format, template_writer


@pytest.mark.parametrize("format_", list(Format))
def test_every_format_has_a_writer(format_: Format) -> None:
    """The module of every format has a function that writes it."""
    assert callable(format_.writer())


def test_a_template_has_a_writer() -> None:
    """The module for templates has a function that fills one."""
    assert callable(template_writer())


def test_no_two_formats_share_an_ending() -> None:
    """Every file ending belongs to one format, and begins with a dot."""
    assert len(FORMAT_BY_ENDING) == sum(len(format_.endings) for format_ in Format)
    assert all(ending.startswith(".") for ending in FORMAT_BY_ENDING)
