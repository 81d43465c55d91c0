"""Faults in the program's environment: each script causes one fault many times and checks the promises.

`python -m tests.faults.kill --runs 2000` runs a script at its large count; test_faults.py runs all of them at a small
one. A script takes a new seed for its random choices each time, or the given `--seed`, and prints it first. At the end
it prints its counts as one line of JSON and its verdict as a sentence, and exits with status 1 if a promise of
docs/reliability.md was broken. A seed that found a fault is kept as a test.
"""
