"""Requests and what became of them, to be read; products are paused and resumed, namespaces
registered. No value of an
identity, no key of a person and no content is shown: members reveal those, one at a time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jobs.models import (
    Attempt,
    ClockRules,
    CustomNamespace,
    DataSubject,
    Delivery,
    DeliveryTry,
    DryRun,
    Event,
    EventBatch,
    Heartbeat,
    Identity,
    Job,
    Journal,
    KnownColumns,
    PackageContent,
    PrivacyRequest,
    Product,
    ProductResponse,
    ProductRetry,
    ProductSettings,
    RequestAttachment,
    RequestNote,
    RequestSubject,
    SavedDraft,
    SigningKey,
    Upload,
    UploadPart,
    Webhook,
    WorkedBatch,
)
from jobs.rules.namespaces import canonical, standard
from jobs.services import namespaces, products
from jobs.system_page import system
from privacyportal.adminsite import OperatorPage, OperatorSite, PortalAdmin, ReadOnlyAdmin
from privacyportal.organizations.models import User

OperatorSite.pages.append(OperatorPage("system", gettext_lazy("System"), system))


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ReadOnlyAdmin):
    list_display = (
        "request_id",
        "organization",
        "regulation",
        "channel",
        "submitted_by",
        "received_at",
        "created_at",
    )
    list_filter = ("channel", "priority", "organization")
    list_select_related = ("organization",)
    text_ids = ("request_id",)
    hidden = ("contexts", "options")


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = (
        "public_id",
        "organization",
        "request",
        "action",
        "state",
        "regulation",
        "due_on",
        "created_at",
        "closed_at",
    )
    list_filter = ("state", "action", "organization")
    list_select_related = ("organization", "request")


@admin.register(ProductResponse)
class ProductResponseAdmin(ReadOnlyAdmin):
    list_display = (
        "public_id",
        "organization",
        "job",
        "product_code",
        "action",
        "state",
        "attempts",
        "outcome_code",
        "processed_at",
    )
    list_filter = ("state", "action", "step", "organization")
    list_select_related = ("organization", "job")
    id_fields = ("job__public_id",)  # its own public id has no index
    hidden = ("lease_token",)


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("pk", "job_id", "response_id", "number", "step", "state", "code", "ended_at")
    id_fields = ()
    text_ids = ()


@admin.register(PackageContent)
class PackageContentAdmin(ReadOnlyAdmin):
    list_display = (
        "pk",
        "organization",
        "job_id",
        "size",
        "created_at",
        "expires_at",
        "removed_at",
    )
    list_filter = (("removed_at", admin.EmptyFieldListFilter), "organization")
    list_select_related = ("organization",)
    id_fields = ()
    hidden = ("path",)


@admin.register(RequestNote)
class RequestNoteAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "organization", "request", "author_name", "created_at")
    list_filter = ("organization",)
    list_select_related = ("organization", "request")


@admin.register(RequestAttachment)
class RequestAttachmentAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "organization", "request", "author_name", "size", "created_at")
    list_filter = ("organization",)
    list_select_related = ("organization", "request")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body_sealed")


@admin.register(SavedDraft)
class SavedDraftAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "organization", "member", "people", "saved_at", "expires_at")
    list_filter = ("organization",)
    list_select_related = ("organization", "member__user")


@admin.register(DryRun)
class DryRunAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "product", "asked_at", "answered_at", "detail")
    list_filter = ("organization",)
    list_select_related = ("organization", "product")
    id_fields = ()


@admin.register(DataSubject)
class DataSubjectAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "organization", "key_version", "created_at")
    list_filter = ("organization",)
    list_select_related = ("organization",)


@admin.register(RequestSubject)
class RequestSubjectAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "request", "position", "person")
    list_filter = ("organization",)
    list_select_related = ("organization", "request")
    id_fields = ("request__public_id",)


@admin.register(Identity)
class IdentityAdmin(ReadOnlyAdmin):
    list_display = (
        "pk",
        "organization",
        "request_subject_id",
        "position",
        "namespace",
        "qualifier",
    )
    list_filter = ("organization",)
    list_select_related = ("organization",)
    id_fields = ()


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = (
        "code",
        "display_name",
        "organization",
        "processor",
        "paused_at",
        "unavailable_since",
        "last_success_at",
    )
    list_filter = (("paused_at", admin.EmptyFieldListFilter), "processor", "organization")
    list_select_related = ("organization",)
    actions = ("pause", "resume")

    @admin.action(description=gettext_lazy("Pause: claim no more work for them"))
    def pause(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._each(request, queryset.filter(paused_at=None), products.pause)

    @admin.action(description=gettext_lazy("Resume their work"))
    def resume(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._each(request, queryset.filter(paused_at__isnull=False), products.resume)

    def _each(self, request: HttpRequest, found: QuerySet[Any], act: Any) -> None:
        assert isinstance(request.user, User)
        chosen = list(found.select_related("organization", "current_settings"))
        for product in chosen:
            act(product=product, by=request.user.actor)
        told = ngettext("%(n)s product changed.", "%(n)s products changed.", len(chosen))
        messages.success(request, told % {"n": len(chosen)})


@admin.register(ProductSettings)
class ProductSettingsAdmin(ReadOnlyAdmin):
    """The mapping is in clear; connection and secrets are sealed and not shown."""

    list_display = ("product", "number", "organization", "created_at", "created_by")
    list_filter = ("organization",)
    list_select_related = ("product", "organization")
    id_fields = ("product__public_id",)


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

    form = NamespaceForm
    list_display = ("name", "number", "organization", "created_at", "created_by")
    list_filter = ("organization",)
    list_select_related = ("organization",)
    autocomplete_fields = ("organization",)
    id_fields = ("organization__public_id",)
    text_ids = ("name",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        made = ("number", "created_at", "created_by")
        return ("organization", "name", "description", *(made if obj else ()))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        made = namespaces.register(
            organization=obj.organization,
            by=request.user.actor,
            name=obj.name,
            description=obj.description,
        )
        obj.pk, obj.number = made.pk, made.number


@admin.register(EventBatch)
class EventBatchAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "size", "at", "last_position")
    list_filter = (("last_position", admin.EmptyFieldListFilter), "organization")
    list_select_related = ("organization",)
    id_fields = ()


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "kind", "job_id", "about_id", "reopening")
    list_filter = ("kind", "organization")
    list_select_related = ("organization",)
    id_fields = ()


@admin.register(Journal)
class JournalAdmin(ReadOnlyAdmin):
    list_display = ("organization", "last_position")
    list_select_related = ("organization",)
    id_fields = ("organization__public_id",)


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    """The address may hold a secret in its query, and is the organization's: not shown."""

    list_display = ("name", "organization", "state", "reason", "changed_at", "deleted_at")
    list_filter = ("state", "organization", ("deleted_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization",)
    hidden = ("url",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "public_id",
        "organization",
        "webhook",
        "event_id",
        "state",
        "tries",
        "not_before",
        "closed_at",
    )
    list_filter = ("state", "organization")
    list_select_related = ("organization", "webhook")
    hidden = ("lease_token",)


@admin.register(DeliveryTry)
class DeliveryTryAdmin(ReadOnlyAdmin):
    list_display = ("pk", "delivery_id", "number", "started_at", "milliseconds", "status", "error")
    list_filter = ("good",)
    id_fields = ()


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    """Public halves; the private ones are sealed and not shown."""

    list_display = ("public_id", "slot", "created_at", "replaced_at")
    hidden = ("private_sealed",)


@admin.register(KnownColumns)
class KnownColumnsAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "member", "said_at")
    list_filter = ("organization",)
    list_select_related = ("organization", "member__user")
    id_fields = ()


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "organization", "member", "kind", "state", "people", "created_at")
    list_filter = ("state", "kind", "organization")
    list_select_related = ("organization", "member__user")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content_sealed", "report_sealed")


@admin.register(UploadPart)
class UploadPartAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "upload", "number", "people", "done_at")
    list_filter = (("done_at", admin.EmptyFieldListFilter), "organization")
    list_select_related = ("organization", "upload")
    id_fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content_sealed")


@admin.register(ClockRules)
class ClockRulesAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "holidays", "set_at", "set_by")
    list_filter = ("organization",)
    list_select_related = ("organization",)
    id_fields = ()


@admin.register(ProductRetry)
class ProductRetryAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "product", "total", "retried", "started_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), "organization")
    list_select_related = ("organization", "product")
    id_fields = ()


@admin.register(WorkedBatch)
class WorkedBatchAdmin(ReadOnlyAdmin):
    list_display = ("pk", "product_id", "ended_at", "seconds", "complete", "error", "later")
    id_fields = ()


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "seen_at")
    id_fields = ()
    text_ids = ("name",)
