"""(b) deletes and (c) accesses over three SQL products, against a bare script of the same deletes;
(e) statements per job on our own database."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import count, islice
from pathlib import Path
from statistics import mean

import psycopg
from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from jobs.engine.wake import wake
from jobs.models import Job, Product
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from jobs.services.submission import submit
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.benchmarks import shops
from tests.benchmarks.table import row
from tests.flows.workers import until, workers

CODES = ("one", "two", "three")
PROCESSES = 2
ROUNDS = 3
# What the engine does at a product, with nothing of the engine: find, then delete from the leaves.
DELETES = (
    "DELETE FROM lines USING orders, people WHERE lines.order_id = orders.id"
    " AND orders.person = people.id AND people.email = ANY(%s)",
    "DELETE FROM orders USING people WHERE orders.person = people.id AND people.email = ANY(%s)",
    "DELETE FROM people WHERE email = ANY(%s)",
)
TRANSACTIONS = ("BEGIN%", "COMMIT%", "ROLLBACK%", "SET%")


def measure(folder: Path, people: int, rows: int) -> Iterator[str]:
    organization = Organization.objects.create(ims_org_id="Bench-b@PortalOrg", name="Bench")
    population = rows // shops.ROWS_OF_ONE
    places = [shops.product(organization, code, population) for code in CODES]
    asking = iter(shops.scattered(range((3 * ROUNDS + 1) * people), population))
    bare, deleted, statements = [], [], []
    for number in range(ROUNDS):  # side by side: a machine has better and worse minutes
        bare.append(_bare(places, list(islice(asking, people))))
        took, executed = _engine(organization, folder / f"delete-{number}", people, asking)
        deleted.append(took)
        statements.append(executed)
    bare.append(_bare(places, list(islice(asking, people))))
    yield row(f"    bare script, {people} × 3, {PROCESSES} processes", f"{mean(bare):.2f} s", "")
    yield row(
        f"(b) {people} delete jobs × 3 products of {rows} rows, {PROCESSES} workers",
        f"{people / mean(deleted):.0f} jobs/s",
        "> 1500 jobs/s",
    )
    yield row("    against the bare script", f"{mean(deleted) / mean(bare):.2f} ×", "≤ 2.5 ×")
    yield row("(e) statements per job on our own database", f"{max(statements):.3f}", "< 0.1")
    given, _ = _engine(organization, folder / "access", people, asking, "access")
    yield row(
        f"(c) {people} access jobs × 3 products, {PROCESSES} workers",
        f"{people / given:.0f} jobs/s",
        "> 1200 jobs/s",
    )


_connections: dict[str, psycopg.Connection] = {}


def _connect(places: list[str]) -> None:
    _connections.update({place: psycopg.connect(place) for place in places})


def _bare(places: list[str], people: list[int]) -> float:
    """Seconds; processes and connections are warm, as the engine's are."""
    batch = settings.ENGINE_BATCH_SIZE
    batches = [
        (place, [shops.address(n) for n in people[start : start + batch]])
        for start in range(0, len(people), batch)
        for place in places
    ]
    with ProcessPoolExecutor(PROCESSES, initializer=_connect, initargs=(places,)) as pool:
        list(pool.map(time.sleep, [0.5] * PROCESSES))
        _checkpoint()
        begin = time.perf_counter()
        list(pool.map(_delete, batches))
        return time.perf_counter() - begin


def _delete(batch: tuple[str, list[str]]) -> None:
    place, addresses = batch
    with _connections[place].transaction():
        for statement in DELETES:
            _connections[place].execute(statement, [addresses])  # type: ignore[arg-type]


def _engine(
    organization: Organization,
    folder: Path,
    people: int,
    asking: Iterator[int],
    action: str = "delete",
) -> tuple[float, float]:
    """Seconds from the first wake to the last job, and our statements per job. Workers are warm:
    each has seen each product before, for there was more than a batch of one."""
    own = Product.objects.filter(organization=organization)
    open_jobs = Job.objects.filter(organization=organization, closed_at=None)
    looks = count()  # ours, not the engine's

    def done() -> bool:
        next(looks)
        return not open_jobs.exists()

    folder.mkdir()
    with workers(
        folder, ENGINE_LEASE_SECONDS="30", ENGINE_SWEEP_SECONDS="2", LOG_LEVEL="INFO"
    ) as log:
        for code in CODES:
            strangers = range(-PROCESSES * settings.ENGINE_BATCH_SIZE, 0)
            submit_people(organization, action, strangers, (code,))
            until(done, log)
        own.update(paused_at="2020-01-01T00:00Z")
        for _ in range(0, people, 1000):
            submit_people(organization, action, list(islice(asking, 1000)), CODES)
        _checkpoint()
        before = _statements() - next(looks)
        begin = timezone.now()
        own.update(paused_at=None)
        wake(own.values_list("pk", flat=True))
        until(done, log, seconds=600)
        statements = (_statements() - next(looks) - before) / people
        end = Job.objects.filter(organization=organization).aggregate(Max("closed_at"))
        return (end["closed_at__max"] - begin).total_seconds(), statements


def submit_people(
    organization: Organization, action: str, people: Sequence[int], codes: tuple[str, ...]
) -> None:
    drafts = tuple(
        PersonDraft(f"k{n}", (action,), (IdentityDraft("email", "Email", shops.address(n)),))
        for n in people
    )
    draft = RequestDraft(regulation="gdpr", regulation_given="gdpr", products=codes, people=drafts)
    submit(organization=organization, by=SYSTEM, draft=draft)


def _checkpoint() -> None:
    """Nobody's measure is charged with the pages of those before."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def _statements() -> float:
    """What PostgreSQL executed for us so far; the marks of transactions apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(calls), 0)::float FROM pg_stat_statements"
            " JOIN pg_database ON pg_database.oid = dbid"
            " WHERE datname = current_database() AND NOT query ILIKE ANY(%s)",
            [list(TRANSACTIONS)],
        )
        return cursor.fetchone()[0]
