"""The settings document of a SQL product: checked as a whole, then read into a Mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from jobs.processors.base import Problem
from jobs.processors.mapping import (
    IdentityColumn,
    Policy,
    identities_problems,
    identity,
    policy_problems,
    texts,
    unknown,
)

KEYS = {"url", "hash_key", "tables"}
TABLE_KEYS = {"schema", "identities", "parent", "give", "delete", "purge", "opt_out"}
KEPT = {"do": "keep", "reason": "opt-out of sale"}  # of a suppression list, unless it says more


@dataclass(frozen=True, slots=True)
class Parent:
    """This table's `column` holds what the parent table has in `parent_column`."""

    table: str
    column: str
    parent_column: str


@dataclass(frozen=True, slots=True)
class OptOut:
    """What an opt-out of sale writes: the `columns` of rows, with a value for who is "out" and one
    for who is "in"; or, where `insert` has them, a row of its own with these values."""

    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    insert: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the mapping; it holds identities or hangs on a parent."""

    name: str
    schema: str | None
    identities: tuple[IdentityColumn, ...]
    parent: Parent | None
    give: tuple[str, ...] | None  # None: every column
    delete: Policy
    purge: Policy
    opt_out: OptOut | None = None


def read(document: Mapping[str, Any]) -> list[Table]:
    """The tables of a valid document, parents before children."""
    tables = {name: _table(name, given) for name, given in document["tables"].items()}
    ordered: list[Table] = []
    while len(ordered) < len(tables):
        known = {table.name for table in ordered}
        ordered += [
            table
            for table in tables.values()
            if table.name not in known and (not table.parent or table.parent.table in known)
        ]
    return ordered


def _table(name: str, given: Mapping[str, Any]) -> Table:
    give = given.get("give", "*")
    opt_out = OptOut(**given["opt_out"]) if given.get("opt_out") else None
    usual = KEPT if opt_out and opt_out.insert is not None else {}
    return Table(
        name,
        given.get("schema"),
        tuple(identity(one) for one in given.get("identities", ())),
        Parent(**given["parent"]) if given.get("parent") else None,
        None if give == "*" else tuple(give),
        Policy(**given.get("delete", usual)),
        Policy(**given.get("purge", usual)),
        opt_out,
    )


# --- problems ----------------------------------------------------------------------------------


def problems(document: Any) -> Iterator[Problem]:
    if not isinstance(document, Mapping):
        yield Problem("", _("The settings must be a JSON object."))
        return
    yield from unknown("", document, KEYS)
    if not isinstance(document.get("url"), str) or not document["url"]:
        yield Problem("url", _("Give the connection URL, like postgresql://user@host/database."))
    if not isinstance(document.get("hash_key", ""), str):
        yield Problem("hash_key", _("The hash key must be text."))
    tables = document.get("tables")
    if not isinstance(tables, Mapping) or not tables:
        yield Problem("tables", _("Name at least one table, as an object."))
        return
    for name, table in tables.items():
        yield from _table_problems(f"tables.{name}", name, table, tables)
    if not document.get("hash_key") and _hashes(tables):
        yield Problem("hash_key", _("Give a hash key: a column is anonymized by a keyed hash."))


def _table_problems(
    path: str, name: str, table: Any, tables: Mapping[str, Any]
) -> Iterator[Problem]:
    if not isinstance(table, Mapping):
        yield Problem(path, _("A table must be an object."))
        return
    yield from unknown(f"{path}.", table, TABLE_KEYS)
    identities, parent = table.get("identities"), table.get("parent")
    if bool(identities) == bool(parent):
        yield Problem(path, _("A table has either identities or a parent."))
    if parent:
        yield from _parent_problems(f"{path}.parent", name, parent, tables)
    if identities:
        yield from identities_problems(f"{path}.identities", identities)
    give = table.get("give", "*")
    if give != "*" and not texts(give):
        yield Problem(f"{path}.give", _("List the columns that are given out, or say “*”."))
    if not isinstance(table.get("schema", ""), str):
        yield Problem(f"{path}.schema", _("The schema must be text."))
    for key in ("delete", "purge"):
        yield from policy_problems(f"{path}.{key}", table.get(key, {}))
    if "opt_out" in table:
        yield from _opt_out_problems(f"{path}.opt_out", table["opt_out"], bool(identities))


def _parent_problems(
    path: str, name: str, parent: Any, tables: Mapping[str, Any]
) -> Iterator[Problem]:
    keys = {"table", "column", "parent_column"}
    if not isinstance(parent, Mapping):
        yield Problem(path, _("A parent must be an object with table, column and parent_column."))
        return
    yield from unknown(f"{path}.", parent, keys)
    missing = [key for key in sorted(keys) if not isinstance(parent.get(key), str)]
    for key in missing:
        yield Problem(f"{path}.{key}", _("This is missing."))
    if missing:
        return
    if parent["table"] not in tables:
        yield Problem(f"{path}.table", _("There is no such table in this mapping."))
    elif _circular(name, tables):
        yield Problem(f"{path}.table", _("This table would hang on itself."))


def _circular(name: str, tables: Mapping[str, Any]) -> bool:
    seen: set[str] = set()
    at: Any = name
    while isinstance(at, str) and at not in seen:
        seen.add(at)
        table = tables.get(at)
        parent = table.get("parent") if isinstance(table, Mapping) else None
        at = parent.get("table") if isinstance(parent, Mapping) else None
    return at is not None


def _opt_out_problems(path: str, given: Any, has_identities: bool) -> Iterator[Problem]:
    if not isinstance(given, Mapping) or len(given) != 1 or not set(given) <= {"columns", "insert"}:
        yield Problem(path, _("Give either “columns” or “insert”, as an object."))
        return
    ((key, columns),) = given.items()
    if not isinstance(columns, Mapping):
        yield Problem(f"{path}.{key}", _("Name columns and their values, as an object."))
    elif key == "insert" and not has_identities:
        yield Problem(f"{path}.insert", _("Rows are inserted in a table with identities only."))
    elif key == "columns":
        if not columns:
            yield Problem(f"{path}.columns", _("Name at least one column."))
        for column, values in columns.items():
            if not isinstance(values, Mapping) or set(values) != {"out", "in"}:
                yield Problem(f"{path}.columns.{column}", _('Use {"out": …, "in": …}.'))


def _hashes(tables: Mapping[str, Any]) -> bool:
    return any(
        isinstance(how, Mapping) and "hash" in how
        for table in tables.values()
        if isinstance(table, Mapping)
        for key in ("delete", "purge")
        if isinstance(policy := table.get(key), Mapping)
        and isinstance(columns := policy.get("columns"), Mapping)
        for how in columns.values()
    )
