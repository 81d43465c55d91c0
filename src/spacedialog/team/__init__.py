"""Sharing a record: each member has a copy, and copies exchange entries through a shared log on a server."""
