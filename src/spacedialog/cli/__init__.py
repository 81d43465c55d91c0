"""The command line: options, commands and completion."""
