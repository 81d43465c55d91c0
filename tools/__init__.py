"""Scripts that generate parts of docs/ from the program: run one with `python -m tools.NAME`."""
