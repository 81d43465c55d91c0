"""Read a store: snapshots of the record as of a day."""
