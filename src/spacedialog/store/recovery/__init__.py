"""Examine the files of a store that may be damaged, without altering them."""
