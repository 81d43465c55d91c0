"""The program: it finds the command, and is the one boundary that tells a user of an error."""

from __future__ import annotations

import os
import sys

from spacedialog import __version__
from spacedialog.errors import ProblemsError, SpacedialogError


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        # Before anything is imported: scripts ask for it.
        sys.stdout.write(f"spacedialog {__version__}\n")
        return
    sys.exit(run(arguments))


def run(arguments: list[str]) -> int:
    """Run one command; its exit status."""
    from spacedialog.commands.group import program

    try:
        status = program(arguments)
        sys.stdout.flush()
    except SpacedialogError as error:
        _tell(error)
        return error.exit_status
    except BrokenPipeError:
        # Whoever read this has had enough. What is left in the buffer must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("spacedialog: interrupted; nothing half done is kept\n")
        return 130
    return status


def _tell(error: SpacedialogError) -> None:
    from spacedialog.render.text import one_line

    lines = [error.problem if error.problem.startswith("spacedialog") else f"spacedialog: {error.problem}"]
    if isinstance(error, ProblemsError):
        lines += error.problems
    if error.remedy:
        lines.append(f"  {error.remedy}")
    for line in "\n".join(lines).split("\n"):
        indent = "  " if line.startswith("  ") else ""
        sys.stderr.write(f"{indent}{one_line(line)}\n")
