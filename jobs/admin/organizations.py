"""What an organization set for its requests; and what the pages of organizations, members and
programs lead to, which know no jobs themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.models import ClockRules, CustomNamespace
from jobs.rules.namespaces import canonical, standard
from jobs.services import namespaces
from privacyportal.adminsite import OrganizationFilter, PortalAdmin, ReadOnlyAdmin, Related, actor
from privacyportal.keys.admin import DataKeyAdmin
from privacyportal.organizations.admin import ApiCredentialAdmin, MemberAdmin, OrganizationAdmin

OrganizationAdmin.lead_to(
    Related("jobs.PrivacyRequest", {"organization": "pk"}),
    Related("jobs.Job", {"organization": "pk"}),
    Related(
        "jobs.Job",
        {"organization": "pk"},
        {"closed_at": "0"},
        gettext_lazy("Open jobs"),
        where={"closed_at__isnull": True},
    ),
    Related(
        "jobs.Job",
        {"organization": "pk"},
        {"failed_at": "1"},
        gettext_lazy("Jobs in error"),
        where={"failed_at__isnull": False},
    ),
    Related(
        "jobs.ProductResponse",
        {"organization": "pk"},
        {"state": "held"},
        gettext_lazy("Held responses"),
    ),
    Related("jobs.Product", {"organization": "pk"}),
    Related("jobs.Webhook", {"organization": "pk"}),
    Related("jobs.CustomNamespace", {"organization": "pk"}),
    Related("jobs.ClockRules", {"organization": "pk"}),
)
MemberAdmin.lead_to(
    Related(
        "jobs.PrivacyRequest",
        {"organization": "organization_id", "submitted_by_id": "user.public_id"},
        label=gettext_lazy("Requests submitted"),
    ),
    Related("jobs.PrivacyRequest", {"assignee": "pk"}, label=gettext_lazy("Requests assigned")),
    Related("jobs.SavedDraft", {"member": "pk"}),
    Related("jobs.Upload", {"member": "pk"}),
)
ApiCredentialAdmin.lead_to(
    Related(
        "jobs.PrivacyRequest",
        {"organization": "organization_id", "submitted_by_id": "public_id"},
        label=gettext_lazy("Requests submitted"),
    ),
    Related("jobs.Webhook", {"organization": "organization_id", "client_id": "client_id"}),
)
DataKeyAdmin.lead_to(Related("jobs.PrivacyRequest", {"data_key": "pk"}))


class NamespaceForm(forms.ModelForm):
    class Meta:
        model = CustomNamespace
        fields = ("organization", "name", "description")

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if why := namespaces.unfit(name):
            raise forms.ValidationError(why)
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name, organization = cleaned.get("name"), cleaned.get("organization")
        if not name or not organization:
            return cleaned
        own = CustomNamespace.objects.for_organization(organization)
        if standard(name) or own.filter(canonical=canonical(name)).exists():
            self.add_error("name", _("There is a namespace of this name already."))
        elif own[: namespaces.MOST].count() == namespaces.MOST:
            self.add_error(None, _("This organization has as many namespaces as it may have."))
        return cleaned


@admin.register(CustomNamespace)
class CustomNamespaceAdmin(PortalAdmin):
    """Registered, never changed: identities are stored under name and id."""

    called, room = gettext_lazy("Namespaces"), "organizations"
    form = NamespaceForm
    list_display = ("name", "number", "organization", "created_at", "created_by")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization",)
    narrowed_by = ("organization",)
    autocomplete_fields = ("organization",)
    id_fields = ("organization__public_id",)
    text_ids = ("name",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        made = ("number", "created_at", "created_by")
        return ("organization", "name", "description", *(made if obj else ()))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = namespaces.register(
            organization=obj.organization,
            by=actor(request),
            name=obj.name,
            description=obj.description,
        )
        obj.pk, obj.number = made.pk, made.number


@admin.register(ClockRules)
class ClockRulesAdmin(ReadOnlyAdmin):
    called, room = gettext_lazy("Clocks"), "organizations"
    list_display = ("pk", "organization", "holidays", "set_at", "set_by")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization",)
    narrowed_by = ("organization",)
    orders = {"organization": ("-set_at", "-pk")}
    id_fields = ()
