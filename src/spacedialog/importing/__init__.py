"""Read files from outside, check them whole, and turn them into entries."""
