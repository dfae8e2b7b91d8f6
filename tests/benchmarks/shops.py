"""Databases to fulfil requests in: people, their orders, the lines of these, ten rows for one."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

import psycopg
from psycopg import sql

from jobs.services import products
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.processors.databases import own

ORDERS, LINES = 3, 2  # of a person, of an order
STRIDE = 48_271  # a prime
ROWS_OF_ONE = 1 + ORDERS + ORDERS * LINES
TABLES = """
    CREATE TABLE people AS
        SELECT n AS id, 'person' || n || '@example.org' AS email, 'Name ' || n AS name,
            '+46 70 ' || n AS phone, n || ' Long Street' AS street, 'Town ' || n % 999 AS town,
            date '1950-01-01' + n % 20000 AS born, now() AS since
        FROM generate_series(0, {people} - 1) n;
    CREATE TABLE orders AS
        SELECT n AS id, n / {orders} AS person, now() AS at, 'paid' AS state, n % 900 + 0.5 AS total
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


def address(number: int) -> str:
    return f"person{number}@example.org"


def scattered(numbers: Iterable[int], people: int) -> list[int]:
    """Those who ask stand anywhere in a table, not side by side: a permutation of all people."""
    return [number * STRIDE % people for number in numbers]


def product(
    organization: Organization, code: str, people: int, orders: int = ORDERS, lines: int = LINES
) -> str:
    """Fills a database of its own and sets it up as a product; its connection string."""
    place = own()
    name = f"bench_{uuid4().hex[:8]}"
    with psycopg.connect(dbname="postgres", autocommit=True, **place) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    at = psycopg.conninfo.make_conninfo(dbname=name, **place)
    shape = {"people": people, "orders": orders, "lines": lines}
    with psycopg.connect(at, autocommit=True) as target:
        target.execute(TABLES.format(**shape))  # type: ignore[arg-type]
        target.execute("VACUUM")
    login = f"{place['user']}:{place['password']}"
    products.add(
        organization=organization,
        by=SYSTEM,
        code=code,
        display_name=code,
        processor="sql",
        document={
            "url": f"postgresql://{login}@{place['host']}:{place['port']}/{name}",
            "tables": MAPPING,
        },
    )
    return at
