"""What tables a database has, and what their columns probably hold: by their names, and by the
shape of a few values, which are looked at and kept nowhere."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine, exc, inspect, text
from sqlalchemy.engine.interfaces import ReflectedColumn, TableKey
from sqlalchemy.types import String, Uuid

from jobs.processors.base import Column, FoundTable, Link, ProductUnavailable
from jobs.processors.sql.connect import only_read, open_engine, transaction
from jobs.processors.sql.failures import explained
from jobs.rules.states import Action

SECONDS = 20.0
TABLES = 500
SAMPLE = 100  # rows of a table
ALIKE = 0.8  # of the values that are there
SECRET = re.compile(
    r"passw|pwd|secret|token|api_?key|salt|otp|iban|card_?(no|num)|cvv|_hash$", re.I
)
# What a column is called that holds personal data, whole words of it.
PERSONAL = frozenset(
    [
        "name",
        "firstname",
        "lastname",
        "surname",
        "forename",
        "givenname",
        "familyname",
        "fullname",
        "middlename",
        "nickname",
        "address",
        "street",
        "city",
        "town",
        "postcode",
        "postalcode",
        "zip",
        "zipcode",
        "county",
        "country",
        "birthday",
        "birthdate",
        "dob",
        "born",
        "age",
        "gender",
        "sex",
        "ssn",
        "personnummer",
        "passport",
        "nationality",
        "ip",
        "ipaddress",
        "useragent",
        "device",
        "fax",
        "mobile",
        "avatar",
        "photo",
        "company",
        "employer",
        "latitude",
        "longitude",
        "lat",
        "lon",
        "note",
        "notes",
        "comment",
        "comments",
        "message",
    ]
)
NAMED = {
    "email": re.compile(r"(^|_)e?_?mail(_?addr(ess)?)?$", re.I),
    "phone": re.compile(r"(^|_)(phone|mobile|tel|telephone|msisdn|cell)(_?(no|nr|number))?$", re.I),
    "ecid": re.compile(r"(^|_)ecid$", re.I),
    "idfa": re.compile(r"(^|_)idfa$", re.I),
    "gaid": re.compile(r"(^|_)gaid$", re.I),
}
SHAPED = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}"),
    "phone": re.compile(r"\+?\(?\d[\d\s()./-]{6,18}\d"),
    "ecid": re.compile(r"\d{38}"),
}
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def look(url: str, namespaces: Sequence[str]) -> list[FoundTable]:
    """The tables on the search path, or of the file; `namespaces` are the organization's own."""
    with explained(Action.ACCESS), warnings.catch_warnings():
        warnings.simplefilter("ignore", exc.SAWarning)
        engine = open_engine(url)
        try:
            return _tables(engine, namespaces)
        finally:
            engine.dispose()


def _tables(engine: Engine, namespaces: Sequence[str]) -> list[FoundTable]:
    try:
        found = inspect(engine)
    except exc.OperationalError:
        raise ProductUnavailable("sql.unreachable") from None
    columns = found.get_multi_columns()
    keys, links = found.get_multi_pk_constraint(), found.get_multi_foreign_keys()
    with transaction(engine, write=False, seconds=SECONDS) as connection:
        only_read(connection)
        return [
            FoundTable(
                name,
                _columns(connection, name, own, keys.get((schema, name)), namespaces),
                _links(links.get((schema, name), ())),
            )
            for (schema, name), own in sorted(columns.items(), key=_by_name)[:TABLES]
        ]


def _by_name(item: tuple[TableKey, Any]) -> str:
    return item[0][1]


def _columns(
    connection: Connection,
    table: str,
    columns: Sequence[ReflectedColumn],
    key: Mapping[str, Any] | None,
    namespaces: Sequence[str],
) -> list[Column]:
    own = set((key or {}).get("constrained_columns", ()))
    samples = _samples(connection, table, [column["name"] for column in columns])
    return [
        Column(
            column["name"],
            _type(column),
            propose(
                column["name"],
                samples.get(column["name"], ()),
                textual=isinstance(column["type"], String | Uuid),
                namespaces=namespaces,
            ),
            not column["nullable"],
            column["name"] in own,
        )
        for column in columns
    ]


def _type(column: ReflectedColumn) -> str:
    return str(column["type"]).lower()


def _links(found: Iterable[Any]) -> list[Link]:
    """Of one column each: a pair of columns leads nowhere that the mapping could follow."""
    return [
        Link(one["constrained_columns"][0], one["referred_table"], one["referred_columns"][0])
        for one in found
        if len(one["constrained_columns"]) == 1
    ]


def _samples(connection: Connection, table: str, columns: Sequence[str]) -> dict[str, list[str]]:
    """Some values of each column, of the first rows; none where the table may not be read."""
    quote = connection.dialect.identifier_preparer.quote
    query = text(f"SELECT {', '.join(map(quote, columns))} FROM {quote(table)} LIMIT {SAMPLE}")
    try:
        with connection.begin_nested():
            rows = connection.execute(query).all()
    except exc.DBAPIError:
        return {}
    return {
        name: [value for row in rows if isinstance(value := row[place], str) and value.strip()]
        for place, name in enumerate(columns)
    }


def propose(
    name: str, values: Sequence[str], *, textual: bool, namespaces: Sequence[str] = ()
) -> str:
    """What a column probably is; see Column.label."""
    if SECRET.search(name):
        return "secret"
    words = [word.lower() for word in WORDS.findall(name)]
    joined = "".join(words)
    for namespace in namespaces:
        if joined == "".join(word.lower() for word in WORDS.findall(namespace)):
            return namespace.lower()
    if textual:
        for namespace, shape in SHAPED.items():
            if values and _share(shape, values) >= ALIKE and _plausible(namespace, name):
                return namespace
        for namespace, called in NAMED.items():
            if called.search(name) and not values:
                return namespace
    pairs = {first + second for first, second in pairwise(words)}
    return "personal" if PERSONAL & {joined, *words, *pairs} else ""


def _share(shape: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(shape.fullmatch(value.strip()) is not None for value in values) / len(values)


def _plausible(namespace: str, name: str) -> bool:
    """Digits are many things: only what is called a phone is one."""
    return namespace != "phone" or bool(NAMED["phone"].search(name) or "phone" in name.lower())
