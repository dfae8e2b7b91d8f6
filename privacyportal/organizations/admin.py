"""Users, organizations, members and programs. Acts go through the services, so that they are on
record; what a secret is made of is shown once and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from privacyportal.adminsite import (
    Act,
    OrganizationFilter,
    PortalAdmin,
    ReadOnlyAdmin,
    Related,
    actor,
    each,
    whether,
)
from privacyportal.organizations.models import (
    AccessToken,
    ApiCredential,
    Invitation,
    Member,
    Organization,
    OrganizationLogo,
    User,
)
from privacyportal.organizations.permissions import GRANTABLE, PROGRAM_WORDS, Role
from privacyportal.organizations.services import credentials, members


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")
        field_classes: dict[str, Any] = {}


@admin.register(User)
class UserAdmin(DjangoUserAdmin, PortalAdmin):
    """Closed rather than deleted: what a person did must keep its name."""

    called, room = gettext_lazy("Users"), "access"
    ordering = ("-pk",)
    list_display = ("email", "name", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("pk",)
    text_ids = ("email",)
    search_help_text = gettext_lazy("A whole e-mail address or id")
    related = (
        Related("organizations.Member", {"user": "pk"}),
        Related("mfa.Authenticator", {"user": "pk"}),
    )
    filter_horizontal = ()
    readonly_fields = ("public_id", "last_login", "date_joined")
    add_form = NewUserForm
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (gettext_lazy("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (gettext_lazy("Record"), {"fields": ("public_id", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return PortalAdmin.get_search_results(self, request, queryset, search_term.lower())


@admin.register(Organization)
class OrganizationAdmin(PortalAdmin):
    called, room = gettext_lazy("Organizations"), "organizations"
    search_help_text = gettext_lazy("A name's part, or a whole id")
    related = (
        Related("organizations.Member", {"organization": "pk"}),
        Related("organizations.Invitation", {"organization": "pk"}),
        Related("organizations.ApiCredential", {"organization": "pk"}),
        Related("audit.AuditEvent", {"organization_id": "pk"}),
        Related("keys.OrganizationKey", {"organization": "pk"}),
    )
    list_display = ("name", "ims_org_id", "time_zone", "is_demo", "created_at")
    text_ids = ("ims_org_id",)
    fields = ("name", "ims_org_id", "time_zone", "public_id", "created_at")
    readonly_fields = ("public_id", "created_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Also by name: there are never so many organizations that an index were needed."""
        found, twice = super().get_search_results(request, queryset, search_term)
        term = search_term.strip().replace("\0", "")
        return (found | queryset.filter(name__icontains=term) if term else found), twice

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Programs send the organization's id: changing it would lock them out."""
        return (*self.readonly_fields, *(("ims_org_id",) if obj else ()))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made = members.create_organization(
            by=actor(request), ims_org_id=obj.ims_org_id, name=obj.name, time_zone=obj.time_zone
        )
        obj.pk, obj.public_id = made.pk, made.public_id


@admin.register(OrganizationLogo)
class OrganizationLogoAdmin(ReadOnlyAdmin):
    """Its size; the picture is seen in the portal."""

    called, room = gettext_lazy("Logos"), "access"
    list_display = ("organization", "width", "height", "set_at")
    list_select_related = ("organization",)
    id_fields = ("organization__public_id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body")


