"""The search of a list: whole ids, and fingerprints in hexadecimal. No value of an identity is
searched here: an address would hold it. Each kind of id is looked up by its own index, and only
the ids that were found go on: one condition with OR between tables would read them whole."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

FOUND = 200
PRINT = 64  # hexadecimal digits of a fingerprint


@dataclass(frozen=True, slots=True)
class Searched:
    """What a list is searched by. `of_organization` are columns whose index begins with the
    organization: each organization is asked for itself. `prints` are such fingerprints, in
    an index that has the columns of `print_where` between."""

    uuids: Sequence[str]
    texts: Sequence[str]
    of_organization: Sequence[str]
    prints: Sequence[str]
    print_where: Mapping[str, str]


def found(model: type[Model], by: Searched, text: str) -> set[Any]:
    """The ids of what `text` names, FOUND of each kind at most."""
    ids: set[Any] = set()
    for field, value in _equal(by, text):
        ids |= set(_rows(model).filter(**{field: value}).values_list("pk", flat=True)[:FOUND])
    for field in by.of_organization:
        ids |= _within(model, {field: text})
    if len(text) == PRINT and set(text.lower()) <= set("0123456789abcdef"):
        for field in by.prints:
            ids |= _within(model, {**by.print_where, field: bytes.fromhex(text)})
    return ids


def _equal(by: Searched, text: str) -> Iterator[tuple[str, Any]]:
    if text.isascii() and text.isdigit() and len(text) < 19:
        yield "pk", int(text)
    if given := _as_uuid(text):
        yield from ((field, given) for field in by.uuids)
    yield from ((field, text) for field in by.texts)


def _rows(model: type[Model]) -> Any:
    return model._default_manager.order_by()


def _within(model: type[Model], wanted: Mapping[str, Any]) -> set[Any]:
    """One probe of the index (organization, `wanted`) for each organization."""
    table, key = model._meta.db_table, model._meta.pk.column
    conditions = " AND ".join(f"{field} = %s" for field in wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT row.id FROM organizations_organization AS organization
            CROSS JOIN LATERAL (
                SELECT {key} AS id FROM {table}
                WHERE organization_id = organization.id AND {conditions} LIMIT {FOUND}
            ) AS row LIMIT {FOUND}
            """,
            [*wanted.values()],
        )
        return {row[0] for row in cursor.fetchall()}


def _as_uuid(term: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(term)
    except ValueError:
        return None
