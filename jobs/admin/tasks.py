"""What people do at products that no program reaches: who has it, until when. What they wrote and
the files they found are sealed with the request's key."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs.admin.jobs import ProductResponseAdmin
from jobs.admin.products import ProductAdmin
from jobs.models import ManualTask, TaskFile
from jobs.models.tasks import OutsideWorker
from privacyportal.adminsite import OrganizationFilter, ReadOnlyAdmin, Related, whether
from privacyportal.organizations.admin import MemberAdmin

ProductResponseAdmin.lead_to(Related("jobs.ManualTask", {"response": "pk"}))
ProductAdmin.lead_to(Related("jobs.ManualTask", {"product": "pk"}))
MemberAdmin.lead_to(Related("jobs.ManualTask", {"member": "pk"}))


@admin.register(ManualTask)
class ManualTaskAdmin(ReadOnlyAdmin):
    called, room = _("Tasks"), "requests"
    list_display = (
        "public_id",
        "organization",
        "product",
        "job",
        "action",
        "member",
        "outsider",
        "due_on",
        "answer",
        "ended_at",
    )
    list_filter = (whether("ended_at", _("end"), _("Closed"), _("Not closed")), OrganizationFilter)
    list_select_related = ("organization", "product", "job", "member__user", "outsider")
    narrowed_by = ("product", "response", "member", "outsider")
    partial = (({"ended_at": "0"}, ("-pk",)),)
    related = (
        Related("jobs.TaskFile", {"task": "pk"}),
        Related(
            "audit.AuditEvent",
            {"organization_id": "organization_id", "target_id": "public_id"},
            {"target_kind": "task"},
        ),
    )


@admin.register(TaskFile)
class TaskFileAdmin(ReadOnlyAdmin):
    called, room = _("Files of tasks"), "requests"
    list_display = ("public_id", "organization", "task", "size", "created_at")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization", "task")
    narrowed_by = ("task",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body_sealed")


@admin.register(OutsideWorker)
class OutsideWorkerAdmin(ReadOnlyAdmin):
    """By whom links are answered; the number of the one that works is not shown."""

    called, room = _("People outside"), "access"
    list_display = ("email", "organization", "created_at", "seen_at")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization",)
    narrowed_by = ("organization",)
    organization_ids = ("email",)
    hidden = ("link_number",)
    related = (Related("jobs.ManualTask", {"outsider": "pk"}),)
