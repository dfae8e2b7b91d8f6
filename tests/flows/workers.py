"""Real workers and a real scheduler on the test's database, started and stopped by a test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

QUICK = {
    "ENGINE_LEASE_SECONDS": "3",
    "ENGINE_RETRY_SECONDS": "0.2,0.2",
    "ENGINE_SWEEP_SECONDS": "0.5",
    "ENGINE_BACKOFF_SECONDS": "0.5,1",
    "PACKAGE_MIN_FREE_BYTES": "0",
}


@contextmanager
def workers(folder: Path, **settings: str) -> Iterator[Path]:
    """Two workers, one for the sweep, and the scheduler. They print to folder/workers.log."""
    url = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}"))
    environment = {**os.environ, **QUICK, "DATABASE_URL": database, "STATE": str(folder)}
    environment |= {"PACKAGE_DIR": str(folder / "packages"), **settings}
    log = folder / "workers.log"
    commands = [
        ["worker", "-Q", "work", "-c", "2", "-n", f"work-{os.getpid()}@%h"],
        ["worker", "-Q", "sweep", "-c", "1", "-n", f"sweep-{os.getpid()}@%h"],
        ["beat", "-s", str(folder / "beat"), "--pidfile="],
    ]
    with log.open("ab") as output:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "tests.flows.worker", *command],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            for command in commands
        ]
        try:
            yield log
        finally:
            for process in running:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def until(condition: Callable[[], bool], log: Path, *, seconds: float = 60) -> None:
    """Waits for a condition; when it never comes, the workers' log is what one wants to read."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain\n{log.read_text()[-6000:]}")
