"""What writes the kept parts of docs/ from the program itself; each says by `python -m tools.NAME` what it is for."""
