"""The entry point of the program: runs a command, and shows errors to the user."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import Any

from spacedialog import __version__
from spacedialog.errors import ProblemsError, SpacedialogError, StoreError

MOST_SHOWN = 100
"""The number of problems of a file that are shown at once. The rest appear once these are fixed."""


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    if sys.stdout is None or sys.stderr is None:
        sys.exit(4)  # The caller closed a stream, so no message can be shown.
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - open until the process ends
    # The process is too short for garbage collection to pay off.
    gc.disable()
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_RawOutput(sys.stdout.fileno(), "wb", closefd=False)),
        encoding=sys.stdout.encoding,
        errors="backslashreplace",
        line_buffering=sys.stdout.isatty(),
    )
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a real stream, not replaced here
    status = run(sys.argv[1:])
    # All output is flushed and all files are closed; a regular exit would add a sixth to the running time.
    os._exit(status)


class _RawOutput(io.FileIO):
    """Standard output, with errors for the user: only here is it certain that an error concerns this stream."""

    def write(self, data: Any, /) -> int:
        """Write bytes; BrokenPipeError if the reader closed the pipe, StoreError if it fails otherwise."""
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StoreError(
                f"standard output: {error.strerror}", "make room for it, or write to another place"
            ) from error


def run(arguments: list[str]) -> int:
    """Run one command, and return its exit status."""
    status: int | None
    try:
        if arguments in (["--version"], ["-V"]):
            # Scripts call this often, so it imports nothing else.
            sys.stdout.write(f"spacedialog {__version__}\n")
            status = 0
        else:
            from spacedialog.cli.app import program

            status = program(arguments)
        sys.stdout.flush()
    except SpacedialogError as error:
        return _failed(error)
    except BrokenPipeError:
        # The reader of the output closed the pipe.
        _forget_output()
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _failed(
            StoreError(f"{place}{error.strerror or error}", "correct this on the system, and run the command again")
        )
    except MemoryError:
        status = None
    except KeyboardInterrupt:
        status = 130
    if status is None:
        # Only after the block above is the memory free that the command held.
        return _failed(StoreError("there is not enough memory", "free some memory, or use a smaller file or store"))
    if status == 130:
        from spacedialog.cli.terminal import write_message

        write_message("spacedialog: interrupted; nothing half done is kept\n")
    return status


def _forget_output() -> None:
    """Discard the rest of the buffer; writing it would fail again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr] # checked by `main`


def _failed(error: SpacedialogError) -> int:
    """Show an error, and return its exit status."""
    from spacedialog.cli.terminal import write_message
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
    write_message("".join(f"{line}\n" for line in lines))
    return error.exit_status
