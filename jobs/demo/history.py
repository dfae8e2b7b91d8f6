"""Requests that came in before: submitted here, fulfilled by the engine when the workers start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from jobs.demo.crm import EXPECTING
from jobs.demo.organization import member
from jobs.demo.people import Person, people
from jobs.models import Job, PrivacyRequest
from jobs.rules.namespaces import standard
from jobs.rules.states import Action
from jobs.services import officers, submission
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from privacyportal.actors import Actor
from privacyportal.organizations.models import Organization
from privacyportal.organizations.permissions import Role

BOTH = ("access", "delete")
ALL = ("crm", "webShop", "analytics")
OPT_OUT = ("opt-out-of-sale",)
SELLING = ("crm", "webShop")


@dataclass(frozen=True, slots=True)
class Past:
    """A request of some days ago, about the people with these numbers."""

    name: str
    days: int
    numbers: range
    actions: tuple[str, ...] = ("access",)
    regulation: str = "gdpr"
    channel: str = "form"
    products: tuple[str, ...] = ALL
    priority: str = "normal"
    purge: bool = False
    withdrawn: bool = False  # an officer cancelled the access: the delete waits for a decision


PASTS = (
    Past("letter of a customer", 28, range(310, 311), BOTH, channel="letter", withdrawn=True),
    Past("moved away", 29, range(311, 312), BOTH, channel="email", withdrawn=True),
    Past("parcel still on its way", 12, EXPECTING, ("delete",), products=("crm",)),
    Past("curious visitor", 9, range(330, 331), channel="email"),
    Past("California, access", 20, range(340, 352), regulation="ccpa", channel="api"),
    Past("California, erasure", 18, range(352, 360), BOTH, "ccpa", "api", purge=True),
    Past("Brazil", 8, range(360, 363), BOTH, regulation="lgpd_bra", channel="phone"),
    Past("India", 6, range(363, 365), regulation="dpdpa_ind", channel="public_page"),
    Past("yearly clean-up", 4, range(600, 700), ("delete",), channel="upload", priority="low"),
    Past("visitors only", 3, range(720, 730), ("delete",), products=("analytics",), purge=True),
    Past("campaign tool not connected", 2, range(370, 372), products=("campaign", "crm")),
    Past("typed by staff", 1, range(372, 374), BOTH, channel="phone"),
    Past("this morning", 0, range(374, 376), channel="public_page"),
    *(
        Past("do not sell", days, range(first, first + many), OPT_OUT, "ccpa", channel, SELLING)
        for days, first, many, channel in (
            (77, 400, 3, "public_page"),
            (70, 403, 5, "public_page"),
            (66, 408, 2, "gpc"),
            (58, 410, 7, "public_page"),
            (50, 417, 4, "gpc"),
            (43, 421, 6, "public_page"),
            (37, 427, 1, "phone"),
            (33, 428, 8, "gpc"),
            (27, 436, 9, "public_page"),
            (22, 445, 6, "gpc"),
            (15, 451, 12, "public_page"),
            (10, 463, 2, "letter"),
            (6, 465, 9, "gpc"),
            (2, 474, 7, "public_page"),
        )
    ),
)


def submit(organization: Organization) -> None:
    """What is not there yet, so that a first start may be interrupted."""
    known = set(
        PrivacyRequest.objects.for_organization(organization).values_list("request_id", flat=True)
    )
    now = timezone.now()
    for number, past in enumerate(PASTS):
        if (request_id := f"DEMO-{number:03}") not in known:
            _submit(organization, past, request_id, now)


@transaction.atomic
def _submit(organization: Organization, past: Past, request_id: str, now: datetime) -> None:
    draft = RequestDraft(
        request_id=request_id,
        regulation=past.regulation,
        regulation_given=past.regulation,
        products=past.products,
        people=tuple(_person(people()[number], past.actions) for number in past.numbers),
        channel=past.channel,
        received_at=now - timedelta(days=past.days),
        external_reference=past.name,
        priority=past.priority,
        analytics_delete_method="purge" if past.purge else "anonymize",
    )
    submitted = submission.submit(
        organization=organization, by=_submitter(organization, past), draft=draft
    )
    _date_back(submitted.request, past.days)
    if past.withdrawn:
        officer = member(organization, Role.OFFICER).actor
        accesses = [job.public_id for job in submitted.jobs if job.action == Action.ACCESS]
        for job in Job.objects.filter(public_id__in=accesses):
            officers.cancel(job=job, by=officer)


def _date_back(request: PrivacyRequest, days: int) -> None:
    """A history has days and hours: typed in some time after it was received."""
    typed_after = timedelta(minutes=days * 47 % 480 + 5)
    at = request.received_at + typed_after if days else request.created_at
    PrivacyRequest.objects.filter(pk=request.pk).update(created_at=at)
    Job.objects.filter(request=request).update(created_at=at)


def _submitter(organization: Organization, past: Past) -> Actor:
    if past.channel == "api":
        credential = organization.credentials.filter(revoked_at=None).first()
        assert credential is not None
        return credential.actor
    by_staff = past.channel in ("phone", "letter")
    return member(organization, Role.STAFF if by_staff else Role.OFFICER).actor


def _person(person: Person, actions: tuple[str, ...]) -> PersonDraft:
    given = (("Email", person.email), ("Phone", person.phone), ("ECID", person.ecid))
    return PersonDraft(
        key=f"customer-{person.number}",
        actions=actions,
        identities=tuple(_identity(namespace, value) for namespace, value in given),
    )


def _identity(namespace: str, value: str) -> IdentityDraft:
    found = standard(namespace)
    assert found is not None
    return IdentityDraft(found.canonical, found.name, value, "standard", found.id)
