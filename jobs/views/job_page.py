"""Everything that the page of a job shows, read in a fixed number of queries."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jobs.models import Job, PrivacyRequest, ProductResponse, RequestSubject
from jobs.rules.clocks import Due, explain, warning
from jobs.rules.regulations import lookup
from jobs.rules.states import CLOSED, Action, State
from jobs.services import package_preview, packages, people
from jobs.services.organization_clocks import clocks_of
from jobs.services.overview import today
from jobs.services.package_parts import Package
from jobs.services.package_preview import PartFile
from jobs.services.people import SeenIdentity
from jobs.views.act_words import Offer, offers
from jobs.views.bars import bars
from jobs.views.due import NEVER, due_words
from jobs.views.job_rows import JobRow, job_rows, with_rows
from jobs.views.note_board import notes_of
from jobs.views.product_rows import product_rows
from jobs.views.request_timeline import OF_WHOLE, request_timeline
from jobs.views.status import CANCELLED, of_job, of_response, product_name
from jobs.views.timeline import timeline
from jobs.views.visible import visible_jobs
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

CHILDREN = 20  # that a page names


def job_page(
    job: Job, member: Member, *, identities: Sequence[SeenIdentity] | None = None
) -> dict[str, Any]:
    """The context of the page; `identities` are those of a reveal."""
    responses = list(job.responses.select_related("product").order_by("pk"))
    shown = people.identities(job) if identities is None else identities
    rows = product_rows(responses, shown)
    reads = member.may(Permission.PRIVACY_READ)
    status = of_job(job, responses)
    names = {response.pk: product_name(response) for response in responses}
    siblings, kin = _siblings(job, member), _family(job, member)
    happened = timeline(job, names, acts=reads)
    if reads:
        whole = request_timeline(job.request, OF_WHOLE)
        happened = sorted([*happened, *whole], key=lambda event: event.at, reverse=True)
    return {
        "version": _version(job, responses, [*siblings, *kin.rows], len(happened)),
        "job": job,
        "person": people.names([job], clear=member.may(Permission.REVEAL))[job.pk],
        "law": lookup(job.regulation),
        "status": status,
        "rows": rows,
        "needing": next((row for row in rows if row.opened), None),
        "held": sum(response.state == State.HELD for response in responses),
        "done": sum(row.closed and row.response.state == State.COMPLETE for row in rows),
        "bars": bars(Counter(status.colour for status in map(of_response, responses))),
        "due": NEVER if status is CANCELLED else due_words(job, today(job.organization)),
        "clock": (clock := _clock(job)),
        "explanation": explain(clock),
        "warning": warning(job.regulation, job.action),
        "identities": shown,
        "timeline": happened,
        "siblings": siblings,
        "same": _same(job, member),
        "family": kin,
        "package": _package(job, responses) if reads and job.action == Action.ACCESS else None,
        "notes": notes_of(job.request, member),
        "asked": job.request,
        "offers": _offers(job, member, responses),
        "live": job.closed_at is None,
    }


def _version(
    job: Job, responses: Sequence[ProductResponse], siblings: Sequence[JobRow], events: int
) -> str:
    """Names what can change on the page: a refresh that finds the same swaps nothing."""
    facts = [
        (r.pk, r.state, r.step, r.attempts, r.outcome_code, r.processed_at, r.not_before)
        for r in responses
    ]
    products = [(p.paused_at, p.unavailable_since) for r in responses if (p := r.product)]
    others = [(row.job.pk, row.status.shape, row.done) for row in siblings]
    seen = repr((job.state, today(job.organization), facts, products, others, events))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def _offers(job: Job, member: Member, responses: Sequence[ProductResponse]) -> list[Offer]:
    if not member.may(Permission.ACT):
        return []
    return offers(job, responses)


def _clock(job: Job) -> Due:
    """As it was set when the request came."""
    return clocks_of(job.organization, job.request.created_at).due(
        regulation=job.regulation, action=job.action, received_at=job.request.received_at
    )


def _siblings(job: Job, member: Member) -> list[JobRow]:
    """Other jobs of the same person in the same request."""
    subjects = RequestSubject.objects.filter(
        request_id=job.request_id, person=job.request_subject.person
    )
    jobs = visible_jobs(member).filter(request_id=job.request_id, request_subject__in=subjects)
    jobs = jobs.exclude(pk=job.pk)
    return job_rows(list(with_rows(jobs).order_by("pk")[:10]), member)


def _same(job: Job, member: Member) -> Job | None:
    """The first job of the last request before with the very same content (contract §2)."""
    earlier = PrivacyRequest.objects.for_organization(job.organization).filter(
        content_digest=job.request.content_digest, pk__lt=job.request_id
    )
    last = earlier.order_by("-pk").first()
    if last is None:
        return None
    jobs = visible_jobs(member).filter(request=last).select_related("request")
    found: Job | None = jobs.order_by("pk").first()
    return found


@dataclass(frozen=True, slots=True)
class Family:
    """The job that this one is a child of, or its children; `waits` where only they are open."""

    parent: JobRow | None = None
    children: Sequence[JobRow] = ()
    more: bool = False
    waits: bool = False

    @property
    def rows(self) -> list[JobRow]:
        return [*self.children, *([self.parent] if self.parent else [])]


def _family(job: Job, member: Member) -> Family:
    """Those of them that the member may see."""
    seen = visible_jobs(member)
    if job.parent_id:
        rows = job_rows(list(with_rows(seen.filter(pk=job.parent_id))), member)
        return Family(parent=next(iter(rows), None))
    if not job.has_children:
        return Family()
    own = list(with_rows(seen.filter(parent=job)).order_by("pk")[: CHILDREN + 1])
    waits = job.closed_at is None and not job.responses.exclude(state__in=CLOSED).exists()
    return Family(None, job_rows(own[:CHILDREN], member), len(own) > CHILDREN, waits)


@dataclass(frozen=True, slots=True)
class SeenPackage:
    """What an access gave so far; `found` once it can be downloaded, or could."""

    files: Sequence[PartFile]
    found: Package | None
    waiting: int


def _package(job: Job, responses: Sequence[ProductResponse]) -> SeenPackage:
    found = packages.find(job) or packages.find_incomplete(job)
    parts = found.parts if found else packages.parts_of([job.pk])
    waiting = sum(r.state not in CLOSED for r in responses)
    return SeenPackage(package_preview.files(parts), found, waiting)
