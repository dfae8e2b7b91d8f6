"""Keeps processes running: what dies is started again, after a delay that grows."""

import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from privacyportal.local import console, processes
from privacyportal.local.postgres import Postgres
from privacyportal.local.services import Service
from privacyportal.local.valkey import Valkey

FIRST_DELAY, LONGEST_DELAY = 1.0, 30.0
STABLE_SECONDS = 60  # who has run this long starts again without delay


@dataclass
class Kept:
    """Something that runs and is started again when it ends."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes]
    delay: float = FIRST_DELAY
    started: float = field(default_factory=time.monotonic)
    again_at: float | None = None

    def look(self) -> None:
        """Called a few times a second."""
        now = time.monotonic()
        if self.again_at is not None:
            if now >= self.again_at:
                self._restart()
        elif (code := self.process.poll()) is not None:
            self.delay = FIRST_DELAY if now - self.started > STABLE_SECONDS else self.delay
            self._put_off(f"{self.name} ended ({ending(code)})")

    def _restart(self) -> None:
        try:
            self.process = self.start()
        except (OSError, RuntimeError) as error:
            self._put_off(f"{self.name} did not start: {error}")
            return
        self.started, self.again_at = time.monotonic(), None
        console.say(f"{self.name} runs again")

    def _put_off(self, reason: str) -> None:
        console.say(f"{reason}; starting it again in {self.delay:.0f} s")
        self.again_at = time.monotonic() + self.delay
        self.delay = min(self.delay * 2, LONGEST_DELAY)


def ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def keep_service(service: Service, environment: Mapping[str, str]) -> Kept:
    def start() -> subprocess.Popen[bytes]:
        process = processes.spawn(
            service.argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert process.stdout
        console.follow(service.name, process.stdout)
        return process

    return Kept(service.name, start, start())


def stop_together(group: Iterable[tuple[Service, Kept]]) -> None:
    """Asks all, then waits for each as long as it may take."""
    group = list(group)
    for _, kept in group:
        if kept.process.poll() is None:
            kept.process.terminate()
    for service, kept in group:
        processes.stop(kept.process, seconds=service.patience)


def keep_server(server: Postgres | Valkey) -> Kept:
    def start() -> subprocess.Popen[bytes]:
        server.start()
        return running()

    def running() -> subprocess.Popen[bytes]:
        assert server.process
        return server.process

    return Kept(type(server).__name__, start, running())
