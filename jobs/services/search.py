"""Finding jobs, requests and people by what somebody types: ids by their beginning, keys and
identity values exactly, through their fingerprints. The value itself goes nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from jobs.models import DataSubject, Identity, Job, PrivacyRequest
from jobs.models.subjects import identity_print, key_print
from jobs.rules.namespaces import STANDARD
from jobs.services import namespaces
from jobs.services.job_filter import IDS_MOST, JobFilter
from privacyportal.keys.services import fingerprinter
from privacyportal.organizations.models import Organization

LEAST = 4  # characters of an id
LONGEST = 2000  # characters of a value
REQUESTS_MOST = 500  # looked at


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, a few of each, among what the reader may see. `people` each come with one of
    their jobs, by which they are named."""

    jobs: Sequence[Job]
    requests: Sequence[PrivacyRequest]
    people: Sequence[tuple[DataSubject, Job]]

    def __bool__(self) -> bool:
        return bool(self.jobs or self.requests or self.people)


def search(
    text: str, jobs: QuerySet[Job], organization: Organization, *, most: int = IDS_MOST
) -> Hits:
    """`jobs` are those that the reader may see; of everything at most `most`, newest first."""
    text = text.strip()[:LONGEST].replace("\0", "")
    if not text:
        return Hits([], [], [])
    return Hits(
        _jobs(text, jobs)[:most],
        _requests(text, jobs, organization)[:most],
        _people(text, jobs, organization)[:most],
    )


def as_filter(hits: Hits, jobs: QuerySet[Job]) -> JobFilter | None:
    """A list of what was found, as a URL can say it; None of nothing. One person or one request is
    named; what is more mixed becomes ids of jobs, of those that the reader may see."""
    if not hits:
        return None
    kinds = [bool(hits.jobs), bool(hits.requests), bool(hits.people)]
    if kinds == [False, False, True] and len(hits.people) == 1:
        return JobFilter(person=str(hits.people[0][0].public_id))
    if kinds == [False, True, False] and len(hits.requests) == 1:
        return JobFilter(request=str(hits.requests[0].public_id))
    return JobFilter(ids=",".join(_ids(hits, jobs)))


def _ids(hits: Hits, jobs: QuerySet[Job]) -> list[str]:
    people = [person.pk for person, _ in hits.people]
    requests = [request.pk for request in hits.requests]
    ids = [job.public_id for job in hits.jobs]
    for more in (jobs.filter(data_subject__in=people), jobs.filter(request__in=requests)):
        ids += more.order_by("-created_at", "-pk").values_list("public_id", flat=True)[:IDS_MOST]
    return [str(pk) for pk in dict.fromkeys(ids)][:IDS_MOST]


def _jobs(text: str, jobs: QuerySet[Job]) -> list[Job]:
    span = _span(text)
    if span is None:
        return []
    found = jobs.filter(public_id__gte=span[0], public_id__lte=span[1])
    return list(found.order_by("public_id")[:IDS_MOST])


def _span(text: str) -> tuple[UUID, UUID] | None:
    """The least and the greatest id that begin so."""
    digits = text.lower().replace("-", "")
    if not LEAST <= len(digits) <= 32 or set(digits) - set("0123456789abcdef"):
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))


def _requests(text: str, jobs: QuerySet[Job], organization: Organization) -> list[PrivacyRequest]:
    """Newest first among the first REQUESTS_MOST that begin so: their index knows no other order
    than its own."""
    if len(text) < LEAST:
        return []
    begins = PrivacyRequest.objects.for_organization(organization).filter(
        request_id__startswith=text
    )
    first = list(begins.values_list("pk", flat=True)[:REQUESTS_MOST])
    seen = PrivacyRequest.objects.filter(Exists(jobs.filter(request=OuterRef("pk"))), pk__in=first)
    return list(seen.order_by("-created_at", "-pk")[:IDS_MOST])


def _people(
    text: str, jobs: QuerySet[Job], organization: Organization
) -> list[tuple[DataSubject, Job]]:
    """The newest job of each person that this key or identity is of."""
    prints = fingerprinter(organization.pk)
    known = [*STANDARD, *namespaces.custom(organization).values()]
    values = {identity_print(prints, namespace.canonical, text) for namespace in known}
    identities = Identity.objects.for_organization(organization).filter(fingerprint__in=values)
    subjects = set(
        identities.order_by("-pk").values_list("request_subject__data_subject", flat=True)[
            :IDS_MOST
        ]
    )
    people = DataSubject.objects.for_organization(organization)
    subjects |= set(
        people.filter(key_fingerprint=key_print(prints, text)).values_list("pk", flat=True)
    )
    newest = (
        jobs.filter(data_subject__in=subjects)
        .order_by("data_subject", "-created_at", "-pk").distinct("data_subject")
        .select_related("data_subject", "request", "request_subject")
    )  # fmt: skip
    return [(job.data_subject, job) for job in newest[:IDS_MOST]]
