"""Real workers and a real scheduler on the test's database, started and stopped by a test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    """Two workers, and one for the sweep and for counts, which is the scheduler's parent too. They
    print to folder/workers.log."""
    commands = [
        worker("work", 2),
        [*worker("sweep,count", 1), "--beat", "-s", str(folder / "beat")],
    ]
    with running(folder, commands, settings):
        yield folder / "workers.log"


def worker(queue: str, processes: int) -> list[str]:
    name = f"{queue.partition(',')[0]}-{os.getpid()}@%h"
    return ["worker", "-Q", queue, "-c", str(processes), "-n", name]


@contextmanager
def running(
    folder: Path, commands: Sequence[list[str]], settings: Mapping[str, str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Celery with each of these commands; all of it is killed in the end."""
    url = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}"))
    environment = {**os.environ, **QUICK, "DATABASE_URL": database, "STATE": str(folder)}
    environment |= {"PACKAGE_DIR": str(folder / "packages"), **settings}
    with (folder / "workers.log").open("ab") as output:
        started = [
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
            yield started
        finally:
            for process in started:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def until(condition: Callable[[], bool], log: Path, *, seconds: float = 120) -> None:
    """Waits for a condition; when it never comes, the workers' log is what one wants to read."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain\n{log.read_text()[-6000:]}")
