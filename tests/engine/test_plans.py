"""The planner must never guess: whatever the statistics of the hot tables say, no statement of the
engine takes long."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jobs.engine.sweep import sweep
from jobs.engine.turn import turn
from jobs.models import Job, Product, ProductResponse
from jobs.services import officers, products
from privacyportal.actors import SYSTEM
from tests.engine.conftest import Trial
from tests.plans import looked_at

LONGEST = 0.1  # seconds
PEOPLE = 300
OLD_JOBS = 20_000  # with three responses each
CODES = ("trial", "two", "three")
HOT = ("jobs_requestsubject", "jobs_identity", "jobs_job", "jobs_productresponse", "jobs_attempt")


class Stopwatch:
    """Statement → its longest time."""

    def __init__(self) -> None:
        self.times: dict[str, float] = {}

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - began
            statement = " ".join(sql.split())
            self.times[statement] = max(took, self.times.get(statement, 0.0))

    @property
    def slow(self) -> dict[str, float]:
        return {sql: took for sql, took in self.times.items() if took > LONGEST}


@pytest.fixture
def three(trial: Trial, settings: Any) -> Trial:
    """Three products; a turn takes one batch, which is as large as what a test submits."""
    settings.ENGINE_TURN_SECONDS = 0
    settings.ENGINE_BATCH_SIZE = PEOPLE
    for code in CODES[1:]:
        products.add(
            organization=trial.organization,
            by=SYSTEM,
            code=code,
            display_name=code,
            processor="trial",
            document={"folder": str(trial.folder)},
        )
    return trial


def everything(trial: Trial) -> None:
    """Submission, claims, recording, gates, roll-up, sweep and officers, on fresh people."""
    words = ["refuse", "partial", "late", "flaky", "poison", *["anna"] * (PEOPLE - 5)]
    last = Job.objects.order_by("pk").last()
    trial.submit(*words, actions=["access", "delete"], products=CODES)
    ours = Job.objects.filter(pk__gt=last.pk if last else 0)
    for _ in range(5):
        for product in Product.objects.order_by("pk"):
            turn(product.pk)
        sweep()
    trial.submit("anna", products=CODES)
    fresh = ours.order_by("pk").last()
    assert fresh is not None
    officers.cancel(job=fresh, by=SYSTEM)
    held = list(ours.filter(responses__state="held").distinct().order_by("pk")[:2])
    for job, act in zip(held, (officers.release, officers.drop), strict=True):
        act(job=job, by=SYSTEM)
    failed = ours.filter(state="error", action="access").first()
    assert failed is not None
    officers.retry(job=failed, by=SYSTEM)
    assert ours.filter(state="complete").count() > PEOPLE


def no_statement_is_slow(trial: Trial) -> None:
    """Twice, where the first time something was: colleagues of this machine may hold it up."""
    slow: dict[str, float] = {}
    for _ in range(2):
        watch = Stopwatch()
        with connection.execute_wrapper(watch):
            everything(trial)
        slow = {s: took for s, took in watch.slow.items() if not slow or s in slow}
        if not slow:
            return
    raise AssertionError("\n".join(f"{took * 1000:.0f} ms: {sql}" for sql, took in slow.items()))


def multiply(table: str, **values: str) -> None:
    """Copies of the rows of a table, OLD_JOBS of each; `values` are SQL of a row and of `n`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
        )
        columns = [name for (name,) in cursor.fetchall()]
        given = {"id": "1000000 + n * 10 + (row_number() OVER (PARTITION BY n ORDER BY id))"}
        if "public_id" in columns:
            given["public_id"] = "gen_random_uuid()"
        chosen = ", ".join({**given, **values}.get(name, name) for name in columns)
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen}"
            f" FROM {table}, generate_series(1, {OLD_JOBS}) n"
        )
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
        )


def many(trial: Trial, *, closed: bool) -> None:
    """20,000 jobs at three products: all closed, or all open (due, later or held)."""
    trial.submit("anna", products=CODES)
    if closed:
        for product in Product.objects.all():
            turn(product.pk)
    multiply("jobs_requestsubject", position="n")
    multiply(
        "jobs_identity",
        request_subject_id="1000000 + n * 10 + 1",
        fingerprint="sha256(n::text::bytea)",
    )
    multiply("jobs_job")  # of the first person, whose identities can be opened
    job = "1000000 + n * 10 + 1"
    multiply("jobs_attempt", job_id=job, response_id="response_id + n * 10")
    multiply("jobs_productresponse", sort_key="'2099-01-01'::date", job_id=job)
    if not closed:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_productresponse SET state = (ARRAY['due','later','held'])[1 + id / 10"
                " % 3], not_before = '2099-01-01' WHERE id > 1000000"
            )
    assert ProductResponse.objects.count() == 3 * (OLD_JOBS + 1)


def empty(trial: Trial) -> None:
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "fill",
    [empty, lambda trial: many(trial, closed=True), lambda trial: many(trial, closed=False)],
    ids=["empty", "all closed", "all open"],
)
def test_no_statement_is_slow_whatever_the_statistics_say(
    three: Trial, fill: Callable[[Trial], None]
) -> None:
    fill(three)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(HOT)}")

    no_statement_is_slow(three)
    no_sweep_looks_at_what_is_not_over()


def no_sweep_looks_at_what_is_not_over() -> None:
    """Most of what is `later` has its time to come."""
    found = looked_at(sweep)

    time_passes = {sql: rows for sql, rows in found.items() if "_timestamp()" in sql}
    assert len(time_passes) == 4
    assert max(time_passes.values()) < 100, time_passes


def test_nothing_is_compared_with_a_time_that_no_index_can_be_asked_for() -> None:
    """`clock_timestamp()` differs from row to row: every row is read, and then compared."""
    own = [
        one for folder in ("jobs", "consent", "privacyportal") for one in Path(folder).rglob("*.py")
    ]
    compared = re.compile(r"[<>]=?\s+clock_timestamp\(\)")

    assert len(own) > 100
    assert [str(one) for one in own if compared.search(one.read_text())] == []
