"""Tables and views: the columns and blocks of each result."""
