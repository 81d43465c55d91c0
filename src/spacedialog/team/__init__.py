"""Share a record in a team: each member has a copy, and copies exchange entries through a shared log on a server."""
