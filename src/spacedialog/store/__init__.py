"""The store: a SQLite database. All SQL for SQLite is in this package."""
