"""The entry point of the program: runs a command, and shows errors to the user."""

from __future__ import annotations

import gc
import os
import sys

from spacedialog import __version__
from spacedialog.errors import ProblemsError, SpacedialogError, StoreError

MOST_SHOWN = 100
"""The number of problems of a file that are shown at once. The rest appear once these are fixed."""


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    if sys.stdout is None or sys.stderr is None:
        sys.exit(4)  # The caller closed a stream, so no message can be shown.
    # The process is too short for garbage collection to pay off.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # real streams, not replaced here
    status = run(sys.argv[1:])
    # All output is flushed and all files are closed; a regular exit would add a sixth to the running time.
    os._exit(status)


def run(arguments: list[str]) -> int:
    """Run one command, and return its exit status."""
    try:
        if arguments == ["--version"]:
            # Scripts call this often, so it imports nothing else.
            sys.stdout.write(f"spacedialog {__version__}\n")
            status = 0
        else:
            from spacedialog.cli.app import program

            status = program(arguments)
        sys.stdout.flush()
    except SpacedialogError as error:
        _show(error)
        return error.exit_status
    except BrokenPipeError:
        # The reader of the output closed the pipe.
        _forget_output()
        return 0
    except OSError as error:
        _forget_output()
        _show(StoreError(f"standard output: {error.strerror}", "make room for it, or write to another place"))
        return StoreError.exit_status
    except KeyboardInterrupt:
        status = 130
    if status == 130:
        sys.stderr.write("spacedialog: interrupted; nothing half done is kept\n")
    return status


def _forget_output() -> None:
    """Discard the rest of the buffer; writing it would fail again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr] # checked by `main`


def _show(error: SpacedialogError) -> None:
    from spacedialog.render.text import one_line

    start = "" if error.problem.startswith("spacedialog") else "spacedialog: "
    lines = [start + one_line(error.problem)]
    problems = error.problems if isinstance(error, ProblemsError) else ()
    for problem in problems[:MOST_SHOWN]:
        statement, _, remedy = problem.rpartition("\n  ")
        lines += [one_line(statement), f"  {one_line(remedy)}"]
    if len(problems) > MOST_SHOWN:
        lines.append(f"… and {len(problems) - MOST_SHOWN} more")
    if error.remedy:
        lines.append(f"  {one_line(error.remedy)}")
    sys.stderr.write("".join(f"{line}\n" for line in lines))
