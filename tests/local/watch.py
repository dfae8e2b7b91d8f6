"""What tests see of processes that they did not start themselves."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this did not happen in time"
        time.sleep(0.05)


def processes_of(state: Path) -> dict[int, str]:
    """Who works on this folder: it stands on the command line or is STATE of the environment."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            command = (folder / "cmdline").read_bytes()
            setting = b"\0STATE=" + os.fsencode(state) + b"\0"
            if os.fsencode(state) in command or setting in _environment(folder):
                found[int(folder.name)] = command.replace(b"\0", b" ").decode()
    return found


def _environment(folder: Path) -> bytes:
    with suppress(PermissionError):  # another user's
        return b"\0" + (folder / "environ").read_bytes()
    return b""
