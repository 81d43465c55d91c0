"""Tests of `spacedialog.model`."""
