"""The demo's CRM: customers with addresses, orders and tickets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    func,
)

from jobs.demo.columns import child_of, identifier, parent
from jobs.demo.dice import dice, moment
from jobs.demo.people import Person, in_crm

METADATA = MetaData()
HOUR = timedelta(hours=1)
SUBJECTS = ("Where is my order?", "Change of address", "Invoice is wrong", "Return", "A question")
# Their parcels are on the way: deliveries, of which the portal is told nothing, need the address.
EXPECTING = range(40, 46)


Table(
    "customers",
    METADATA,
    identifier(),
    Column("email", String(200), unique=True),
    Column("phone", String(20), index=True),  # digits only
    Column("first_name", String(100)),
    Column("last_name", String(100)),
    Column("born", Date),
    Column("customer_since", DateTime(timezone=True), nullable=False),
)
Table(
    "addresses",
    METADATA,
    identifier(),
    parent("customer_id", "customers.id"),
    Column("kind", String(20), nullable=False),
    Column("street", String(200), nullable=False),
    Column("postcode", String(20), nullable=False),
    Column("city", String(100), nullable=False),
    Column("country", String(2), nullable=False),
)
Table(
    "orders",
    METADATA,
    identifier(),
    parent("customer_id", "customers.id"),
    Column("number", String(20), nullable=False, unique=True),
    Column("total", Numeric(10, 2), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("ordered_at", DateTime(timezone=True), nullable=False),
)
Table(
    "tickets",
    METADATA,
    identifier(),
    parent("customer_id", "customers.id"),
    Column("subject", String(200), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
)
Table(
    "ticket_messages",
    METADATA,
    identifier(),
    parent("ticket_id", "tickets.id"),
    Column("body", Text, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
)
Table(
    "deliveries",
    METADATA,
    identifier(),
    parent("address_id", "addresses.id"),
    Column("parcel", String(30), nullable=False),
)
Table(
    "do_not_sell",
    METADATA,
    Column("email", String(200), primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False, server_default=func.now()),
)


def rows() -> dict[str, Iterator[tuple[Any, ...]]]:
    """Table → its rows, parents before children."""
    return {
        "customers": (_customer(person) for person in in_crm()),
        "addresses": (row for person in in_crm() for row in _addresses(person)),
        "orders": (row for person in in_crm() for row in _orders(person)),
        "tickets": (row for person in in_crm() for row in _tickets(person)),
        "ticket_messages": (row for person in in_crm() for row in _messages(person)),
        "deliveries": ((n, n * 10, f"PARCEL-{n:06}") for n in EXPECTING),
    }


def _customer(p: Person) -> tuple[Any, ...]:
    phone = "".join(filter(str.isdigit, p.phone))
    since = moment(dice(p, "customer"))
    return (p.number, p.email, phone, p.first_name, p.last_name, p.born, since)


def _addresses(p: Person) -> Iterator[tuple[Any, ...]]:
    for n, kind in enumerate(("home", "invoice")[: 1 + p.number % 2]):
        yield (p.number * 10 + n, p.number, kind, p.street, p.postcode, p.city, p.country)


def _orders(p: Person) -> Iterator[tuple[Any, ...]]:
    thrown = dice(p, "orders")
    for n in range(thrown.randrange(6)):
        total = Decimal(thrown.randrange(500, 90_000)) / 100
        number = f"O-{p.number:04}-{n}"
        yield (p.number * 10 + n, p.number, number, total, "EUR", moment(thrown))


def _tickets(p: Person) -> Iterator[tuple[Any, ...]]:
    thrown = dice(p, "tickets")
    for n in range(thrown.randrange(3)):
        yield (p.number * 10 + n, p.number, thrown.choice(SUBJECTS), moment(thrown))


def _messages(p: Person) -> Iterator[tuple[Any, ...]]:
    for ticket, _, subject, opened in _tickets(p):
        asked = f"Hello, {subject} Please call me at {p.phone}. Regards, {p.name}"
        yield (ticket * 10, ticket, asked, opened)
        yield (ticket * 10 + 1, ticket, f"Dear {p.name}, we look into it.", opened + HOUR)


ERASE = {
    "do": "anonymize",
    "columns": {
        "email": None,
        "phone": None,
        "first_name": {"value": "Erased"},
        "last_name": {"value": "Erased"},
        "born": None,
    },
}
KEEP = {"do": "keep", "reason": "Bookkeeping law: orders are kept for seven years"}


def tables() -> dict[str, Any]:
    """How the product's settings map these tables."""
    return {
        "customers": {
            "identities": [
                {"namespace": "email", "column": "email", "normalized": True},
                {"namespace": "phone", "column": "phone", "normalized": True},
            ],
            "delete": ERASE,
            "purge": ERASE,
        },
        "addresses": {"parent": child_of("customers", "customer_id")},
        "orders": {
            "parent": child_of("customers", "customer_id"),
            "delete": KEEP,
            "purge": KEEP,
        },
        "tickets": {
            "parent": child_of("customers", "customer_id"),
            "give": ["subject", "opened_at"],
        },
        "ticket_messages": {
            "parent": child_of("tickets", "ticket_id"),
            "give": ["body", "sent_at"],
        },
        "do_not_sell": {
            "identities": [{"namespace": "email", "column": "email", "normalized": True}],
            "opt_out": {"insert": {}},
        },
    }
