"""The store: a SQLite database, and the only place with SQL."""
