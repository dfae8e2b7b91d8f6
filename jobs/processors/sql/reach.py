"""Which rows are whose: from identities to rows, from parents to children, for a whole batch."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, func, or_, select
from sqlalchemy import Table as SqlTable

from jobs.processors.base import Assignment, BadData, ProductUnavailable
from jobs.processors.mapping import IdentityColumn
from jobs.processors.sql.dialects import Dialect
from jobs.processors.sql.document import Table
from jobs.processors.sql.values import chunks, spelling, textual
from jobs.rules import outcomes
from jobs.rules.normalize import NORMALIZATIONS

People = frozenset[int]
NOBODY: People = frozenset()
FETCH = 1000
ASCII_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


@dataclass(frozen=True)
class Mapped:
    """A table of the mapping as it is at the product; `links`: columns that children point to."""

    table: Table
    sql: SqlTable
    links: tuple[str, ...]
    dialect: Dialect

    def column(self, name: str) -> ColumnElement[Any]:
        if name not in self.sql.c:
            raise ProductUnavailable("sql.structure", {"name": f"{self.table.name}.{name}"})
        return self.sql.c[name]


@dataclass
class Rows:
    """The rows of one table that a batch reaches: by value of the column(s) that lead to them."""

    mapped: Mapped
    keys: list[dict[Any, People]]  # per identity column, or one for the parent's link
    counts: dict[int, int] = field(default_factory=dict)
    links: dict[str, dict[Any, People]] = field(default_factory=dict)
    _spellings: list[dict[str, People]] = field(default_factory=list)

    def matches(self, people: People | None = None) -> Iterator[ColumnElement[bool]]:
        """Conditions that together select the rows, of all or of some people, each row in one."""
        mapped = self.mapped
        wanted = [
            {value for value, whose in keys.items() if people is None or whose & people}
            for keys in self.keys
        ]
        if mapped.table.parent:
            column = mapped.column(mapped.table.parent.column)
            for values in chunks(wanted[0]):
                yield mapped.dialect.among(column, column.type, values)
        elif any(wanted):
            yield or_(
                *(
                    mapped.dialect.among(compared(mapped, i), mapped.column(i.column).type, list(v))
                    for i, v in zip(mapped.table.identities, wanted, strict=True)
                    if v
                )
            )

    def whose(self, row: Sequence[Any]) -> People:
        """The people of a row, which begins with the columns that lead to it."""
        if len(self.keys) == 1:  # by far the most common, and ten times as fast
            found = self.keys[0].get(row[0], NOBODY)
        else:
            found = frozenset().union(
                *(keys.get(value, NOBODY) for keys, value in zip(self.keys, row, strict=False))
            )
        return found or self._alike(row)

    def _alike(self, row: Sequence[Any]) -> People:
        """Of a row that the database takes for equal and Python doesn't (a collation, a padded
        char). One that is nobody's stops the batch: what is changed must be told to someone."""
        if not self._spellings:
            self._spellings = [
                {spelling(value): whose for value, whose in keys.items()} for keys in self.keys
            ]
        found = NOBODY.union(
            *(
                keys.get(spelling(value), NOBODY)
                for keys, value in zip(self._spellings, row, strict=False)
                if value is not None
            )
        )
        if not found:
            raise BadData(outcomes.JOB_FAILED, "sql.comparison", {"name": self.mapped.table.name})
        return found

    def count(self, rows: Iterable[Sequence[Any]]) -> None:
        """Counts for their people rows (leading columns …, how many like this one)."""
        whose, counts = self.whose, self.counts
        for row in rows:
            for person in whose(row):
                counts[person] = counts.get(person, 0) + row[-1]

    def follow(self, rows: Iterable[Sequence[Any]]) -> None:
        """Counts rows (leading columns …, links …) one by one, and notes what hangs on them."""
        whose, counts = self.whose, self.counts
        links = [(self.links[name], n) for n, name in enumerate(self.mapped.links, len(self.keys))]
        for row in rows:
            people = whose(row)
            for person in people:
                counts[person] = counts.get(person, 0) + 1
            for known, n in links:
                if (value := row[n]) is not None:
                    known[value] = known[value] | people if value in known else people

    def leading(self) -> list[ColumnElement[Any]]:
        """The columns that lead to a row, as they are compared."""
        mapped, letters = self.mapped, self.mapped.dialect.letters
        if mapped.table.parent:
            return [letters(mapped.column(mapped.table.parent.column))]
        return [letters(compared(mapped, i)) for i in mapped.table.identities]


