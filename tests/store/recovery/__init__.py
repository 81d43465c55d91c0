"""Tests of the recovery of damaged stores."""
