"""Write to a store: append entries and update the tables that are written from the fold."""
