"""Check, back up, restore, rescue and fingerprint a store."""
