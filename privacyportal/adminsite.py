"""Django admin, fitted: for the operator only, entered through the product's own sign-in, lists
that stay quick on large tables, and nothing that would break the truth of a record."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import BinaryField, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class OperatorPage:
    """A page of the operator's beside the lists."""

    name: str
    label: Any
    view: Callable[[HttpRequest], HttpResponse]


class OperatorSite(admin.AdminSite):
    """Members run their organization in the pages; this is for who runs the installation."""

    pages: ClassVar[list[OperatorPage]] = []
    index_template = "admin/operator_index.html"

    site_header = _("Privacy portal: administration")
    site_title = _("Privacy portal")
    index_title = _("Installation")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Takes the product's own lists only: others show what must not be shown, or is unused."""
        if admin_class and issubclass(admin_class, PortalAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        own = [path(f"{p.name}/", self.admin_view(p.view), name=p.name) for p in self.pages]
        return [*own, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "operator_pages": self.pages}

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and bool(request.user.is_superuser)

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Never asks for a password by itself: the second factor and the limits stand before it."""
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("account_logout")


class BoundedPaginator(Paginator):
    """Counts no further than a reader would page: count(*) of a large table takes seconds."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return len(rows.order_by().values_list("pk")[:COUNTED])


class PortalAdmin(admin.ModelAdmin):
    """Newest first, found by ids only, related rows fetched with the list."""

    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count whole tables
    sortable_by = ()  # most columns have no index to sort by
    paginator = BoundedPaginator
    search_fields = ("pk",)  # shows the box; what it finds is in get_search_results
    search_help_text = _("A whole id")
    id_fields: Sequence[str] = ("public_id",)  # UUIDs
    text_ids: Sequence[str] = ()  # other ids that are matched as a whole

    class Media:
        css = {"all": ["admin.css"]}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        given = _as_uuid(term)
        wanted: dict[str, Any] = {
            **dict.fromkeys(self.id_fields, given),
            **dict.fromkeys(self.text_ids, term),
        }
        if term.isascii() and term.isdigit() and len(term) < 19:
            wanted["pk"] = int(term)
        asked = [Q(**{field: value}) for field, value in wanted.items() if value is not None]
        return (queryset.filter(reduce(or_, asked)) if asked else queryset.none()), False


class ReadOnlyAdmin(PortalAdmin):
    """What was recorded is looked at, never changed here; sealed bytes are not even looked at."""

    hidden: Sequence[str] = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return shown(self.model, self.hidden)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return shown(self.model, self.hidden)


def shown(model: type[Model], hidden: Sequence[str] = ()) -> list[str]:
    """The fields of a model that may be seen: all that are not bytes, sealed or hashed."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if not isinstance(field, BinaryField) and field.name not in hidden
    ]


def _as_uuid(term: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(term)
    except ValueError:
        return None
