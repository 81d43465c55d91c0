"""Tests of `spacedialog.maintenance`."""
