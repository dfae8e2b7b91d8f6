"""Our own PostgreSQL and Valkey go away in the middle of work: every job ends, once, truthfully."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest
import redis

from privacyportal.local import processes
from tests.faults.firm import DONE, ORDERS, left
from tests.faults.installation import Installation, installation
from tests.flows.workers import until
from tests.processors.databases import postgresql_database

pytestmark = pytest.mark.slow  # an installation of its own, and servers that begin again
MANY = range(1, 601)
SMALL = {"ENGINE_BATCH_SIZE": "3"}  # hundreds of batches: something is always in the middle


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    product = postgresql_database("")
    with installation(tmp_path_factory.mktemp("installation"), product) as portal:
        yield portal


@pytest.fixture(autouse=True)
def _full_product(portal: Installation) -> None:
    portal.refill()


def assert_many_are_gone(portal: Installation) -> None:
    assert portal.answers("delete") == [DONE] * len(MANY)
    assert portal.ended_once()
    assert left(portal.product.at) == (list(range(601, 1001)), 400 * ORDERS)


def test_without_valkey_requests_are_taken_people_sign_in_and_work_resumes(
    portal: Installation,
) -> None:
    begun = portal.count("complete")

    with portal.workers(**SMALL) as log:
        portal.submit(MANY, "delete")
        until(lambda: portal.count("complete") > begun + 40, log)
        portal.valkey.stop()
        unfinished = not portal.all_closed()
        began = time.monotonic()
        page = portal.sign_in()
        seconds_to_sign_in = time.monotonic() - began
        answered_in = portal.submit(range(601, 611), "access", "delete")
        portal.valkey.start()  # empty: nothing of it is kept
        until(portal.all_closed, log)

    assert unfinished, "it was not in the middle of work"
    assert answered_in < 2
    assert seconds_to_sign_in < 10
    assert "officer@example.org" in page
    assert portal.answers("access") == portal.answers("delete") == [DONE] * 10
    assert portal.ended_once()
    assert left(portal.product.at) == (list(range(611, 1001)), 390 * ORDERS)


def test_wakes_that_are_flushed_lose_nothing(portal: Installation) -> None:
    portal.submit(MANY, "delete")
    with redis.Redis.from_url(portal.valkey.url) as broker:
        broker.flushall()
        assert broker.llen("work") == 0, "no wake is left"

    with portal.workers() as log:
        until(portal.all_closed, log)

    assert_many_are_gone(portal)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_our_database_is_restarted_in_the_middle_of_work(
    portal: Installation, how: signal.Signals
) -> None:
    begun = portal.count("complete")

    with portal.workers(**SMALL) as log:
        portal.submit(MANY, "delete")
        until(lambda: portal.count("complete") > begun + 40, log)
        assert portal.postgres.process is not None
        processes.stop(portal.postgres.process, with_signal=how)
        time.sleep(1.5)
        portal.postgres.start()
        unfinished = not portal.all_closed()
        until(portal.all_closed, log)

    assert unfinished, "it was not in the middle of work"
    assert_many_are_gone(portal)
    assert portal.query("SELECT max(tries) FROM jobs_productresponse") == [(1,)]
    assert "officer@example.org" in portal.sign_in()
