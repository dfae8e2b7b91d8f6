"""The record of acts, to be read."""

from django.contrib import admin

from privacyportal.adminsite import ReadOnlyAdmin
from privacyportal.audit.models import AuditDetail, AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "verb", "target_kind", "target_id", "actor_kind", "actor_id")
    id_fields = ()
    text_ids = ("target_id", "actor_id", "correlation_id")


@admin.register(AuditDetail)
class AuditDetailAdmin(ReadOnlyAdmin):
    list_display = ("event_id", "organization_id")
    id_fields = ()
