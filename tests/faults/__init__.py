"""Fault injection: one script for each fault, which checks the promises of docs/reliability.md.

Run a script by hand with a large count, such as `python -m tests.faults.kill --runs 2000`; test_faults.py runs all of
them with a small one. A script prints its counts as one line of JSON, then a sentence. Its exit status is 1 if a
promise was broken.
"""
