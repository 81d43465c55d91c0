"""From a statement to a data file: reading the text, finding what is undertaken in it, checking it again later."""
