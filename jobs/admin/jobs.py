"""Jobs, what becomes of them at each product, and every try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jobs.admin.words import sentence
from jobs.models import Attempt, Job, ProductResponse
from jobs.rules.states import Step
from jobs.services import bulk_acts
from privacyportal.actors import Actor
from privacyportal.adminsite import (
    Act,
    Line,
    OrganizationFilter,
    OrganizationIdFilter,
    ReadOnlyAdmin,
    Related,
    by_organization,
    one_of,
    whether,
)

# Members read that a response is processing; an operator has to know in which way.
STATES = {
    "waiting": _("Waits for an access"),
    "held": _("Held"),
    "due": _("Due now"),
    "later": _("Later"),
    "working": _("At work"),
    "complete": _("Complete"),
    "error": _("Error"),
    "cancelled": _("Cancelled"),
}


def _does(name: str) -> Any:
    def does(jobs: Sequence[Job], by: Actor | None) -> list[Line]:
        groups = by_organization(jobs)
        if by is None:
            changed = bulk_acts.changed_by(name=name, job_ids=[job.pk for job in jobs])
            numbers = [sum(job.pk in changed for job in own) for _organization, own in groups]
        else:
            numbers = [
                bulk_acts.act(
                    name=name, organization=organization, job_ids=[job.pk for job in own], by=by
                ).jobs
                for organization, own in groups
            ]
        return [
            Line(organization, number, len(own) - number)
            for (organization, own), number in zip(groups, numbers, strict=True)
        ]

    return does


RETRY = Act(
    "retry",
    _("Retry what is in error …"),
    lambda n: ngettext("Retry %(n)s job?", "Retry %(n)s jobs?", n) % {"n": n},
    lambda n: ngettext("Retry %(n)s job", "Retry %(n)s jobs", n) % {"n": n},
    _("What is in error there is tried again from the start, with a full count of tries."),
    _("Nothing in them is in error, or its delete has begun."),
    lambda n: ngettext("%(n)s job is retried.", "%(n)s jobs are retried.", n) % {"n": n},
    _does("retry"),
)
CANCEL = Act(
    "cancel",
    _("Cancel what has not begun …"),
    lambda n: ngettext("Cancel %(n)s job?", "Cancel %(n)s jobs?", n) % {"n": n},
    lambda n: ngettext("Cancel %(n)s job", "Cancel %(n)s jobs", n) % {"n": n},
    _(
        "What was never tried ends without anything being done there, and cannot be begun again. "
        "A job that loses a response cannot become complete."
    ),
    _("Everything in them has ended or was begun."),
    lambda n: ngettext("%(n)s job cancelled.", "%(n)s jobs cancelled.", n) % {"n": n},
    _does("cancel"),
    danger=True,
)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    called, room = _("Jobs"), "requests"
    acts = (RETRY, CANCEL)
    list_display = (
        "public_id",
        "organization",
        "request",
        "action",
        "state",
        "regulation",
        "due_on",
        "created_at",
    )
    list_filter = (
        "state",
        whether("closed_at", _("end"), _("Closed"), _("Not closed")),
        whether("failed_at", _("error"), _("In error"), _("Not in error")),
        "action",
        OrganizationFilter,
    )
    list_select_related = ("organization", "request")
    narrowed_by = ("organization", "request", "data_subject", "parent")
    asked_by = ("request_subject", "submitted_by_id")
    # By request, person and parent an index knows the order of ids.
    orders = {
        "request": ("-pk",),
        "data_subject": ("-pk",),
        "parent": ("-pk",),
        "organization": ("-created_at", "-pk"),
    }
    partial = (
        ({"closed_at": "0"}, ("-pk",)),
        ({"organization": None, "closed_at": "0"}, ("due_on", "pk")),
        ({"organization": None, "failed_at": "1"}, ("-created_at", "-pk")),
        ({"organization": None, "submitted_by_id": None}, ("-created_at", "-pk")),
    )
    related = (
        Related("jobs.ProductResponse", {"job": "pk"}),
        Related("jobs.Attempt", {"job_id": "pk"}),
        Related("jobs.PackageContent", {"job_id": "pk"}),
        Related("jobs.Job", {"parent": "pk"}, label=_("Child jobs")),
        Related("jobs.Event", {"about_id": "pk", "job_id": "pk"}),
        Related(
            "audit.AuditEvent",
            {"organization_id": "organization_id", "target_id": "public_id"},
            {"target_kind": "job"},
        ),
    )


@admin.register(ProductResponse)
class ProductResponseAdmin(ReadOnlyAdmin):
    called, room = _("Product responses"), "requests"
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
    list_filter = (
        one_of("state", _("state"), STATES),
        "action",
        "step",
        OrganizationFilter,
    )
    list_select_related = ("organization", "job")
    narrowed_by = ("job",)
    asked_by = ("product",)
    partial = (
        ({"state": "due"}, ("product_id", "action", "step", "sort_key", "pk")),
        ({"state": "later"}, ("not_before", "pk")),
        ({"state": "working"}, ("product_id", "pk")),
        ({"state": "held"}, ("organization_id", "job_id", "pk")),
        ({"product": None, "state": "due"}, ("action", "step", "sort_key", "pk")),
        ({"product": None, "state": "working"}, ("pk",)),
        ({"organization": None, "state": "held"}, ("job_id", "pk")),
    )
    id_fields = ("job__public_id",)  # its own public id has no index
    hidden = ("lease_token",)
    said = {
        "state": STATES,
        "outcome_detail": sentence("outcome_detail", "outcome_params"),
    }
    related = (
        Related("jobs.Attempt", {"job_id": "job_id", "response_id": "pk"}),
        Related("jobs.PackageContent", {"response": "pk"}),
        Related("jobs.Event", {"about_id": "pk", "job_id": "job_id"}),
    )


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    called, room = _("Attempts"), "requests"
    list_display = ("pk", "job_id", "response_id", "number", "step", "state", "code", "ended_at")
    list_filter = (OrganizationIdFilter,)
    narrowed_by = ("job_id",)
    asked_by = ("response_id",)
    refs = {
        "organization_id": "organizations.Organization",
        "job_id": "jobs.Job",
        "response_id": "jobs.ProductResponse",
    }
    said = {
        "state": STATES,
        "step": dict(Step.choices),
        "detail": sentence("detail", "params"),
    }
    id_fields = ()
