"""The command line: options, commands, completion and the terminal."""
