"""Programs of the system that some tests need."""

from __future__ import annotations

import shutil

import pytest


def require(program: str, package: str) -> str:
    """Return the path of a program; if it is missing, skip the test and name the package to install."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is missing; install it with: apt-get install {package}")
    return path
