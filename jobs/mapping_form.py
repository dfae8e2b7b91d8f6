"""Mapping a product's tables by choosing, instead of writing JSON: what each column holds, how the
table hangs together with the person, and what a delete does to its rows.

What choices cannot say (fixed values, hashes, opt-outs, normalization) stays as the settings have
it, as long as the column still holds what it held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.processors.base import Column, FoundTable, Link

PERSONAL, SECRET, OTHER = "personal", "secret", ""
KINDS = (PERSONAL, SECRET, OTHER)
ERASED = {"value": "erased"}  # in a text column that must hold something
TEXTS = ("char", "text", "clob")
DEEDS = ("delete", "anonymize", "keep")


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column and what it is said to hold; `proposed` where nobody said so yet."""

    column: Column
    label: str
    proposed: bool


@dataclass(frozen=True, slots=True)
class TableChoice:
    """A table and what is said of it. `via` is the column by which it hangs on another table, ""
    where its own columns identify people."""

    found: FoundTable
    used: bool
    via: str
    do: str
    reason: str
    columns: Sequence[ColumnChoice]

    @property
    def name(self) -> str:
        return self.found.name

    @property
    def link(self) -> Link | None:
        return next((link for link in self.found.links if link.column == self.via), None)


def read(
    found: Sequence[FoundTable], tables: Mapping[str, Any], given: Mapping[str, str] | None
) -> list[TableChoice]:
    """Every table: as a form says it, else as the settings do, else as proposed."""
    if given is not None:
        return [_given(table, given) for table in found]
    if tables:
        return [_known(table, tables.get(table.name)) for table in found]
    return _proposed(found)


def document(choices: Sequence[TableChoice], tables: Mapping[str, Any]) -> dict[str, Any]:
    """The `tables` of the settings. Tables that are mapped and were not found stay as they are."""
    seen = {choice.name for choice in choices}
    kept = {name: table for name, table in tables.items() if name not in seen}
    return kept | {c.name: settings_of(c, tables.get(c.name) or {}) for c in choices if c.used}


# --- what a form says --------------------------------------------------------------------------


def _given(table: FoundTable, given: Mapping[str, str]) -> TableChoice:
    name = table.name
    return TableChoice(
        table,
        f"use:{name}" in given,
        given.get(f"via:{name}", ""),
        given.get(f"do:{name}", DEEDS[0]),
        given.get(f"reason:{name}", "").strip(),
        [
            ColumnChoice(column, given.get(f"label:{name}:{column.name}", OTHER), False)
            for column in table.columns
        ],
    )


# --- what settings say -------------------------------------------------------------------------


def _known(table: FoundTable, settings: Mapping[str, Any] | None) -> TableChoice:
    if settings is None:
        columns = [
            ColumnChoice(column, column.label, bool(column.label)) for column in table.columns
        ]
        return TableChoice(table, False, "", DEEDS[0], "", columns)
    policy = settings.get("delete") or _usual(settings)
    parent = settings.get("parent") or {}
    return TableChoice(
        _with_link(table, parent),
        True,
        parent.get("column", ""),
        policy.get("do", DEEDS[0]),
        policy.get("reason", ""),
        [ColumnChoice(column, _label(column, settings), False) for column in table.columns],
    )


def _usual(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """Without a word about deletes: a list of opt-outs is kept, everything else goes."""
    is_list = (settings.get("opt_out") or {}).get("insert") is not None
    return {"do": "keep", "reason": "opt-out of sale"} if is_list else {}


def _with_link(table: FoundTable, parent: Mapping[str, str]) -> FoundTable:
    """With the link that the settings follow, where no foreign key says it."""
    if not parent or any(link.column == parent["column"] for link in table.links):
        return table
    link = Link(parent["column"], parent["table"], parent["parent_column"])
    return FoundTable(table.name, table.columns, [*table.links, link], table.schema)


def _label(column: Column, settings: Mapping[str, Any]) -> str:
    for identity in settings.get("identities") or ():
        if identity["column"] == column.name:
            return str(identity["namespace"]).lower()
    give = settings.get("give", "*")
    if give != "*" and column.name not in give:
        return SECRET
    blanked = (settings.get("delete") or {}).get("columns") or {}
    return PERSONAL if column.name in blanked or column.label not in KINDS else column.label


# --- what is proposed --------------------------------------------------------------------------


def _proposed(found: Sequence[FoundTable]) -> list[TableChoice]:
    """Tables with identities, and all that hang on them by foreign keys."""
    people = {table.name for table in found if any(_identifies(c.label) for c in table.columns)}
    via: dict[str, str] = {}
    reached = set(people)
    while True:
        fresh = {
            table.name: link.column
            for table in found
            if table.name not in reached
            for link in table.links
            if link.table in reached
        }
        if not fresh:
            break
        via |= fresh
        reached |= set(fresh)
    return [
        TableChoice(
            table,
            table.name in reached,
            via.get(table.name, ""),
            DEEDS[0],
            "",
            [ColumnChoice(column, column.label, bool(column.label)) for column in table.columns],
        )
        for table in found
    ]


def _identifies(label: str) -> bool:
    return label not in KINDS


# --- settings of a choice ----------------------------------------------------------------------


def settings_of(choice: TableChoice, before: Mapping[str, Any]) -> dict[str, Any]:
    """The table in the settings; `before` is what they say of it now."""
    made = {k: v for k, v in before.items() if k not in ("identities", "parent", "give", "delete")}
    if choice.found.schema:
        made["schema"] = choice.found.schema
    if link := choice.link:
        made["parent"] = {
            "table": link.table,
            "column": link.column,
            "parent_column": link.other,
        }
    else:
        made["identities"] = _identities(choice, before)
    if any(column.label == SECRET for column in choice.columns):
        made["give"] = [c.column.name for c in choice.columns if c.label != SECRET]
    if policy := _policy(choice, before):
        made["delete"] = policy
    return made


def _identities(choice: TableChoice, before: Mapping[str, Any]) -> list[dict[str, Any]]:
    known = {(i["namespace"].lower(), i["column"]): i for i in before.get("identities") or ()}
    wanted = [(c.label, c.column.name) for c in choice.columns if _identifies(c.label)]
    return [known.get(pair) or {"namespace": pair[0], "column": pair[1]} for pair in wanted]


def _policy(choice: TableChoice, before: Mapping[str, Any]) -> dict[str, Any]:
    policy = before.get("delete") or {}
    if choice.do == "keep":
        return {"do": "keep", "reason": choice.reason}
    if choice.do == "anonymize":
        known = policy.get("columns") or {}
        blanked = {
            c.column.name: known.get(c.column.name, _blank(c.column))
            for c in choice.columns
            if c.label not in (SECRET, OTHER) and _can_be_blanked(c.column)
        }
        return {"do": "anonymize", "columns": blanked}
    return {}


def _blank(column: Column) -> dict[str, Any] | None:
    return ERASED if column.needed else None


def _can_be_blanked(column: Column) -> bool:
    return not column.key and (not column.needed or any(t in column.type for t in TEXTS))
