"""The record of acts, to be read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from privacyportal.adminsite import THINGS, OrganizationIdFilter, ReadOnlyAdmin, Related
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.audit.words import GROUPS, words

# What an act was about, or who acted → the list in which its public id is found.
LISTS = {
    "request": "jobs_privacyrequest",
    "job": "jobs_job",
    "person": "jobs_datasubject",
    "product": "jobs_product",
    "task": "jobs_manualtask",
    "link": "jobs_outsideworker",
    "webhook": "jobs_webhook",
    "upload": "jobs_upload",
    "credential": "organizations_apicredential",
    "organization": "organizations_organization",
    "user": "organizations_user",
}
FOUND = 200


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    called, room = _("Acts"), "record"
    list_display = ("at", "act", "organization_id", "target", "by")
    list_filter = (OrganizationIdFilter,)
    narrowed_by = ("organization_id",)
    asked_by = ("actor_id", "target_kind", "target_id")
    partial = (({"organization_id": None, "target_kind": None, "target_id": None}, ("-pk",)),)
    refs = {"organization_id": "organizations.Organization"}
    said = {
        "actor_kind": THINGS,
        "target_kind": THINGS,
        "verb": lambda row: words(row.verb),
    }
    id_fields = ()
    search_help_text = _("A whole id: of the act, or of what it was about")
    related = (Related("audit.AuditDetail", {"event_id": "pk"}),)

    @admin.display(description=_("act"))
    def act(self, row: AuditEvent) -> str:
        return words(row.verb)

    @admin.display(description=_("about"))
    def target(self, row: AuditEvent) -> Any:
        return _found(row.target_kind, row.target_id)

    @admin.display(description=_("who"))
    def by(self, row: AuditEvent) -> Any:
        return _found(row.actor_kind, row.actor_id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip().replace("\0", "")
        found, twice = super().get_search_results(request, queryset, search_term)
        return (found | queryset.filter(pk__in=_about(term)) if term else found), twice

    def title_of(self, obj: Any) -> str:
        return words(obj.verb) if obj else super().title_of(obj)


@admin.register(AuditDetail)
class AuditDetailAdmin(ReadOnlyAdmin):
    called, room = _("Details of acts"), "record"
    list_display = ("pk", "organization_id")
    list_filter = (OrganizationIdFilter,)
    narrowed_by = ("event_id",)
    refs = {"event_id": "audit.AuditEvent", "organization_id": "organizations.Organization"}
    id_fields = ()


def _about(target_id: str) -> set[int]:
    """The newest acts on one thing: one probe of the index for each organization and kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT act.id FROM organizations_organization AS organization
            CROSS JOIN unnest(%s::text[]) AS kind
            CROSS JOIN LATERAL (
                SELECT id FROM audit_auditevent WHERE organization_id = organization.id
                AND target_kind = kind AND target_id = %s ORDER BY id DESC LIMIT {FOUND}
            ) AS act LIMIT {FOUND}
            """,
            [list(GROUPS), target_id],
        )
        return {row[0] for row in cursor.fetchall()}


def _found(kind: str, public_id: str) -> Any:
    """A kind and an id, as a link to the list that finds it."""
    word = THINGS.get(kind, kind)
    try:
        place = reverse(f"admin:{LISTS[kind]}_changelist")
    except (KeyError, NoReverseMatch):
        return f"{word} {public_id}" if public_id != kind else word
    return format_html('{} <a href="{}?q={}">{}</a>', word, place, public_id, public_id)
