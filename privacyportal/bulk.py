"""Bulk SQL that the ORM lacks: ids ahead of rows, COPY, arrays, rows as one JSON parameter."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import psycopg
from django.db import connection, models
from psycopg.abc import Buffer
from psycopg.types.array import ListDumper


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh primary keys, ascending."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return sorted(row[0] for row in cursor.fetchall())


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Stores rows by COPY, a few hundred thousand a second. Defaults, validators and auto_now do
    not run; values must be free of NUL and lone surrogates; JSON comes as text."""
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


class PlainListDumper(ListDumper):
    """Arrays of whole numbers or of texts, written at once; psycopg's own looks at each item, which
    is a tenth of what a worker computes."""

    def dump(self, obj: list[Any]) -> Buffer | None:
        kinds = set(map(type, obj))
        if kinds == {int}:
            return f"{{{','.join(map(str, obj))}}}".encode()
        # PostgreSQL refuses NUL in texts, so it can part them while they are escaped.
        if kinds == {str} and (joined := "\0".join(obj)).count("\0") == len(obj) - 1:
            escaped = joined.replace("\\", "\\\\").replace('"', '\\"')
            return ('{"' + escaped.replace("\0", '","') + '"}').encode()
        return super().dump(obj)


def write_arrays_at_once() -> None:
    """For every connection of the process; called before the first one (see organizations.apps)."""
    psycopg.adapters.register_dumper(list, PlainListDumper)


def as_json(value: Any) -> str:
    """JSON that PostgreSQL takes: it keeps no NUL, and UTF-8 no lone surrogates."""
    try:
        text = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return as_json(_clean(msgspec.to_builtins(value)))
    if "\\u0000" in text:
        return msgspec.json.encode(_clean(msgspec.json.decode(text))).decode()
    return text


def grouped(rows: Mapping[int, Any]) -> str:
    """Primary key → value as one JSON parameter in which equal values stand once, since PostgreSQL
    takes JSON apart slowly: [{"ids": [1, 2], "value": …}, …]."""
    groups: dict[str, list[int]] = {}
    for pk, value in rows.items():
        groups.setdefault(as_json(value), []).append(pk)
    told = [{"ids": ids, "value": msgspec.Raw(text.encode())} for text, ids in groups.items()]
    return msgspec.json.encode(told).decode()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_clean(name): _clean(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_clean(child) for child in value]
    return value
