"""The demo's web shop: accounts with carts, and reviews under a person's own address."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, DateTime, Integer, MetaData, Numeric, String, Table, Text

from jobs.demo.columns import child_of, identifier, parent
from jobs.demo.dice import dice, moment
from jobs.demo.people import Person, in_shop

METADATA = MetaData()
ARTICLES = ("Kettle", "Lamp", "Desk", "Teapot", "Blanket", "Bookshelf", "Notebook", "Umbrella")
OPINIONS = ("Works as promised.", "Arrived late, but nice.", "Would buy again.", "Not for me.")

Table(
    "accounts",
    METADATA,
    identifier(),
    Column("email", String(200), nullable=False, unique=True),
    Column("ecid", String(38), index=True),
    Column("name", String(200), nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("may_sell", Integer, nullable=False),
)
Table(
    "carts",
    METADATA,
    identifier(),
    parent("account_id", "accounts.id"),
    Column("changed_at", DateTime, nullable=False),
)
Table(
    "cart_items",
    METADATA,
    identifier(),
    parent("cart_id", "carts.id"),
    Column("article", String(100), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("price", Numeric(10, 2), nullable=False),
)
Table(
    "reviews",
    METADATA,
    identifier(),
    Column("author_email", String(200), index=True),
    Column("author_name", String(200)),
    Column("article", String(100), nullable=False),
    Column("stars", Integer, nullable=False),
    Column("body", Text, nullable=False),
)


def rows() -> dict[str, Iterator[tuple[Any, ...]]]:
    """Table → its rows, parents before children."""
    return {
        "accounts": (_account(person) for person in in_shop()),
        "carts": (row for person in in_shop() for row in _carts(person)),
        "cart_items": (row for person in in_shop() for row in _items(person)),
        "reviews": (row for person in in_shop() for row in _reviews(person)),
    }


def _account(p: Person) -> tuple[Any, ...]:
    email = p.email.capitalize() if p.number % 7 == 0 else p.email  # as they typed it
    created = moment(dice(p, "account")).replace(tzinfo=None)
    return (p.number, email, p.ecid, p.name, created, 1)


def _carts(p: Person) -> Iterator[tuple[Any, ...]]:
    thrown = dice(p, "carts")
    for n in range(1 + thrown.randrange(3)):
        yield (p.number * 10 + n, p.number, moment(thrown).replace(tzinfo=None))


def _items(p: Person) -> Iterator[tuple[Any, ...]]:
    thrown = dice(p, "items")
    for cart, _, _ in _carts(p):
        for n in range(1 + thrown.randrange(4)):
            price = Decimal(thrown.randrange(300, 40_000)) / 100
            yield (cart * 10 + n, cart, thrown.choice(ARTICLES), 1 + thrown.randrange(3), price)


def _reviews(p: Person) -> Iterator[tuple[Any, ...]]:
    thrown = dice(p, "reviews")
    for n in range(thrown.randrange(3)):
        article, opinion = thrown.choice(ARTICLES), thrown.choice(OPINIONS)
        yield (p.number * 10 + n, p.email, p.name, article, 1 + thrown.randrange(5), opinion)


def tables() -> dict[str, Any]:
    """How the product's settings map these tables."""
    return {
        "accounts": {
            "identities": [
                {"namespace": "email", "column": "email"},
                {"namespace": "ecid", "column": "ecid"},
            ],
            "opt_out": {"columns": {"may_sell": {"out": 0, "in": 1}}},
        },
        "carts": {"parent": child_of("accounts", "account_id")},
        "cart_items": {
            "parent": child_of("carts", "cart_id"),
            "give": ["article", "quantity", "price"],
        },
        "reviews": {
            "identities": [{"namespace": "email", "column": "author_email"}],
            "delete": {
                "do": "anonymize",
                "columns": {"author_email": None, "author_name": {"value": "A former customer"}},
            },
            "purge": {"do": "delete"},
        },
    }
