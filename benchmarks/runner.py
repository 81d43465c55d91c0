"""One process, timed by a process that is small itself: the system counts a starter's memory as its child's peak.

Reads from standard input, and writes to standard output, a marshalled dictionary. Run with `-I -S`, importing little.
"""

import marshal
import os
import sys
import time

KEPT = 1 << 20
"""So many bytes of the output are given back; of the rest, lines and bytes are counted."""


def main() -> None:
    """Run what was asked for, and tell how it went."""
    asked = marshal.load(sys.stdin.buffer)
    columns = asked["columns"]
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
    os.chdir(asked["cwd"])
    head, lines, size, first = b"", 0, 0, 0.0
    begin = time.perf_counter()
    process = os.posix_spawnp(asked["argv"][0], asked["argv"], asked["env"], file_actions=actions)
    os.close(write)
    while part := received(read):
        first = first or time.perf_counter() - begin
        lines += part.count(b"\n")
        size += len(part)
        if len(head) < KEPT:
            head += part
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - begin
    os.lseek(errors, 0, os.SEEK_SET)
    answer = {
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "first": first or wall,
        "peak": used.ru_maxrss / 1024,
        "own": own_peak(),
        "lines": lines,
        "size": size,
        "head": head,
        "status": os.waitstatus_to_exitcode(status),
        "errors": os.read(errors, 4000),
    }
    marshal.dump(answer, sys.stdout.buffer)


def received(handle: int) -> bytes:
    """The next part of the output; empty at its end."""
    try:
        return os.read(handle, 1 << 16)
    except OSError:  # how a terminal says that nobody writes any more
        return b""


def own_peak() -> float:
    """The peak memory of this process in MB: no child's peak shows below it."""
    with open("/proc/self/status", "rb") as status:  # noqa: PTH123  # pathlib would be most of what it measures
        line = next(line for line in status if line.startswith(b"VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
