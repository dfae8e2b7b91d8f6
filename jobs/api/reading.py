"""Reading jobs for the API: the same few queries for one job or a thousand; values opened."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Q, QuerySet

from jobs.api.filters import ListFilter
from jobs.models import Identity, Job, PrivacyRequest, ProductResponse
from jobs.models.places import key_place, value_place
from jobs.rules.states import JobState
from jobs.services import children
from jobs.services.drafts import IdentityDraft
from privacyportal.keys.services import Sealer, sealers
from privacyportal.organizations.models import Organization

RELATED = ("request__data_key", "request_subject", "organization")
Identities = defaultdict[int, list[IdentityDraft]]


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
    children: Sequence[Detail] = field(default=())


@dataclass(frozen=True, slots=True)
class SubmittedPerson:
    """A job of a request as its submission answers it."""

    job: Job
    user_key: str
    identities: Sequence[IdentityDraft]


def list_jobs(organization: Organization, wanted: ListFilter) -> tuple[int, list[ListedJob]]:
    """How many match, and the page that is wanted, newest first."""
    matching = _matching(organization, wanted)
    total = matching.count()
    ids = _ids(matching, wanted.page * wanted.size, wanted.size, total)
    found = Job.objects.filter(pk__in=ids).select_related("request", "request_subject")
    jobs = sorted(found, key=lambda job: (job.created_at, job.pk), reverse=True)
    keys = sealers(job.request.data_key_id for job in jobs)
    return total, [
        ListedJob(job, _user_key(job, keys.get(job.request.data_key_id))) for job in jobs
    ]


def _ids(matching: QuerySet[Job], start: int, size: int, total: int) -> list[int]:
    """The ids of a page, from the index alone, and from its nearer end: rows are fetched only for
    what is shown."""
    if start >= total:
        return []
    end = min(start + size, total)
    newest_first = matching.order_by("-created_at", "-id").values_list("pk", flat=True)
    if start <= total // 2:
        return list(newest_first[start:end])
    return list(newest_first.reverse()[total - end : total - start])


def _matching(organization: Organization, wanted: ListFilter) -> QuerySet[Job]:
    jobs = Job.objects.for_organization(organization).filter(
        regulation=wanted.regulation, created_at__gte=wanted.since
    )
    if wanted.until:
        jobs = jobs.filter(created_at__lt=wanted.until)
    return jobs.filter(_of_states(set(wanted.states)))


def _of_states(states: set[str]) -> Q:
    """Closed, in error and open are in the index of the list; which of the open ones were taken up,
    only their rows know."""
    if not states or states == set(JobState.values):
        return Q()
    open_states = states & {JobState.SUBMITTED, JobState.PROCESSING}
    found = Q(pk__in=[])
    if JobState.COMPLETE in states:
        found |= Q(closed_at__isnull=False, failed_at__isnull=True)
    if JobState.ERROR in states:
        found |= Q(failed_at__isnull=False)
    if len(open_states) == 2:
        found |= Q(closed_at__isnull=True)
    elif open_states:
        found |= Q(closed_at__isnull=True, state__in=open_states)
    return found


def find_job(organization: Organization, job_id: str) -> Job | None:
    """A job of the organization by its public id; anything else is nothing."""
    try:
        public_id = uuid.UUID(job_id)
    except ValueError:
        return None
    if str(public_id) != job_id.lower():
        return None
    jobs = Job.objects.for_organization(organization)
    return jobs.select_related(*RELATED).filter(public_id=public_id).first()


def read_detail(job: Job) -> Detail:
    """The job, and its children with all of theirs but children."""
    own = list(children.of(job).select_related(*RELATED)) if job.has_children else []
    first, *others = _details([job, *own])
    return replace(first, children=others)


def _details(jobs: Sequence[Job]) -> list[Detail]:
    keys = sealers(job.request.data_key_id for job in jobs)
    identities = _identities(jobs, keys)
    responses: defaultdict[int, list[ProductResponse]] = defaultdict(list)
    found = ProductResponse.objects.filter(job_id__in=[job.pk for job in jobs])
    for response in found.select_related("product").order_by("id"):
        responses[response.job_id].append(response)
    return [
        Detail(
            job,
            _user_key(job, keys.get(job.request.data_key_id)),
            identities[job.request_subject_id],
            responses[job.pk],
        )
        for job in jobs
    ]


def read_submitted(request: PrivacyRequest) -> list[SubmittedPerson]:
    """The jobs of a request in its order, with their people as they were submitted."""
    jobs = list(request.jobs.select_related("request", "request_subject").order_by("pk"))
    keys = sealers([request.data_key_id])
    identities = _identities(jobs, keys)
    key = keys.get(request.data_key_id)
    return [
        SubmittedPerson(job, _user_key(job, key), identities[job.request_subject_id])
        for job in jobs
    ]


def _user_key(job: Job, key: Sealer | None) -> str:
    if key is None:
        return ""
    subject = job.request_subject
    return key.open(subject.key_sealed, key_place(subject.pk)).decode()


def _identities(jobs: Sequence[Job], keys: Mapping[int, Sealer]) -> Identities:
    """Request subject → its identities in clear; none where they were forgotten."""
    sealers_of = {
        job.request_subject_id: keys[job.request.data_key_id]
        for job in jobs
        if job.request.data_key_id in keys
    }
    found: Identities = defaultdict(list)
    rows = Identity.objects.filter(request_subject_id__in=sealers_of)
    for identity in rows.order_by("request_subject_id", "position"):
        key = sealers_of[identity.request_subject_id]
        found[identity.request_subject_id].append(
            IdentityDraft(
                namespace=identity.namespace,
                given=identity.namespace_given,
                value=key.open(identity.value_sealed, value_place(identity.pk)).decode(),
                qualifier=identity.qualifier,
                namespace_id=identity.namespace_id,
                is_deleted_client_side=identity.is_deleted_client_side,
            )
        )
    return found
