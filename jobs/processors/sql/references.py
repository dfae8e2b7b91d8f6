"""Foreign keys that point at mapped tables: which would stop a delete, which would do more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _
from sqlalchemy import Connection

from jobs.processors.base import Finding
from jobs.processors.mapping import Policy
from jobs.processors.sql.dialects.base import Reference
from jobs.processors.sql.reach import Mapped

MODES = ("delete", "purge")
STOPS = {"NO ACTION", "RESTRICT"}


def findings(connection: Connection, mapped: Sequence[Mapped]) -> Iterator[Finding]:
    """In the order of the mapping; what holds for both ways of deleting is told once."""
    known = {one.dialect.written(connection, one.sql): one for one in mapped}
    places = {one.table.name: place for place, one in enumerate(mapped)}
    for one in mapped:
        found: dict[tuple[str, str], list[str]] = {}
        for reference in one.dialect.references(connection, one.sql):
            other = known.get(reference.table)
            for mode in MODES:
                if told := _consequence(one, other, reference, mode, places):
                    found.setdefault(told, []).append(mode)
        for (level, message), modes in found.items():
            path = f"tables.{one.table.name}"
            yield Finding(level, message, path if len(modes) > 1 else f"{path}.{modes[0]}")


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
