"""Writing views out: one module a format, imported when it is asked for."""
