"""The checks, copies and fingerprints of a store."""
