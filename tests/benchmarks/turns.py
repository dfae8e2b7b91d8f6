"""A turn at one product, then at another one: prints the seconds of the second, and by how many MB
the peak of the memory grew meanwhile."""

import re
import sys
import time
from pathlib import Path

import django


def peak() -> int:
    """The peak of the resident memory, in kB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1])


def main(first: int, second: int) -> None:
    django.setup()
    from jobs.engine.turn import turn

    turn(first)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is what it is now
    before, begin = peak(), time.perf_counter()
    turn(second)
    print(time.perf_counter() - begin, (peak() - before) / 1e3)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
