"""Maintenance of a store: checks, backup, restore, rescue and fingerprint."""
