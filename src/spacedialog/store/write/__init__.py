"""Write to a store: append entries and update the projection tables."""
