"""Summaries of a record: brief, comparison, agreement, crosswalk."""
