"""Write views: one module for each output format, imported when it is used."""
