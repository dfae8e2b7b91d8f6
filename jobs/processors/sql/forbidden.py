"""Where the table itself forbids what anonymizing would write: NULL, length, type, uniqueness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from sqlalchemy import Connection, Inspector
from sqlalchemy import types as sqltypes

from jobs.processors.base import Finding
from jobs.processors.mapping import Policy
from jobs.processors.sql.deeds import LONGEST, MARK
from jobs.processors.sql.dialects.base import Misfit
from jobs.processors.sql.reach import Mapped

ENOUGH = 16  # characters of a column below which hashes of two people may well be the same


@dataclass(frozen=True)
class Unique:
    """What must differ between two rows; `nulls`: even where one column is NULL."""

    columns: frozenset[str]
    nulls: bool = False


def findings(connection: Connection, inspector: Inspector, mapped: Mapped) -> Iterator[Finding]:
    table = mapped.table
    columns = {c["name"]: c for c in inspector.get_columns(table.name, table.schema)}
    uniques = list(_uniques(inspector, mapped, set(columns)))
    links = inspector.get_foreign_keys(table.name, table.schema)
    for mode, policy in (("delete", table.delete), ("purge", table.purge)):
        if policy.do != "anonymize":
            continue
        for name, how in policy.columns.items():
            if name not in columns:
                continue
            path = f"tables.{table.name}.{mode}.columns.{name}"
            found = [
                *_fitting(connection, mapped, columns[name], how),
                *_distinct(uniques, policy, name, how),
                *_linked(links, name, how),
            ]
            yield from (Finding(level, message, path) for level, message in found)


def _uniques(inspector: Inspector, mapped: Mapped, columns: set[str]) -> Iterator[Unique]:
    table = mapped.table
    key = inspector.get_pk_constraint(table.name, table.schema)["constrained_columns"]
    if key:
        yield Unique(frozenset(key))
    constraints: list[Any] = list(inspector.get_unique_constraints(table.name, table.schema))
    indexes: list[Any] = [i for i in inspector.get_indexes(table.name, table.schema) if i["unique"]]
    for one in constraints + indexes:
        named = {name for name in one["column_names"] if name}
        written = " ".join(one.get("expressions") or ())
        named |= {name for name in columns if name in written}
        options = one.get("dialect_options") or {}
        yield Unique(frozenset(named), bool(options.get("postgresql_nulls_not_distinct")))


# --- one value in one column -------------------------------------------------------------------


def _fitting(
    connection: Connection, mapped: Mapped, column: Mapping[str, Any], how: Any
) -> Iterator[tuple[str, str]]:
    name, kind = column["name"], column["type"]
    named = {"column": name, "type": str(kind).lower(), "longest": _length(kind)}
    if column.get("computed"):
        yield "error", _("The database computes %(column)s itself: it cannot be set.") % named
    elif how is None:
        if not column["nullable"] or name in mapped.sql.primary_key.columns:
            yield "error", _("%(column)s may not be NULL: every delete would fail.") % named
    elif "value" in how:
        yield from _value(connection, mapped, kind, how["value"], named)
    else:
        yield from _hash(mapped, kind, named)


def _value(
    connection: Connection, mapped: Mapped, kind: Any, value: Any, named: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    misfit = mapped.dialect.misfit(connection, kind, value)
    if misfit is Misfit.OBJECT:
        yield "error", _("%(column)s cannot hold a list or an object.") % named
    elif misfit is Misfit.LONG:
        yield (
            "error",
            _("The value is longer than %(column)s allows: %(longest)s characters.") % named,
        )
    elif misfit:
        level = "warning" if misfit is Misfit.DOUBTFUL else "error"
        yield level, _("The value is not of the type of %(column)s (%(type)s).") % named


def _hash(mapped: Mapped, kind: Any, named: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    written = isinstance(kind, sqltypes.String) and not isinstance(kind, sqltypes.Enum)
    longest = named["longest"] or LONGEST
    if not written:
        level = "error" if mapped.dialect.holds_no_hash(kind) else "warning"
        yield level, _("%(column)s is not text (%(type)s) and cannot hold a hash.") % named
    elif longest <= len(MARK):
        yield "error", _("%(column)s is too short for a hash: %(longest)s characters.") % named
    elif longest < ENOUGH:
        yield (
            "warning",
            _(
                "A hash in %(column)s is cut to %(longest)s characters: different people may get "
                "the same one."
            )
            % named,
        )


def _length(kind: Any) -> int | None:
    return getattr(kind, "length", None) if isinstance(kind, sqltypes.String) else None


# --- one value beside others -------------------------------------------------------------------


def _distinct(
    uniques: list[Unique], policy: Policy, name: str, how: Any
) -> Iterator[tuple[str, str]]:
    """A fixed value is the same for everyone. What stays beside it may still tell rows apart."""
    if how is not None and "value" not in how:
        return
    anonymized = set(policy.columns)
    for unique in uniques:
        rest = unique.columns - anonymized
        apart = any(other.columns <= rest for other in uniques)
        hashed = any(
            how is not None and "hash" in how
            for column, how in policy.columns.items()
            if column in unique.columns
        )
        if name not in unique.columns or apart or hashed or (how is None and not unique.nulls):
            continue
        told = {"column": name, "rest": ", ".join(sorted(rest))}
        if rest:
            yield (
                "warning",
                _(
                    "%(column)s is unique together with %(rest)s: the delete of a second person "
                    "who has the same there would fail. A hash differs from person to person."
                )
                % told,
            )
        else:
            yield (
                "warning",
                _(
                    "%(column)s is unique: the delete of a second person would fail. A hash "
                    "differs from person to person."
                )
                % told,
            )
        return


def _linked(links: list[Any], name: str, how: Any) -> Iterator[tuple[str, str]]:
    for link in links:
        if how is not None and name in link["constrained_columns"]:
            told = {"column": name, "table": link["referred_table"]}
            yield (
                "warning",
                _("%(column)s refers to %(table)s: the delete fails unless the value is there.")
                % told,
            )
