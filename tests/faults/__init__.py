"""What can go wrong around the program, made to happen: one script a fault, with counts; no tests here.

Each runs by hand at its large count, `python -m tests.faults.kill --runs 2000`; test_faults.py runs all of them at a
small one. A script says what it counted as one line of JSON, then a sentence; its exit status is 1 where a promise of
docs/reliability.md was broken.
"""