@admin.register(Member)
class MemberAdmin(PortalAdmin):
    called, room = gettext_lazy("Members"), "organizations"
    narrowed_by = ("user", "organization")
    related = (
        Related(
            "audit.AuditEvent",
            {"organization_id": "organization_id", "actor_id": "user.public_id"},
            label=gettext_lazy("What was done"),
            count=False,
        ),
    )
    list_display = ("user", "organization", "role", "created_at")
    list_filter = ("role", OrganizationFilter)
    list_select_related = ("user", "organization")
    id_fields = ("user__public_id", "organization__public_id")
    text_ids = ("user__email",)
    search_help_text = gettext_lazy("A whole e-mail address or id")
    autocomplete_fields = ("user", "organization")
    fields = ("user", "organization", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("user", "organization") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        role = Role(obj.role)
        if change:
            with _told(request):
                members.change_role(member=obj, by=actor(request), role=role)
            return
        made = members.add(
            organization=obj.organization, by=actor(request), user=obj.user, role=role
        )
        obj.pk = made.pk

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What hangs on a member (drafts, uploads) goes with it, and is not to be read first."""
        return [str(one) for one in objs], {str(self.called): len(objs)}, set(), []

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        if Member.objects.filter(pk=obj_id).exists():
            return redirect("admin:organizations_member_changelist")
        return super().response_delete(request, obj_display, obj_id)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if Member.objects.filter(pk=obj.pk, role=obj.role).exists():
            return super().response_change(request, obj)
        return redirect("admin:organizations_member_changelist")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with _told(request):
            members.remove(member=obj, by=actor(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for member in queryset.select_related("user", "organization"):
            with _told(request):
                members.remove(member=member, by=actor(request))


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who is invited; sent again and withdrawn in the portal."""

    called, room = gettext_lazy("Invitations"), "organizations"
    narrowed_by = ("organization",)
    list_display = ("email", "organization", "role", "invited_by", "sent_at", "expires_at")
    list_filter = ("role", OrganizationFilter)
    list_select_related = ("organization",)
    text_ids = ("email",)
    search_help_text = gettext_lazy("A whole e-mail address or id")
    said = {"language": dict(settings.LANGUAGES)}


@contextmanager
def _told(request: HttpRequest) -> Iterator[None]:
    """What a service refuses is said; nothing was changed then."""
    try:
        yield
    except members.LastAdministrator:
        messages.error(request, _("The last administrator of an organization stays one."))


REVOKE = Act(
    "revoke",
    gettext_lazy("Revoke …"),
    lambda n: ngettext("Revoke %(n)s program?", "Revoke %(n)s programs?", n) % {"n": n},
    lambda n: ngettext("Revoke %(n)s program", "Revoke %(n)s programs", n) % {"n": n},
    gettext_lazy(
        "They, their tokens and their webhooks end at once, and for good. A program that goes on "
        "needs a new credential."
    ),
    gettext_lazy("They are revoked already."),
    lambda n: ngettext("%(n)s program revoked.", "%(n)s programs revoked.", n) % {"n": n},
    each(
        lambda one: one.revoked_at is None,
        lambda one, by: credentials.revoke(credential=one, by=by),
        (credentials.Revoked,),
    ),
    danger=True,
)


class CredentialForm(forms.ModelForm):
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("Permissions"),
        choices=[
            (one.value, format_lazy("{} ({})", PROGRAM_WORDS[one][0], one.value))
            for one in GRANTABLE
        ],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = ApiCredential
        fields = ("organization", "name", "permissions")


@admin.register(ApiCredential)
class ApiCredentialAdmin(PortalAdmin):
    """Made and revoked, never changed: a program's secret and permissions are what they were."""

    called, room = gettext_lazy("Programs"), "organizations"
    acts = (REVOKE,)
    narrowed_by = ("organization", "client_id")
    related = (
        Related("organizations.AccessToken", {"credential": "pk"}),
        Related(
            "audit.AuditEvent",
            {"organization_id": "organization_id", "target_id": "public_id"},
            {"target_kind": "credential"},
        ),
        Related(
            "audit.AuditEvent",
            {"organization_id": "organization_id", "actor_id": "public_id"},
            label=gettext_lazy("What was done"),
            count=False,
        ),
    )
    form = CredentialForm
    list_display = ("name", "organization", "client_id", "created_at", "last_used_at", "revoked_at")
    list_filter = (
        whether("revoked_at", gettext_lazy("end"), gettext_lazy("Revoked"), gettext_lazy("In use")),
        OrganizationFilter,
    )
    list_select_related = ("organization",)
    text_ids = ("client_id",)
    autocomplete_fields = ("organization",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        made = ("public_id", "client_id", "created_at", "last_used_at", "revoked_at")
        return ("organization", "name", "permissions", *(made if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made, secret = credentials.create(
            organization=obj.organization,
            by=actor(request),
            name=obj.name,
            permissions=form.cleaned_data["permissions"],
        )
        obj.pk, obj.public_id, obj.client_id = made.pk, made.public_id, made.client_id
        told = _(
            "Client id %(id)s, secret %(secret)s. The secret is shown this once; store it now."
        )
        messages.warning(request, told % {"id": made.client_id, "secret": secret})


@admin.register(AccessToken)
class AccessTokenAdmin(ReadOnlyAdmin):
    called, room = gettext_lazy("Tokens"), "organizations"
    narrowed_by = ("credential",)
    list_display = ("pk", "credential", "expires_at")
    list_select_related = ("credential",)
    id_fields = ("credential__public_id",)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors. Deleting one lets a person who lost the phone in by password again."""

    called, room = gettext_lazy("Second factors"), "access"
    narrowed_by = ("user",)
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    id_fields = ("user__public_id",)
    hidden = ("data",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True
