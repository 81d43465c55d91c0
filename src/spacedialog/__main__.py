"""`python -m spacedialog`."""

from spacedialog.cli import main

if __name__ == "__main__":
    main()
