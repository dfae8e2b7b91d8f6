"""The tables of a mapping as they are chosen, each with what that would do. What it does is told
anew at every choice, without asking the product: the page says what the table is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobs import mapping_form
from jobs.mapping_effects import Effect, TableEffect, effect_of
from jobs.mapping_form import KINDS, ColumnChoice, TableChoice
from jobs.processors.base import FoundTable
from jobs.views.product_access import manager
from privacyportal.htmx import page


class Facts(msgspec.Struct):
    """What a page knows of a table: where it stands there, what it is made of, its settings."""

    at: int
    found: FoundTable
    before: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A column that is chosen; `proposed` is an identity that it probably holds."""

    choice: ColumnChoice
    effect: Effect
    proposed: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A table that is chosen; `changed` says what became of the column last chosen."""

    choice: TableChoice
    effect: TableEffect
    at: int
    facts: str  # what the browser sends again
    changed: str = ""

    @property
    def rows(self) -> list[Row]:
        return [
            Row(column, effect, "" if column.column.label in KINDS else column.column.label)
            for column, effect in zip(self.choice.columns, self.effect.columns, strict=True)
        ]


def chosen(choices: Sequence[TableChoice], tables: Mapping[str, Any]) -> list[Chosen]:
    """`tables` are those of the settings."""
    return [_chosen(choice, at, tables.get(choice.name)) for at, choice in enumerate(choices)]


def _chosen(choice: TableChoice, at: int, known: Any) -> Chosen:
    before = known if isinstance(known, dict) else {}
    facts = msgspec.json.encode({"facts": _text(Facts(at, choice.found, before))})
    return Chosen(choice, effect_of(choice, before), at, facts.decode())


def _text(facts: Facts) -> str:
    return msgspec.json.encode(facts).decode()


@require_POST
def product_effects(request: HttpRequest) -> HttpResponse:
    """What one table's choices would do, as pieces of the page that they stand on."""
    manager(request)
    try:
        facts = msgspec.json.decode(request.POST.get("facts", ""), type=Facts)
    except msgspec.DecodeError:
        raise BadRequest from None
    [choice] = mapping_form.read([facts.found], {}, request.POST.dict())
    table = _chosen(choice, facts.at, facts.before)
    table = replace(table, changed=_changed(table, request.POST.get("changed", "")))
    return page(request, "products/_effects.html", {"table": table})


def _changed(table: Chosen, field: str) -> str:
    """For who does not see the row: what the column of this field is and becomes now."""
    for row in table.rows:
        name = row.choice.column.name
        if field == f"label:{table.choice.name}:{name}":
            words = _("%(column)s: on access %(access)s, on delete %(delete)s.")
            told = {"access": row.effect.access, "delete": row.effect.delete}
            inner = {key: text[:1].lower() + text[1:] for key, text in told.items()}
            return words % {"column": name, **inner}
    return ""
