"""The site: its door, its rooms, and the operator's own pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from privacyportal.adminsite.lists import PortalAdmin

# What an operator comes for first. A list says in which room it stands.
ROOMS = {
    "requests": _("Requests"),
    "people": _("People"),
    "products": _("Products"),
    "files": _("Drafts and files"),
    "events": _("Events and webhooks"),
    "consent": _("Consent"),
    "organizations": _("Organizations"),
    "access": _("People who sign in"),
    "record": _("Record"),
    "keys": _("Keys"),
}


@dataclass(frozen=True, slots=True)
class OperatorPage:
    """A page of the operator's beside the lists."""

    name: str
    label: Any
    view: Callable[[HttpRequest], HttpResponse]
    icon: str


class OperatorSite(admin.AdminSite):
    """Members run their organization in the pages; this is for who runs the installation."""

    pages: ClassVar[list[OperatorPage]] = []
    index_template = "admin/operator_index.html"

    site_header = _("Administration")
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

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The lists by room, in the order of their registration. Their names are the lists' own."""
        apps = self._build_app_dict(request, app_label)
        rooms: dict[str, list[Any]] = {}
        place = {model: number for number, model in enumerate(self._registry)}
        found = [one for app in apps.values() for one in app["models"]]
        for one in sorted(found, key=lambda one: place[one["model"]]):
            listed = self._registry[one["model"]]
            assert isinstance(listed, PortalAdmin)
            rooms.setdefault(listed.room, []).append({**one, "name": listed.called})
        return [
            {"name": name, "app_label": room, "app_url": "", "models": rooms[room]}
            for room, name in ROOMS.items()
            if room in rooms
        ]

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
