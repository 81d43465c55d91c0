"""The entry point of the program: runs a command, and shows errors to the user."""

from __future__ import annotations

import gc
import io
import os
import sys
from itertools import pairwise
from typing import Any

from spacedialog import __version__
from spacedialog.errors import ErrorRow, SpacedialogError, StoreError

MOST_SHOWN = 100
"""The number of problems of a file that a message shows; JSON has all of them."""

INTERRUPTED = 130
_INTERRUPTED = ErrorRow(INTERRUPTED, "interrupted; nothing incomplete was recorded", "")
_NO_MEMORY = ErrorRow(
    StoreError.exit_status, "not enough memory", "close other programs, or use a smaller file or database"
)
_JSON = {"json", "jsonl"}


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    if sys.stdout is None or sys.stderr is None:
        sys.exit(4)  # The caller closed a stream, so no message can be shown.
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - open until the process ends
    # In a process this short, garbage collection costs more than it saves.
    gc.disable()
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_RawOutput(sys.stdout.fileno(), "wb", closefd=False)),
        encoding=sys.stdout.encoding,
        errors="backslashreplace",
        line_buffering=sys.stdout.isatty(),
    )
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a real stream, not replaced here
    status = run(sys.argv[1:])
    # All output is flushed and all files are closed; a regular exit would take a sixth longer.
    os._exit(status)


class _RawOutput(io.FileIO):
    """Standard output; its errors are converted here, where they certainly concern this stream."""

    def write(self, data: Any, /) -> int:
        """Write bytes; BrokenPipeError if the reader closed the pipe, StoreError if it fails otherwise."""
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StoreError(
                f"standard output: {error.strerror}", "free some space, or write to another place"
            ) from error


def run(arguments: list[str]) -> int:
    """Run one command, and return its exit status."""
    failed: ErrorRow | None = None
    status = 0
    try:
        if arguments in (["--version"], ["-V"]):
            # Scripts call this often, so nothing else is imported.
            sys.stdout.write(f"spacedialog {__version__}\n")
        else:
            from spacedialog.cli.app import program, with_command

            arguments = with_command(arguments)
            status = program(arguments)
        sys.stdout.flush()
        if status == INTERRUPTED:
            failed = _INTERRUPTED
    except SpacedialogError as error:
        failed = error.row
    except BrokenPipeError:
        # The reader of the output closed the pipe.
        _discard_output()
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        failed = ErrorRow(
            StoreError.exit_status, f"{place}{error.strerror or error}", "correct this on the system, and try again"
        )
    except MemoryError:
        failed = _NO_MEMORY
    except KeyboardInterrupt:
        failed = _INTERRUPTED
    # The memory of the command is free only after the block above.
    return _report(failed, as_json=_has_json_option(arguments)) if failed else status


def _discard_output() -> None:
    """Discard the rest of the buffer; writing it would fail again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr] # checked by `main`


def _has_json_option(arguments: list[str]) -> bool:
    """Return whether the options, even of an invalid call, request JSON or JSON Lines."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    formats = [value for name, value in pairwise(options) if name in ("-f", "--format")]
    formats += [one.removeprefix("--format=").removeprefix("-f") for one in options if one.startswith("-")]
    return "--json" in options or not _JSON.isdisjoint(formats)


def _report(failed: ErrorRow, *, as_json: bool) -> int:
    """Write an error to standard error, and return its exit status."""
    from spacedialog.cli.terminal import write_message

    if as_json:
        from spacedialog.render.json_ import encoded, plain

        write_message(encoded({"error": plain(failed)}) + "\n")
        return failed.status
    from spacedialog.model.escapes import one_line

    start = "" if failed.message.startswith("spacedialog") else "spacedialog: "
    lines = [start + one_line(failed.message)]
    for problem in failed.problems[:MOST_SHOWN]:
        message, remedy = map(one_line, problem)
        lines += [message, f"  {remedy}"] if remedy else [f"  {message}"]
    if len(failed.problems) > MOST_SHOWN:
        lines.append(f"… and {len(failed.problems) - MOST_SHOWN} more")
    if failed.remedy:
        lines.append(f"  {one_line(failed.remedy)}")
    write_message("".join(f"{line}\n" for line in lines))
    return failed.status
