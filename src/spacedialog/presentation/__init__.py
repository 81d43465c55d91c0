"""Choose the columns and blocks that people see."""
