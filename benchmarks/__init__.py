"""Benchmarks: `python -m benchmarks` compares the program with a minimal script (the floor) and with other tools."""
