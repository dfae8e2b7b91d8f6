"""Foreign keys that point at mapped tables: which would stop a delete, which would do more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from sqlalchemy import Connection, text

from jobs.processors.base import Finding
from jobs.processors.sql.document import Policy
from jobs.processors.sql.reach import Mapped

MODES = ("delete", "purge")
RULES = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
STOPS = {"NO ACTION", "RESTRICT"}
POSTGRESQL = """
    SELECT referring.oid::regclass::text, con.conname, con.confdeltype::text,
        con.confupdtype::text,
        ARRAY(SELECT attname::text FROM unnest(con.conkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute ON attrelid = con.conrelid AND attnum = k.number ORDER BY place),
        ARRAY(SELECT attname::text FROM unnest(con.confkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute ON attrelid = con.confrelid AND attnum = k.number ORDER BY place)
    FROM pg_constraint con JOIN pg_class referring ON referring.oid = con.conrelid
    WHERE con.contype = 'f' AND con.confrelid = CAST(:name AS regclass) AND con.conparentid = 0
    ORDER BY 1, 2
"""
SQLITE = """
    SELECT referring.name, link.id, link.on_delete, link.on_update, link."from", link."to"
    FROM sqlite_master referring JOIN pragma_foreign_key_list(referring.name) link
    WHERE referring.type = 'table' AND lower(link."table") = lower(:name)
    ORDER BY referring.name, link.id, link.seq
"""


@dataclass(frozen=True)
class Reference:
    """Rows of `table` (as the database writes it) name in `columns` what rows of ours have."""

    table: str
    columns: tuple[str, ...]
    to: tuple[str, ...]
    on_delete: str
    on_update: str


def findings(connection: Connection, mapped: Sequence[Mapped]) -> Iterator[Finding]:
    """In the order of the mapping; what holds for both ways of deleting is told once."""
    known = {_name(connection, one): one for one in mapped}
    places = {one.table.name: place for place, one in enumerate(mapped)}
    for one in mapped:
        found: dict[tuple[str, str], list[str]] = {}
        for reference in _references(connection, one):
            other = known.get(reference.table)
            for mode in MODES:
                if told := _consequence(one, other, reference, mode, places):
                    found.setdefault(told, []).append(mode)
        for (level, message), modes in found.items():
            path = f"tables.{one.table.name}"
            yield Finding(level, message, path if len(modes) > 1 else f"{path}.{modes[0]}")


def _name(connection: Connection, one: Mapped) -> str:
    """As the database writes it in `Reference.table`."""
    if one.sqlite:
        return one.table.name.lower()
    name = connection.dialect.identifier_preparer.format_table(one.sql)
    written = text("SELECT CAST(CAST(:name AS regclass) AS text)")
    return str(connection.execute(written, {"name": name}).scalar_one())


def _references(connection: Connection, one: Mapped) -> Iterator[Reference]:
    if not one.sqlite:
        for table, _constraint, deleting, updating, columns, to in connection.execute(
            text(POSTGRESQL), {"name": _name(connection, one)}
        ):
            yield Reference(table, tuple(columns), tuple(to), RULES[deleting], RULES[updating])
        return
    links: dict[tuple[str, int], Reference] = {}
    for table, number, deleting, updating, column, to in connection.execute(
        text(SQLITE), {"name": one.table.name}
    ):
        before = links.get((table, number))
        columns, others = (before.columns, before.to) if before else ((), ())
        target = to or next(iter(one.sql.primary_key.columns.keys()), "")
        links[table, number] = Reference(
            table.lower(), (*columns, column), (*others, target), deleting, updating
        )
    yield from links.values()


def _policy(one: Mapped, mode: str) -> Policy:
    return one.table.delete if mode == "delete" else one.table.purge


def _consequence(
    one: Mapped, other: Mapped | None, reference: Reference, mode: str, places: Mapping[str, int]
) -> tuple[str, str] | None:
    """Level and sentence on what a delete of our row means to rows that refer to it."""
    policy = _policy(one, mode)
    told = {
        "table": one.table.name,
        "other": reference.table,
        "column": ", ".join(reference.columns),
        "rule": f"ON DELETE {reference.on_delete}",
    }
    if policy.do == "anonymize":
        changed = set(policy.columns) & set(reference.to)
        if changed and reference.on_update in STOPS:
            return "warning", _(
                "Rows of %(other)s refer to it by %(column)s: what they name cannot change."
            ) % told
        return None
    if policy.do != "delete":
        return None
    if reference.on_delete in STOPS:
        return _stopped(one, other, reference, mode, places, told)
    if other is None:
        return "ok", _without_count(reference) % told
    if reference.on_delete == "CASCADE" and _policy(other, mode).do != "delete":
        return "warning", _(
            "Rows of %(other)s, which are to stay, go along by %(rule)s on %(column)s."
        ) % told
    return None


def _without_count(reference: Reference) -> str:
    if reference.on_delete == "CASCADE":
        return _("Rows of %(other)s go along by %(rule)s on %(column)s, without being counted.")
    return _("Rows of %(other)s are changed by %(rule)s on %(column)s, without being counted.")


def _stopped(
    one: Mapped,
    other: Mapped | None,
    reference: Reference,
    mode: str,
    places: Mapping[str, int],
    told: Mapping[str, str],
) -> tuple[str, str] | None:
    if other is None:
        return "warning", _(
            "Rows of %(other)s, which is not mapped, refer to it by %(column)s: a person who has "
            "such rows cannot be deleted. Map %(other)s too."
        ) % told
    policy, parent = _policy(other, mode), other.table.parent
    if policy.do == "keep":
        return "warning", _(
            "Rows of %(other)s are kept and refer to it by %(column)s: a person who has such rows "
            "cannot be deleted. Anonymize %(table)s instead."
        ) % told
    if policy.do == "anonymize":
        released = any(policy.columns.get(name, "") is None for name in reference.columns)
        if released and _before(other, one, places):
            return None
        return "warning", _(
            "Rows of %(other)s are anonymized and still refer to it by %(column)s: a person who "
            "has such rows cannot be deleted. Set %(column)s to null, or anonymize %(table)s."
        ) % told
    follows = parent and parent.table == one.table.name and parent.column in reference.columns
    if follows and other is not one:
        return None
    if not _before(other, one, places):
        return "warning", _(
            "Rows of %(other)s refer to it by %(column)s and are not deleted before it: such a "
            "person cannot be deleted. Make %(table)s the parent of %(other)s."
        ) % told
    return "warning", _(
        "Rows of %(other)s refer to it by %(column)s and are not found that way: those that are "
        "another person's stop the delete."
    ) % told


def _before(other: Mapped, one: Mapped, places: Mapping[str, int]) -> bool:
    """Whether its rows go before ours: children before their parents, the last table first."""
    return other is one or places[other.table.name] > places[one.table.name]
