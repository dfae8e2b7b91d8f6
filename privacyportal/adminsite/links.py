"""How things lead to each other: what a row refers to is a link, and the page of a thing has links
to the lists of what belongs to it, with how many they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import BooleanField, DateTimeField, ForeignKey, Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from privacyportal.adminsite.words import WORDS

COUNTED = 1000
EMPTY = "–"
NAMES = "_names_of_refs"


@dataclass(frozen=True, slots=True)
class Related:
    """The rows of `model` ("jobs.Job") whose fields have the values of the thing's attributes
    (`by`: field → attribute), and `fixed` ones, which are `where` for the database if a filter
    beside the list has words of its own. An index knows `by`, and the list allows it. Where
    `count` is false it is large and only linked to."""

    model: str
    by: Mapping[str, str]
    fixed: Mapping[str, str] = field(default_factory=dict)
    label: Any = ""
    count: bool = True
    where: Mapping[str, Any] = field(default_factory=dict)

    def values(self, thing: Model) -> dict[str, Any]:
        return {name: _value(thing, attr) for name, attr in self.by.items()}


@dataclass(frozen=True, slots=True)
class Lead:
    """A link to a related list; `number` is None where nobody counted."""

    label: str
    address: str
    number: int | None
    more: bool


def leads(thing: Model, related: Sequence[Related]) -> list[Lead]:
    """Every related list; one statement counts them all."""
    counted = [one for one in related if one.count]
    numbers = dict(zip(map(id, counted), _counts([_rows(o, thing) for o in counted]), strict=True))
    return [_lead(one, thing, numbers.get(id(one))) for one in related]


def _lead(one: Related, thing: Model, number: int | None) -> Lead:
    model = apps.get_model(one.model)
    listed: Any = admin.site._registry[model]
    address = reverse(f"admin:{one.model.replace('.', '_').lower()}_changelist")
    query = urlencode({**one.values(thing), **one.fixed})
    capped = None if number is None else min(number, COUNTED)
    more = number is not None and number > COUNTED
    return Lead(str(one.label or listed.called), f"{address}?{query}", capped, more)


def _rows(one: Related, thing: Model) -> QuerySet[Any]:
    known = {**one.values(thing), **(one.where or one.fixed)}
    rows = apps.get_model(one.model)._default_manager.filter(**known)
    return rows.order_by().values("pk")[: COUNTED + 1]


def _counts(rows: Sequence[QuerySet[Any]]) -> list[int]:
    if not rows:
        return []
    inner = [query.query.sql_with_params() for query in rows]
    asked = ", ".join(f"(SELECT count(*) FROM ({sql}) AS few)" for sql, _ in inner)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", [value for _, values in inner for value in values])
        return list(cursor.fetchone())


def _value(thing: Model, attr: str) -> Any:
    value: Any = thing
    for part in attr.split("."):
        value = getattr(value, part)
    return value


Said = Mapping[Any, Any] | Callable[[Any], Any]


def column(
    model: type[Model], name: str, to: str = "", said: Said | None = None
) -> Callable[[Model], Any] | str:
    """The column `name`: a link where it is a foreign key or holds an id of `to`, a time to the
    second, what is `said` of a code (by code, or by row). A related row is named where the list
    fetched it, else its id stands: no query a row."""
    known = model._meta.get_field(name)
    if said is not None:
        return _column(name, known, lambda row: _said(row, name, said) or EMPTY)
    if to:
        target = apps.get_model(to)
        return _column(name, known, lambda row: _id(row, name, target))
    if isinstance(known, ForeignKey):
        return _column(name, known, lambda row: _key(row, known))
    if isinstance(known, DateTimeField):
        return _column(name, known, lambda row: _time(getattr(row, name)))
    if isinstance(known, BooleanField):
        return _column(name, known, lambda row: _("Yes") if getattr(row, name) else _("No"))
    return name


def row_column(row: Model) -> Any:
    return row.pk


row_column.short_description = WORDS["id"]  # type: ignore[attr-defined]


def name_refs(rows: Sequence[Model], refs: Mapping[str, str]) -> None:
    """Fetches what the ids in these columns are called: one query for each column."""
    for name, to in refs.items():
        model = apps.get_model(to)
        if has_name(model):
            known = model._default_manager.in_bulk({getattr(row, name) for row in rows} - {None})
            for row in rows:
                if (named := known.get(getattr(row, name))) is not None:
                    row.__dict__.setdefault(NAMES, {})[name] = str(named)


def _column(name: str, known: Any, shown: Callable[[Model], Any]) -> Callable[[Model], Any]:
    def cell(row: Model) -> Any:
        return shown(row)

    cell.__name__ = name
    cell.short_description = known.verbose_name  # type: ignore[attr-defined]
    return cell


def _said(row: Model, name: str, said: Said) -> Any:
    code = getattr(row, name)
    return said.get(code, code) if isinstance(said, Mapping) else said(row)


def _time(value: datetime | None) -> str:
    return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT") if value else EMPTY


def _id(row: Model, name: str, target: type[Model]) -> Any:
    return _to(target, getattr(row, name), row.__dict__.get(NAMES, {}).get(name, ""))


def _key(row: Model, known: ForeignKey[Any, Any]) -> Any:
    value = getattr(row, known.attname)
    try:
        named = known.is_cached(row) and getattr(row, known.name)
    except ObjectDoesNotExist:
        named = None
    target: Any = known.remote_field.model
    return _to(target, value, str(named) if named and has_name(target) else "")


def has_name(model: type[Model]) -> bool:
    """Whether it says more than Django's "Job object (5)"."""
    return model.__str__ is not Model.__str__


def _to(model: type[Model], pk: Any, text: str = "") -> Any:
    if pk is None:
        return EMPTY
    shown = text or f"#{pk}"
    if model not in admin.site._registry:
        return shown
    place = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(place, args=[pk]), shown)
