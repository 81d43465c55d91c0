"""A small process that starts and times another: Linux counts the memory of a parent in the peak of its child.

Reads a marshalled dictionary from standard input and writes one to standard output. Run with `-I -S`; imports little.
"""

import marshal
import os
import sys
import time

HEAD_SIZE = 1 << 20
"""The number of bytes of output that are returned; all lines and bytes are counted."""


def main() -> None:
    """Run the requested command and write its measurements."""
    request = marshal.load(sys.stdin.buffer)
    columns = request["columns"]
    if columns:
        import termios

        read, write = os.openpty()
        termios.tcsetwinsize(write, (50, columns))
    else:
        read, write = os.pipe()
    errors = os.memfd_create("errors")
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, write, 1),
        (os.POSIX_SPAWN_DUP2, errors, 2),
    ]
    os.chdir(request["cwd"])
    head, lines, size, first = b"", 0, 0, 0.0
    begin = time.perf_counter()
    process = os.posix_spawnp(request["argv"][0], request["argv"], request["env"], file_actions=actions)
    os.close(write)
    while part := read_part(read):
        first = first or time.perf_counter() - begin
        lines += part.count(b"\n")
        size += len(part)
        if len(head) < HEAD_SIZE:
            head += part
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - begin
    os.lseek(errors, 0, os.SEEK_SET)
    reply = {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "first": first or wall,
        "peak": usage.ru_maxrss / 1024,
        "own": own_peak(),
        "lines": lines,
        "size": size,
        "head": head,
        "status": os.waitstatus_to_exitcode(status),
        "errors": os.read(errors, 4000),
    }
    marshal.dump(reply, sys.stdout.buffer)


def read_part(handle: int) -> bytes:
    """Return the next part of the output; empty at the end."""
    try:
        return os.read(handle, 1 << 16)
    except OSError:  # raised by a terminal when the other end is closed
        return b""


def own_peak() -> float:
    """Return the peak memory of this process in MB; no lower peak of a child can be observed."""
    with open("/proc/self/status", "rb") as status:  # noqa: PTH123  # importing pathlib would raise the peak
        line = next(line for line in status if line.startswith(b"VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
