"""Write to a store: append entries, update the projection."""
