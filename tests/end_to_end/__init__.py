"""Tests through the installed program."""
