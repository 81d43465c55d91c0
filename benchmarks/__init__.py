"""How fast the program is: `python -m benchmarks` measures it beside a floor and beside other tools."""
