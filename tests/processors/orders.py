"""A product of two tables, people and their orders, as it is mapped and who is in it."""

from __future__ import annotations

from typing import Any

PEOPLE = """
    CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), phone VARCHAR(20),
        name VARCHAR(60));
    CREATE TABLE orders (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id));
    INSERT INTO people VALUES (1, 'anna@example.org', '111', 'Anna'),
        (2, 'bo@example.org', '111', 'Bo'), (3, 'cy@example.org', '333', 'Cy');
    INSERT INTO orders VALUES (1, 1), (2, 1), (3, 2), (4, 3);
"""
ANNA, BO, CY = (("email", f"{name}@example.org") for name in ("anna", "bo", "cy"))
HASH = {"do": "anonymize", "columns": {"email": {"hash": True}}}
NAME = {"do": "anonymize", "columns": {"name": {"value": "erased"}}}


def tables(*, orders: Any = None, **people: Any) -> dict[str, Any]:
    identities = [
        {"namespace": "email", "column": "email"},
        {"namespace": "phone", "column": "phone"},
    ]
    parent = {"table": "people", "column": "person", "parent_column": "id"}
    return {
        "people": {"identities": identities, **people},
        "orders": {"parent": parent, **(orders or {})},
    }
