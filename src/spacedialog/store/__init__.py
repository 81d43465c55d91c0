"""The store: SQLite, and the only place where SQL stands."""
