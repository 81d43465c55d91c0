"""What the record amounts to: brief, comparison, agreement, crosswalk."""
