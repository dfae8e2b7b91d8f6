"""The demo's analytics: what visitors did, by ECID and, once they signed in, by e-mail address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, DateTime, MetaData, Numeric, String, Table

from jobs.demo.columns import identifier
from jobs.demo.dice import dice, moment
from jobs.demo.people import Person, people

METADATA = MetaData()
GAP = timedelta(minutes=7)
EVENTS = 200  # of each of a thousand people
PAGES = ("/", "/search", "/desks", "/lamps", "/cart", "/checkout", "/account", "/help")

Table(
    "events",
    METADATA,
    identifier(),
    Column("ecid", String(38), index=True),
    Column("email", String(200), index=True),
    Column("kind", String(20), nullable=False),
    Column("page", String(100), nullable=False),
    Column("ip_address", String(45)),
    Column("revenue", Numeric(10, 2)),
    Column("at", DateTime(timezone=True), nullable=False),
)


def rows() -> dict[str, Iterator[tuple[Any, ...]]]:
    """Table → its rows."""
    return {"events": (row for person in people() for row in _events(person))}


def _events(p: Person) -> Iterator[tuple[Any, ...]]:
    thrown = dice(p, "events")
    address = f"198.51.{p.number // 250}.{p.number % 250}"
    first = moment(thrown)
    signed_in = thrown.randrange(EVENTS)
    for n in range(EVENTS):
        chance = thrown.random()
        kind = "purchase" if chance < 0.02 else "click" if chance < 0.3 else "view"
        revenue = Decimal(int(chance * 500_000)) / 100 if kind == "purchase" else None
        email = p.email if n >= signed_in else None
        at = first + n * GAP
        page = PAGES[int(chance * 7919) % len(PAGES)]
        yield (p.number * 1000 + n, p.ecid, email, kind, page, address, revenue, at)


def tables() -> dict[str, Any]:
    """How the product's settings map these tables; a purge deletes, else visits stay countable."""
    return {
        "events": {
            "identities": [
                {"namespace": "ecid", "column": "ecid"},
                {"namespace": "email", "column": "email", "normalized": True},
            ],
            "delete": {
                "do": "anonymize",
                "columns": {"ecid": {"hash": True}, "email": None, "ip_address": None},
            },
            "purge": {"do": "delete"},
        },
    }
