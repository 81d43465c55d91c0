"""From the sentences of a statement to a data file: candidates by rules or from a model's answer, and their review."""
