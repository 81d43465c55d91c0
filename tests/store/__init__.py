"""Tests of `spacedialog.store`."""
