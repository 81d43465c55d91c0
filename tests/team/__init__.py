"""Tests of team."""
