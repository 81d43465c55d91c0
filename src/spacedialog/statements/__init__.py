"""The text of statements: numbered sentences from every format, and a check of cited sentences against them."""
