"""The tables that hold rows of organizations, found by introspection so that none is forgotten, and
a walk through one of them in steps that are bounded however large it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from graphlib import TopologicalSorter
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection, models, transaction

STEP = 20_000  # rows of an organization in one step
LOOK = 200_000  # rows of a table, of whomever, that one statement looks at
FIRST = -(2**63)
Model = type[models.Model]


def tables() -> list[Model]:
    """All that have an `organization_id`, those that refer to others first."""
    found = {model for model in apps.get_models() if _is_tenants(model)}
    graph = TopologicalSorter({model: _referring(model, found) for model in sorted(found, key=str)})
    return list(graph.static_order())


def _is_tenants(model: Model) -> bool:
    return any(field.column == "organization_id" for field in model._meta.concrete_fields)


def _referring(to: Model, among: set[Model]) -> set[Model]:
    """Who must go before it: the constraint would refuse. A reference that may be null doesn't
    count where its target refers back (a product and its present settings)."""
    return {
        model
        for model in among - {to}
        for field in _references(model, to)
        if not field.null or not any(not back.null for back in _references(to, model))
    }


def _references(model: Model, to: Model) -> list[Any]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.related_model is to
        and getattr(field, "db_constraint", True)
    ]


def steps(model: Model, organization_id: int) -> Iterator[tuple[int, int]]:
    """Ranges of primary keys, over the whole table, that hold rows of the organization, STEP at
    most. What others have between them is passed over, LOOK rows at once: few tables have an index
    that knows the organization."""
    table, pk = model._meta.db_table, model._meta.pk.column
    after, end = FIRST, _end_of_look(table, pk, FIRST)
    while end is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT max(pk), count(*) FROM (SELECT "{pk}" AS pk FROM "{table}"'
                f' WHERE "{pk}" > %s AND "{pk}" <= %s AND organization_id = %s'
                f' ORDER BY "{pk}" LIMIT %s) AS step',
                [after, end, organization_id, STEP],
            )
            last, count = cursor.fetchone()
        if count:
            yield after, last
        if count == STEP:
            after = last
        else:
            after, end = end, _end_of_look(table, pk, end)


def _end_of_look(table: str, pk: str, after: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT max(pk) FROM (SELECT "{pk}" AS pk FROM "{table}"'
            f' WHERE "{pk}" > %s ORDER BY "{pk}" LIMIT %s) AS look',
            [after, LOOK],
        )
        (end,) = cursor.fetchone()
        return end


def delete(
    model: Model, organization_id: int, returning: str = ""
) -> Iterator[tuple[int, Sequence[Any]]]:
    """Deletes an organization's rows, a transaction for each step: how many, and their `returning`.
    Also from tables that otherwise only grow."""
    table, pk = model._meta.db_table, model._meta.pk.column
    more = f' RETURNING "{returning}"' if returning else ""
    for after, end in steps(model, organization_id):
        with transaction.atomic(), _despite_triggers(model), connection.cursor() as cursor:
            cursor.execute(
                f'DELETE FROM "{table}" WHERE "{pk}" > %s AND "{pk}" <= %s'
                f" AND organization_id = %s{more}",
                [after, end, organization_id],
            )
            found = [value for (value,) in cursor.fetchall()] if returning else []
            count = cursor.rowcount
        yield count, found


def _despite_triggers(model: Model) -> ExitStack:
    stack = ExitStack()
    if triggers := getattr(model._meta, "triggers", ()):
        uris = (f"{model._meta.label}:{trigger.name}" for trigger in triggers)
        stack.enter_context(pgtrigger.ignore(*uris))
    return stack
