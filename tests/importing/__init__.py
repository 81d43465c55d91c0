"""Tests of `spacedialog.importing`."""
