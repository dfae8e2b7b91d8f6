"""What a table's mapping would do, in words, while it is being chosen: what a person gets of each
column on access, and what a delete makes of it. Told from the settings that the choices become, so
that it says what will be done and not what was meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jobs import mapping_form
from jobs.mapping_form import KINDS, OTHER, PERSONAL, SECRET, ColumnChoice, TableChoice

IDENTITY = "identity"
LANES: Sequence[tuple[str, Any]] = (
    (IDENTITY, gettext_lazy("Identifies people")),
    (PERSONAL, gettext_lazy("Personal data")),
    (SECRET, gettext_lazy("Never given out")),
    (OTHER, gettext_lazy("Other")),
)


@dataclass(frozen=True, slots=True)
class Lane:
    """What columns may hold; `count` of the table's do."""

    code: str
    name: Any
    count: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of one column; `calm` where that is nothing to look at twice."""

    access: str
    delete: str
    calm: bool = True


@dataclass(frozen=True, slots=True)
class TableEffect:
    """`summary` says both in one sentence or two, `missing` what there is yet to choose; `columns`
    stand in the table's order."""

    summary: str
    missing: str
    columns: Sequence[Effect]
    lanes: Sequence[Lane]


def effect_of(choice: TableChoice, before: Mapping[str, Any]) -> TableEffect:
    """`before` is the table in the settings as they are, {} where it is not in them."""
    lanes = _lanes(choice.columns)
    if not choice.used:
        return TableEffect(
            _("It is left alone."), "", [Effect("–", "–")] * len(choice.columns), lanes
        )
    made = mapping_form.settings_of(choice, before)
    given = made.get("give")
    policy = made.get("delete") or {"do": "delete"}
    columns = [
        Effect(_access(given, column), *_delete(policy, column)) for column in choice.columns
    ]
    told = f"{_given(columns, given)} {_deleted(policy)}"
    return TableEffect(told, _missing(choice, policy), columns, lanes)


def _lanes(columns: Sequence[ColumnChoice]) -> list[Lane]:
    held = [column.label if column.label in KINDS else IDENTITY for column in columns]
    return [Lane(code, name, held.count(code)) for code, name in LANES]


# --- a column ----------------------------------------------------------------------------------


def _access(given: Sequence[str] | None, column: ColumnChoice) -> str:
    return _("Given out") if given is None or column.column.name in given else _("Never given out")


def _delete(policy: Mapping[str, Any], column: ColumnChoice) -> tuple[str, bool]:
    if policy["do"] == "delete":
        return _("Goes with the row"), True
    if policy["do"] == "keep":
        return _("Stays"), True
    blanked = policy.get("columns") or {}
    if (name := column.column.name) in blanked:
        return _becomes(blanked[name]), True
    if column.label in (SECRET, OTHER):
        return _("Stays"), True
    # It was said to be of a person, and stays all the same.
    if column.column.key:
        return _("Stays: it is the row's key"), False
    return _("Stays: it may not be empty"), False


def _becomes(value: Any) -> str:
    match value:
        case {"hash": True}:
            return _("Becomes a keyed hash")
        case {"value": text}:
            return _("Becomes “%(text)s”") % {"text": text}
    return _("Blanked")


# --- a table -----------------------------------------------------------------------------------


def _given(columns: Sequence[Effect], given: Sequence[str] | None) -> str:
    every = len(columns)
    if given is None:
        words = ngettext("Access gives its one column.", "Access gives all %(all)s columns.", every)
        return words % {"all": every}
    words = ngettext(
        "Access gives %(n)s of %(all)s column.", "Access gives %(n)s of %(all)s columns.", every
    )
    return words % {"n": len(given), "all": every}


def _deleted(policy: Mapping[str, Any]) -> str:
    if policy["do"] == "delete":
        return _("A delete erases the person's rows.")
    if policy["do"] == "keep":
        return _("A delete leaves the rows: %(why)s.") % {"why": policy.get("reason") or "…"}
    blanked = len(policy.get("columns") or ())
    words = ngettext(
        "A delete overwrites %(n)s column of the person's rows and leaves the rest.",
        "A delete overwrites %(n)s columns of the person's rows and leaves the rest.",
        blanked,
    )
    return words % {"n": blanked}


def _missing(choice: TableChoice, policy: Mapping[str, Any]) -> str:
    if choice.link is None and all(column.label in KINDS for column in choice.columns):
        return _("Nobody is found here: no column identifies people, and it belongs to no table.")
    if policy["do"] == "keep" and not policy.get("reason"):
        return _("Say why it is kept.")
    if policy["do"] == "anonymize" and not policy.get("columns"):
        return _("There is no column that a delete could overwrite.")
    return ""
