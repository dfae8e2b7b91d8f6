"""What several do at the same moment: forced by a barrier."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

TIMES = 10  # that a race is run: one that ends well proves nothing


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Each in a thread with a connection of its own, begun at once; their results, errors
    raised."""
    barrier = threading.Barrier(len(calls))

    def alone(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(30) for future in [pool.submit(alone, call) for call in calls]]


def meeting(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """The two who call this function wait for each other before it."""
    barrier = threading.Barrier(2)
    real = getattr(owner, name)

    def met(*args: Any, **kwargs: Any) -> Any:
        barrier.wait(10)
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, met)
