"""The lease of a batch at work: renewed by a thread with a connection of its own, which also
records what has come while the processor is still busy."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from jobs.engine.claim import Claim

log = structlog.get_logger(__name__)
TICK = 1.0


class Lease:
    """Held while a batch is worked on; the thread calls `tick` (recording) every second."""

    def __init__(self, claim: Claim, deadline: float, tick: Callable[[], None]) -> None:
        self.claim, self.deadline, self.tick = claim, deadline, tick
        self.expires = time.monotonic() + settings.ENGINE_LEASE_SECONDS
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    @property
    def alive(self) -> bool:
        return time.monotonic() < self.expires

    def _keep(self) -> None:
        renewal = settings.ENGINE_LEASE_SECONDS / 3
        renewed = time.monotonic()
        opened = False
        while not self._done.wait(min(TICK, renewal)):
            opened = True
            try:
                if time.monotonic() - renewed >= renewal and time.monotonic() < self.deadline:
                    self._renew()
                    renewed = time.monotonic()
                self.tick()
            except DatabaseError as error:  # tried again at the next tick
                log.warning("lease.database", error=type(error).__name__)
                connection.close()
        if opened:
            connection.close()

    def _renew(self) -> None:
        now = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM jobs_productresponse WHERE id = ANY(%s) AND lease_token = %s"
                " ORDER BY id FOR NO KEY UPDATE",
                [[response.id for response in self.claim.responses], self.claim.token],
            )
            cursor.execute(
                "UPDATE jobs_productresponse"
                " SET lease_until = clock_timestamp() + %s * interval '1 second'"
                " WHERE id = ANY(%s) AND lease_token = %s",
                [
                    settings.ENGINE_LEASE_SECONDS,
                    [response.id for response in self.claim.responses],
                    self.claim.token,
                ],
            )
            if cursor.rowcount:
                self.expires = now + settings.ENGINE_LEASE_SECONDS
