"""Entry point of `python -m spacedialog`."""

from spacedialog.cli.main import main

if __name__ == "__main__":
    main()
