"""Checks of the updates, commitments, links and assessments that a user records, and their conversion to entries."""
