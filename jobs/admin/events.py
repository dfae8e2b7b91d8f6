"""Events as they were told, and their order in each organization's journal."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jobs.models import Event, EventBatch, Journal
from jobs.program_forms import KIND_WORDS
from privacyportal.adminsite import OrganizationFilter, ReadOnlyAdmin, Related, one_of, whether

KINDS = {str(int(kind)): words for kind, words in KIND_WORDS.items()}


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    called, room = _("Events"), "events"
    list_display = ("pk", "organization", "kind", "job_id", "about_id", "reopening")
    list_filter = (one_of("kind", _("kind"), KINDS), OrganizationFilter)
    list_select_related = ("organization",)
    narrowed_by = ("about_id",)
    asked_by = ("job_id",)
    refs = {"job_id": "jobs.Job"}
    said = {"kind": KIND_WORDS}
    id_fields = ()
    related = (Related("jobs.Delivery", {"event_id": "pk"}),)


@admin.register(EventBatch)
class EventBatchAdmin(ReadOnlyAdmin):
    called, room = _("Event batches"), "events"
    list_display = ("pk", "organization", "size", "at", "last_position")
    list_filter = (
        whether("last_position", _("place in the journal"), _("Published"), _("To come")),
        OrganizationFilter,
    )
    list_select_related = ("organization",)
    partial = (({"last_position": "0"}, ("-pk",)),)
    id_fields = ()


@admin.register(Journal)
class JournalAdmin(ReadOnlyAdmin):
    called, room = _("Journals"), "events"
    list_display = ("pk", "organization", "last_position")
    list_select_related = ("organization",)
    id_fields = ("organization__public_id",)
