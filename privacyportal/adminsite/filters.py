"""Filters of lists that stay small, however many organizations there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from privacyportal.organizations.models import Organization

OFFERED = 15


class OrganizationFilter(admin.SimpleListFilter):
    """The newest organizations, and the one that was chosen; from the page of any other, links
    lead to its lists."""

    title = _("organization")
    parameter_name = "organization"
    template = "admin/organization_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newest = Organization.objects.order_by("-pk")
        offered = dict(newest.values_list("pk", "name")[: OFFERED + 1])
        self.more = len(offered) > OFFERED
        shown = dict(list(offered.items())[:OFFERED])
        chosen = request.GET.get(self.parameter_name, "")
        if is_id(chosen) and int(chosen) not in shown:
            shown |= dict(newest.filter(pk=int(chosen)).values_list("pk", "name"))
        return [(str(pk), name) for pk, name in shown.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        return queryset.filter(**{self.parameter_name: int(chosen)}) if is_id(chosen) else queryset


class OrganizationIdFilter(OrganizationFilter):
    """Of rows that hold the id alone."""

    parameter_name = "organization_id"


def whether(field: str, title: Any, yes: Any, no: Any) -> type[admin.SimpleListFilter]:
    """Whether a nullable field is set, in words: `?field=1` where it is, `?field=0` where not."""

    class Whether(admin.SimpleListFilter):
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return [("1", yes), ("0", no)]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            if self.value() not in ("0", "1"):
                return queryset
            return queryset.filter(**{f"{field}__isnull": self.value() == "0"})

    Whether.title = title
    return Whether


def one_of(field: str, title: Any, words: Mapping[str, Any]) -> type[admin.SimpleListFilter]:
    """The values of a field, in the operator's words."""

    class OneOf(admin.SimpleListFilter):
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return list(words.items())

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{field: self.value()}) if self.value() in words else queryset

    OneOf.title = title
    return OneOf


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
