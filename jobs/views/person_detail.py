"""The page of a person: what was asked, what was done, what is due and what was chosen."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jobs.models import DataSubject, Job, ProductResponse
from jobs.rules import outcomes
from jobs.services import people, persons, saved_drafts, shown_choices
from jobs.services import person_request as person_requests
from jobs.services.overview import today
from jobs.services.person_export import export
from jobs.views.due import NEVER, until
from jobs.views.given import given_id
from jobs.views.job_rows import JobRow, job_rows, with_rows
from jobs.views.person_list import reader_of
from jobs.views.status import product_name
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

PAGE = 50
KEPT = ".kept"  # ends the details that say so, whatever the processor


@require_safe
def person_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = reader_of(request)
    person = _find(member, public_id)
    context = person_page(person, member, after=given_id(request.GET.get("after", "")))
    context["polls"] = "seen" in request.GET
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)  # nothing to swap
    return page(request, "jobs/person_detail.html", context, fragment="jobs/_person_detail.html")


def person_reveal(
    request: HttpRequest, public_id: UUID, job_id: UUID, position: int
) -> HttpResponse:
    """Shows one identity's value, once; it is recorded as an identity of the job it came with."""
    member = reader_of(request)
    person = _find(member, public_id)
    if not member.may(Permission.REVEAL):
        raise PermissionDenied
    if request.method != "POST":
        return redirect("jobs:person-detail", public_id)
    job = Job.objects.filter(data_subject=person, public_id=job_id)
    found = job.select_related("request__data_key", "request_subject", "organization").first()
    if found is None or not people.reveal(job=found, position=position, by=member.user.actor):
        raise Http404
    if request.headers.get("HX-Request") == "true":
        seen = persons.known(person, clear=True, reveal=(job_id, position)).identities
        shown = next((identity for identity in seen if identity.revealed), None)
        context = {"person": person, "identity": shown}
        return page(request, "jobs/_person_identity.html", context)
    context = person_page(person, member, reveal=(job_id, position))
    return page(request, "jobs/person_detail.html", context)


def person_request(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Begins a request for the person; its form has the identities in clear."""
    member = reader_of(request)
    person = _find(member, public_id)
    if not (member.may(Permission.PRIVACY_WRITE) and member.may(Permission.REVEAL)):
        raise PermissionDenied
    if request.method != "POST":
        return redirect("jobs:person-detail", public_id)
    try:
        draft = person_requests.begin(member=member, person=person)
    except saved_drafts.TooMany:
        told = _("You have %s drafts already. Submit or discard one first.")
        messages.warning(request, told % saved_drafts.MOST)
        return redirect("jobs:person-detail", public_id)
    if draft is None:
        raise Http404
    return redirect(f"{reverse('jobs:request-new')}?draft={draft.public_id}")


@require_safe
def person_export(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was done for the person as CSV, for whoever may look at the page."""
    member = reader_of(request)
    person = _find(member, public_id)
    text = export(
        person=person,
        by=member.user.actor,
        clear=member.may(Permission.REVEAL),
        zone=member.zone,
    )
    headers = {
        "Content-Disposition": f'attachment; filename="person-{person.public_id}.csv"',
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def _find(member: Member, public_id: UUID) -> DataSubject:
    own = DataSubject.objects.for_organization(member.organization)
    person: DataSubject | None = own.filter(public_id=public_id).first()
    if person is None:
        raise Http404
    return person


def person_page(
    person: DataSubject,
    member: Member,
    *,
    after: UUID | None = None,
    reveal: tuple[UUID, int] | None = None,
) -> dict[str, Any]:
    clear = member.may(Permission.REVEAL)
    known = persons.known(person, clear=clear, reveal=reveal)
    total = persons.sums([person.pk])[person.pk]
    rows, onward = _rows(person, member, after)
    return {
        "person": person,
        "known": known,
        "sum": total,
        "due": until(total.due_on, today(member.organization)) if total.due_on else NEVER,
        "rows": rows,
        "next": onward,
        "after": after,
        "due_rows": sorted((row for row in rows if _is_open(row)), key=_due),
        "kept": _kept(rows),
        "choices": shown_choices.of_identities(member.organization, known.fingerprints),
        "alike": persons.alike(person, known.fingerprints, clear=clear),
        "live": total.open > 0,
        "version": _version(rows),
    }


def _rows(
    person: DataSubject, member: Member, after: UUID | None
) -> tuple[list[JobRow], UUID | None]:
    """The person's jobs, newest first, and from where on there are more."""
    jobs = Job.objects.filter(data_subject=person)
    last = jobs.filter(public_id=after).first() if after else None
    older = jobs.filter(pk__lt=last.pk) if last else jobs
    found = list(with_rows(older).order_by("-pk")[: PAGE + 1])
    onward = found[PAGE - 1].public_id if len(found) > PAGE else None
    return job_rows(found[:PAGE], member), onward


def _is_open(row: JobRow) -> bool:
    return row.job.closed_at is None


def _due(row: JobRow) -> Any:
    return row.job.due_on, row.job.pk


def _kept(rows: list[JobRow]) -> list[dict[str, Any]]:
    """What products said that they keep although it was to be deleted, and why."""
    jobs = {row.job.pk: row.job for row in rows}
    kept = ProductResponse.objects.filter(job__in=jobs, outcome_detail__endswith=KEPT)
    return [
        {
            "product": product_name(response),
            "sentence": outcomes.detail(response.outcome_detail, response.outcome_params),
            "job": jobs[response.job_id],
        }
        for response in kept.select_related("product").order_by("-job_id", "pk")
    ]


def _version(rows: list[JobRow]) -> str:
    seen = [(r.job.pk, r.status.shape, r.done, r.marks, r.due) for r in rows]
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]
