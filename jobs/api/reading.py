"""Reading jobs for the API: the same few queries for one job or a thousand; values opened."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from jobs.api.filters import ListFilter
from jobs.models import Identity, Job, ProductResponse
from jobs.models.places import key_place, value_place
from jobs.services.drafts import IdentityDraft
from privacyportal.keys.services import Sealer, sealers
from privacyportal.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A job of a list; `user_key` is empty once it was forgotten."""

    job: Job
    user_key: str


@dataclass(frozen=True, slots=True)
class Detail:
    """One job whole; `identities` as submitted, none once they were forgotten."""

    job: Job
    user_key: str
    identities: Sequence[IdentityDraft]
    responses: Sequence[ProductResponse]


def list_jobs(organization: Organization, wanted: ListFilter) -> tuple[int, list[ListedJob]]:
    """How many match, and the page that is wanted, newest first."""
    matching = _matching(organization, wanted)
    start = wanted.page * wanted.size
    total = matching.count()
    if start >= total:
        return total, []
    page = matching.select_related("request", "request_subject").order_by("-created_at", "-id")
    jobs = list(page[start : start + wanted.size])
    keys = sealers(job.request.data_key_id for job in jobs)
    return total, [
        ListedJob(job, _user_key(job, keys.get(job.request.data_key_id))) for job in jobs
    ]


def _matching(organization: Organization, wanted: ListFilter) -> QuerySet[Job]:
    jobs = Job.objects.for_organization(organization).filter(
        regulation=wanted.regulation, created_at__gte=wanted.since
    )
    if wanted.until:
        jobs = jobs.filter(created_at__lt=wanted.until)
    if wanted.states:
        jobs = jobs.filter(state__in=wanted.states)
    return jobs


def find_job(organization: Organization, job_id: str) -> Job | None:
    """A job of the organization by its public id; anything else is nothing."""
    try:
        public_id = uuid.UUID(job_id)
    except ValueError:
        return None
    if str(public_id) != job_id.lower():
        return None
    jobs = Job.objects.for_organization(organization)
    related = jobs.select_related("request__data_key", "request_subject", "organization")
    return related.filter(public_id=public_id).first()


def read_detail(job: Job) -> Detail:
    key = sealers([job.request.data_key_id]).get(job.request.data_key_id)
    responses = job.responses.select_related("product").order_by("id")
    return Detail(job, _user_key(job, key), _identities(job, key), list(responses))


def _user_key(job: Job, key: Sealer | None) -> str:
    if key is None:
        return ""
    subject = job.request_subject
    return key.open(subject.key_sealed, key_place(subject.pk)).decode()


def _identities(job: Job, key: Sealer | None) -> list[IdentityDraft]:
    if key is None:
        return []
    found = Identity.objects.filter(request_subject_id=job.request_subject_id).order_by("position")
    return [
        IdentityDraft(
            namespace=identity.namespace,
            given=identity.namespace_given,
            value=key.open(identity.value_sealed, value_place(identity.pk)).decode(),
            qualifier=identity.qualifier,
            namespace_id=identity.namespace_id,
            is_deleted_client_side=identity.is_deleted_client_side,
        )
        for identity in found
    ]
