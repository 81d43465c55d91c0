"""Teams: each member has a copy of the record, and the copies exchange entries through a shared log on a server."""
