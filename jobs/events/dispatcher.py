"""The dispatcher: one per process, a thread that claims and records, and threads that send.

It works as long as something is due or in flight, and is woken by Celery. A slow receiver holds
some of the threads for as long as an exchange may take, never all of them, and nobody waits for it.
What a killed process had in flight is sent again when its lease is over: at least once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from queue import Empty, SimpleQueue

import structlog
from celery.signals import worker_process_shutdown
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from jobs.events import challenge, post, queue
from jobs.events.challenge import Challenged
from jobs.events.outcomes import Posted
from jobs.events.signing import signer

log = structlog.get_logger(__name__)
LOOK_SECONDS = 0.5  # between two looks for what has become due, while something is in flight

Result = Posted | Challenged


class Dispatcher:
    """`work_off` may be called by one thread at a time; `wake` by any."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="post")
        self._come: SimpleQueue[Result | None] = SimpleQueue()
        self._unrecorded: list[Result] = []
        self._flying = 0
        self._woken = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def wake(self) -> None:
        """Has a thread of its own work off what is due; returns at once."""
        self._woken.set()
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
                self._thread.start()

    def work_off(self) -> None:
        """Until nothing is due and nothing in flight."""
        while True:
            self._record()
            if not self._stopping:
                self._start(self.threads - self._flying)
            if not self._flying:
                return
            self._collect()

    def stop(self) -> None:
        """Claims nothing more and waits for what is in flight."""
        self._stopping = True
        self._woken.set()
        if self._thread is not None:
            self._thread.join(settings.WEBHOOK_SECONDS + 1)

    def _run(self) -> None:
        while not self._stopping:
            self._woken.wait()
            self._woken.clear()
            try:
                self.work_off()
            except (DatabaseError, InterfaceError) as error:  # the next wake tries again
                log.warning("dispatcher.database", error=type(error).__name__)
            except Exception as error:  # a fault of ours: what was claimed is due after its lease
                log.error("dispatcher.fault", error=type(error).__name__)
            finally:
                connection.close()

    def _start(self, free: int) -> None:
        if free <= 0:
            return
        for one in challenge.claim(free):
            self._fly(lambda one=one: challenge.make(one))  # type: ignore[misc]
            free -= 1
        claimed = queue.claim(free) if free else None
        if claimed and claimed.deliveries:
            self._post(claimed)

    def _post(self, claimed: queue.Claim) -> None:
        keys = signer()
        prepared = post.prepare(claimed)
        for lost in post.gone(claimed, prepared):
            self._flying += 1
            self._come.put(lost)
        for one in prepared:
            self._fly(lambda one=one: post.send(one, keys))  # type: ignore[misc]

    def _fly(self, send: Callable[[], Result]) -> None:
        self._flying += 1
        self._pool.submit(self._flight, send)

    def _flight(self, send: Callable[[], Result]) -> None:
        """In a thread that never sees the database. A fault of ours leaves it to the lease."""
        result = None
        try:
            result = send()
        except Exception as error:
            log.error("delivery.fault", error=type(error).__name__)
        finally:
            self._come.put(result)

    def _collect(self) -> None:
        """Waits for a result, and takes all that have come."""
        timeout: float | None = LOOK_SECONDS
        while True:
            try:
                result = self._come.get(timeout=timeout) if timeout else self._come.get_nowait()
            except Empty:
                return
            self._flying -= 1
            timeout = None
            if result is not None:
                self._unrecorded.append(result)

    def _record(self) -> None:
        """What has come is kept until our database has it."""
        if not self._unrecorded:
            return
        challenge.record([one for one in self._unrecorded if isinstance(one, Challenged)])
        queue.record([one for one in self._unrecorded if isinstance(one, Posted)])
        self._unrecorded.clear()


@cache
def dispatcher() -> Dispatcher:
    """This process's own; made after the fork, on the first wake."""
    made = Dispatcher(settings.WEBHOOK_THREADS)
    worker_process_shutdown.connect(lambda **_: made.stop(), weak=False)
    return made
