"""(b) deletes and (c) accesses over three SQL products, against a bare script of the same deletes;
(e) transactions per job on our own database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from jobs.engine.wake import wake
from jobs.models import Job, Product
from jobs.services import products
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from jobs.services.submission import submit
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.benchmarks.table import row
from tests.flows.workers import until, workers

PRODUCTS = ("one", "two", "three")
PROCESSES = 2
BATCH = 500
ORDERS, LINES = 3, 2  # of a person, of an order: a tenth of all rows are people
DELETES = (
    "DELETE FROM lines USING orders, people WHERE lines.order_id = orders.id"
    " AND orders.person = people.id AND people.email = ANY(%s)",
    "DELETE FROM orders USING people WHERE orders.person = people.id AND people.email = ANY(%s)",
    "DELETE FROM people WHERE email = ANY(%s)",
)
TABLES = """
    CREATE TABLE people AS
        SELECT n AS id, 'person' || n || '@example.org' AS email, 'Name ' || n AS name
        FROM generate_series(0, {people} - 1) n;
    CREATE TABLE orders AS
        SELECT n AS id, n / {orders} AS person, now() AS at
        FROM generate_series(0, {people} * {orders} - 1) n;
    CREATE TABLE lines AS
        SELECT n AS id, n / {lines} AS order_id, 'Article ' || n AS article, 9.99::numeric AS price
        FROM generate_series(0, {people} * {orders} * {lines} - 1) n;
    ALTER TABLE people ADD PRIMARY KEY (id);
    ALTER TABLE orders ADD PRIMARY KEY (id), ADD FOREIGN KEY (person) REFERENCES people;
    ALTER TABLE lines ADD PRIMARY KEY (id), ADD FOREIGN KEY (order_id) REFERENCES orders;
    CREATE INDEX ON people (email);
    CREATE INDEX ON orders (person);
    CREATE INDEX ON lines (order_id);
    ANALYZE"""
MAPPING = {
    "people": {"identities": [{"namespace": "email", "column": "email", "normalized": True}]},
    "orders": {"parent": {"table": "people", "column": "person", "parent_column": "id"}},
    "lines": {"parent": {"table": "orders", "column": "order_id", "parent_column": "id"}},
}


def measure(folder: Path, people: int, rows: int) -> Iterator[str]:
    organization = Organization.objects.create(ims_org_id="Bench-b@PortalOrg", name="Bench")
    places = [_product(organization, code, rows) for code in PRODUCTS]
    bare = _bare(places, range(people))
    yield row(f"    bare script, {people} deletes × 3", f"{people / bare:.0f} persons/s", "")
    deleted, transactions = _engine(organization, folder, "delete", range(people, 2 * people))
    yield row(
        f"(b) {people} delete jobs × 3 products of {rows} rows",
        f"{people / deleted:.0f} jobs/s",
        "> 1500 jobs/s",
    )
    yield row("    against the bare script", f"{deleted / bare:.2f} ×", "≤ 2.5 ×")
    yield row("(e) transactions per job on our database", f"{transactions:.3f}", "< 0.1 statements")
    given, _ = _engine(organization, folder, "access", range(2 * people, 3 * people))
    yield row(
        f"(c) {people} access jobs × 3 products", f"{people / given:.0f} jobs/s", "> 1200 jobs/s"
    )


def _address(number: int) -> str:
    return f"person{number}@example.org"


def _product(organization: Organization, code: str, rows: int) -> str:
    """A database of its own: people, their orders, and the lines of these."""
    own = settings.DATABASES["default"]
    place = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"]}
    place["password"] = own["PASSWORD"]
    name = f"bench_{uuid4().hex[:8]}"
    with psycopg.connect(dbname="postgres", autocommit=True, **place) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    at = psycopg.conninfo.make_conninfo(dbname=name, **place)
    shape = {"people": rows // (1 + ORDERS + ORDERS * LINES), "orders": ORDERS, "lines": LINES}
    with psycopg.connect(at, autocommit=True) as target:
        target.execute(TABLES.format(**shape))  # type: ignore[arg-type]
    login = f"{own['USER']}:{own['PASSWORD']}"
    document = {
        "url": f"postgresql://{login}@{own['HOST']}:{own['PORT']}/{name}",
        "tables": MAPPING,
    }
    products.add(
        organization=organization,
        by=SYSTEM,
        code=code,
        display_name=code,
        processor="sql",
        document=document,
    )
    return at


def _bare(places: list[str], people: range) -> float:
    batches = [
        (place, [_address(n) for n in people[start : start + BATCH]])
        for start in range(0, len(people), BATCH)
        for place in places
    ]
    with ProcessPoolExecutor(PROCESSES) as pool:
        begin = time.perf_counter()
        list(pool.map(_delete, batches))
        return time.perf_counter() - begin


def _delete(batch: tuple[str, list[str]]) -> None:
    place, addresses = batch
    with psycopg.connect(place) as target:
        for statement in DELETES:
            target.execute(statement, [addresses])  # type: ignore[arg-type]


def _engine(
    organization: Organization, folder: Path, action: str, people: range
) -> tuple[float, float]:
    """Seconds from the first wake to the last job, and transactions per job. Workers are warm."""
    own = Product.objects.filter(organization=organization)
    own.update(paused_at="2020-01-01T00:00Z")
    for start in range(0, len(people), 1000):
        _submit(organization, action, people[start : start + 1000])
    open_jobs = Job.objects.filter(organization=organization, closed_at=None)
    with workers(
        folder, ENGINE_LEASE_SECONDS="30", ENGINE_SWEEP_SECONDS="2", LOG_LEVEL="INFO"
    ) as log:
        until(lambda: log.read_text().count("ready") >= 2, log)
        before = _transactions()
        begin = time.perf_counter()
        own.update(paused_at=None)
        wake(own.values_list("pk", flat=True))
        until(lambda: not open_jobs.exists(), log, seconds=600)
        seconds = time.perf_counter() - begin
        return seconds, (_transactions() - before) / len(people)


def _submit(organization: Organization, action: str, people: range) -> None:
    drafts = tuple(
        PersonDraft(f"k{n}", (action,), (IdentityDraft("email", "Email", _address(n)),))
        for n in people
    )
    draft = RequestDraft(
        regulation="gdpr", regulation_given="gdpr", products=PRODUCTS, people=drafts
    )
    submit(organization=organization, by=SYSTEM, draft=draft)


def _transactions() -> float:
    """Commits of our database: each short transaction and each statement outside of one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        )
        return cursor.fetchone()[0]
