"""The commands: they read options, call one use case, and show what it gives."""
