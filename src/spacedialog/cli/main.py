"""The program: it finds the command, and is the one boundary that tells a user of an error."""

from __future__ import annotations

import gc
import os
import sys

from spacedialog import __version__
from spacedialog.errors import ProblemsError, SpacedialogError, StoreError

MOST_TOLD = 100
"""How many problems of a file are shown: a terminal scrolls, and who mends these sees the next."""


def main() -> None:
    """Run the command line, and end the process at once with its exit status."""
    if sys.stdout is None or sys.stderr is None:
        sys.exit(4)  # Whoever called this closed its output, and can be told nothing.
    # A process that ends in a moment has no garbage worth collecting.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # real streams, at this edge
    status = run(sys.argv[1:])
    # All is written and closed. To take the process down module by module would cost a sixth of its time again.
    os._exit(status)


def run(arguments: list[str]) -> int:
    """Run one command; its exit status."""
    try:
        if arguments == ["--version"]:
            # Before anything is imported: scripts ask for it.
            sys.stdout.write(f"spacedialog {__version__}\n")
            status = 0
        else:
            from spacedialog.cli.app import program

            status = program(arguments)
        sys.stdout.flush()
    except SpacedialogError as error:
        _tell(error)
        return error.exit_status
    except BrokenPipeError:
        # Whoever read this has had enough.
        _forget_output()
        return 0
    except OSError as error:
        _forget_output()
        _tell(StoreError(f"standard output: {error.strerror}", "make room for it, or write to another place"))
        return StoreError.exit_status
    except KeyboardInterrupt:
        status = 130
    if status == 130:
        sys.stderr.write("spacedialog: interrupted; nothing half done is kept\n")
    return status


def _forget_output() -> None:
    """What is left in the buffer must not fail again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr] # it was there at the start


def _tell(error: SpacedialogError) -> None:
    from spacedialog.render.text import one_line

    start = "" if error.problem.startswith("spacedialog") else "spacedialog: "
    lines = [start + one_line(error.problem)]
    problems = error.problems if isinstance(error, ProblemsError) else ()
    for problem in problems[:MOST_TOLD]:
        what, _, remedy = problem.rpartition("\n  ")
        lines += [one_line(what), f"  {one_line(remedy)}"]
    if len(problems) > MOST_TOLD:
        lines.append(f"… and {len(problems) - MOST_TOLD} more")
    if error.remedy:
        lines.append(f"  {one_line(error.remedy)}")
    sys.stderr.write("".join(f"{line}\n" for line in lines))
