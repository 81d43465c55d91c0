"""Check, back up, restore and fingerprint a store."""
