"""Tests of `spacedialog.team`."""
