"""Typed rows: what reads return and what JSON output contains."""
