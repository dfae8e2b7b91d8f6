"""Tables and mappings for “Test connection”, and what it finds wrong with them."""

from __future__ import annotations

from typing import Any

from jobs.processors.base import Finding
from jobs.processors.sql import SqlProcessor
from tests.processors.databases import Database

PEOPLE = """
    CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60) NOT NULL, code VARCHAR(10),
        age INTEGER, phone VARCHAR(30), UNIQUE (email));
    CREATE TABLE orders (id INTEGER PRIMARY KEY,
        person INTEGER NOT NULL REFERENCES people (id), total NUMERIC(10,2));
    CREATE INDEX orders_of ON orders (person, id);
"""
BARE = """
    CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), phone VARCHAR(30));
    CREATE TABLE orders (id INTEGER PRIMARY KEY, person INTEGER);
    CREATE INDEX orders_of ON orders (person);
"""
NORMALIZED = [{"namespace": "email", "column": "email", "normalized": True}]
LOWER = [{"namespace": "email", "column": "email"}]
ORDERS = {"parent": {"table": "people", "column": "person", "parent_column": "id"}}


def mapping(*, orders: Any = None, **people: Any) -> dict[str, Any]:
    return {
        "people": {"identities": NORMALIZED, **people},
        "orders": {**ORDERS, **(orders or {})},
    }


def found(database: Database, tables: dict[str, Any]) -> list[Finding]:
    document = database.document(tables)
    assert SqlProcessor.validate(document) == []
    return SqlProcessor(document).test_connection()


def wrong(database: Database, tables: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Level, path and message of what is not "ok"."""
    return [(f.level, f.path, f.message) for f in found(database, tables) if f.level != "ok"]
