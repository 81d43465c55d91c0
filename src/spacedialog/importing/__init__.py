"""Import of data files, exported logs and files of updates: parsing, checks, comparison, conversion to entries."""