def compared(mapped: Mapped, identity: IdentityColumn) -> ColumnElement[Any]:
    column = mapped.column(identity.column)
    if identity.normalized or not textual(column.type):
        return column
    return mapped.dialect.normalized(column, identity.normalization)


def reach(
    connection: Connection,
    tables: Sequence[Mapped],
    assignments: Sequence[Assignment],
    uncounted: Container[str] = (),
    *,
    to_write: bool = False,
) -> list[Rows]:
    """The rows of every table, parents first; people are positions among the assignments. Tables
    that are counted later are not looked at yet. `to_write`: they are going to be changed."""
    found: dict[str, Rows] = {}
    for mapped in tables:
        parent = mapped.table.parent
        if parent:
            rows = Rows(mapped, [_linked(mapped, found[parent.table].links[parent.parent_column])])
        else:
            rows = Rows(mapped, [_wanted(mapped, i, assignments) for i in mapped.table.identities])
        if mapped.table.name not in uncounted:
            _count(connection, rows, to_write)
        found[mapped.table.name] = rows
    return list(found.values())


def _linked(mapped: Mapped, links: dict[Any, People]) -> dict[Any, People]:
    assert mapped.table.parent
    kind = mapped.column(mapped.table.parent.column).type
    if set(map(type, links)) == {int} and isinstance(kind, Integer):
        return links
    given = ((mapped.dialect.linking(value, kind), whose) for value, whose in links.items())
    return {value: whose for value, whose in given if value is not None}


def _wanted(
    mapped: Mapped, identity: IdentityColumn, assignments: Sequence[Assignment]
) -> dict[Any, People]:
    kind = mapped.column(identity.column).type
    wanted: dict[Any, People] = {}
    for person, assignment in enumerate(assignments):
        for given in assignment.identities:
            if given.namespace != identity.namespace or not given.value:
                continue
            for spelled in _spelled(given.value, identity.normalization):
                value = mapped.dialect.fitting(spelled, kind)
                if value is not None and value != "":
                    wanted[value] = wanted.get(value, NOBODY) | {person}
    return wanted


def _spelled(value: str, normalization: str) -> Iterator[str]:
    """As the column may have it: the lower case of SQLite, and of locale C, is that of ASCII."""
    yield NORMALIZATIONS[normalization](value)
    if normalization == "email" and not value.isascii():
        yield value.strip().translate(ASCII_LOWER)


def _count(connection: Connection, rows: Rows, to_write: bool) -> None:
    mapped = rows.mapped
    links = [mapped.dialect.letters(mapped.column(name)) for name in mapped.links]
    rows.links = {name: {} for name in mapped.links}
    leading = rows.leading()
    for condition in rows.matches():
        if links:  # every row is looked at for what hangs on it
            query: Select[Any] = select(*leading, *links).where(condition)
            take = rows.follow
        else:
            query = select(*leading, func.count()).where(condition).group_by(*leading)
            take = rows.count
        if to_write:
            query = mapped.dialect.locked(query)
        for part in connection.execute(query).partitions(FETCH):
            take(part)


def mapped_tables(
    tables: Sequence[Table], reflected: dict[str, SqlTable], dialect: Dialect
) -> list[Mapped]:
    links: dict[str, set[str]] = {table.name: set() for table in tables}
    for table in tables:
        if table.parent:
            links[table.parent.table].add(table.parent.parent_column)
    return [
        Mapped(table, reflected[table.name], tuple(sorted(links[table.name])), dialect)
        for table in tables
        if table.name in reflected
    ]


__all__ = ["Mapped", "Rows", "mapped_tables", "reach"]
