"""One process owns a state folder at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Owned(RuntimeError):
    """Another process has the folder."""


@contextmanager
def own(state: Path) -> Iterator[None]:
    """Holds the folder, made if need be; the lock goes with this process, however it ends."""
    state.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    with (state / ".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Owned(
                f"{state} is in use by process {lock.read().strip() or '(starting)'}. "
                "Stop that one, or choose another folder with STATE=."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
