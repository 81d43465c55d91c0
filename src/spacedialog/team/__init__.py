"""A team on one record: copies that meet in a shared log on a server."""
