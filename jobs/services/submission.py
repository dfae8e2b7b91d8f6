"""Taking a request in: one transaction, stored in sets; the engine is woken after the commit."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog
from django.db import connection, transaction
from django.utils import timezone

from jobs.engine.wake import wake
from jobs.models import Job, PrivacyRequest, Product
from jobs.services import children
from jobs.services.drafts import RequestDraft
from jobs.services.tree import Tree, store
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.keys.models import Purpose
from privacyportal.keys.services import Fingerprinter, create_data_key, fingerprinter, sealer
from privacyportal.organizations.models import Organization

log = structlog.get_logger(__name__)
LOGGED = 10  # jobs that a line names

# Run in the submission's transaction, after the tree is stored; other apps add theirs in ready().
AFTER_STORE: list[Callable[[PrivacyRequest, RequestDraft], None]] = []

encode = msgspec.json.Encoder(order="deterministic").encode


class RequestIdTaken(Exception):
    """The organization already has a request with the caller's request id."""


class Closed(Exception):
    """The organization is being deleted: it takes nothing any more."""


@dataclass(frozen=True, slots=True)
class SubmittedJob:
    """A job that was created: `person` is the index among the draft's people."""

    public_id: UUID
    person: int
    action: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submission made, jobs in the order of the request."""

    request: PrivacyRequest
    jobs: list[SubmittedJob]


def submit(
    *,
    organization: Organization,
    by: Actor,
    draft: RequestDraft,
    parent: Job | None = None,
    delay: float = 0,
) -> Submitted:
    """Stores a checked draft, all or nothing, and wakes its products; `parent` is the job of the
    same organization that its jobs are children of. Nothing begins, and nothing is told, before
    `delay` seconds are over: until then the request can be taken back (services/undo.py).

    Raises RequestIdTaken, Closed, and of children what children.adopt raises. Nothing else of a
    checked draft is refused here.
    """
    with transaction.atomic():
        products = products_of(organization, draft.products)
        request = create_request(
            organization=organization, by=by, draft=draft, content=_content(draft)
        )
        tree = store(
            request,
            draft,
            products,
            sealer(request.data_key_id),
            fingerprinter(organization.pk),
            parent_id=parent.pk if parent else None,
            not_before=request.created_at + timedelta(seconds=delay) if delay else None,
        )
        for after_store in AFTER_STORE:
            after_store(request, draft)
        if parent:
            children.adopt(parent)
        _audit(organization, by, draft, request, tree, parent)
        if not delay:
            transaction.on_commit(lambda: wake(p.pk for p in products.values() if p), robust=True)
        transaction.on_commit(lambda: _log(request, tree), robust=True)
    jobs = [SubmittedJob(job.public_id, job.person, job.action) for job in tree.jobs]
    return Submitted(request, jobs)


def products_of(organization: Organization, codes: Sequence[str]) -> dict[str, Product | None]:
    """Code → product; None where the organization has not set it up."""
    known = {p.code.lower(): p for p in Product.objects.for_organization(organization)}
    wanted = {code.lower(): code for code in reversed(codes)}
    return {
        product.code if (product := known.get(lower)) else code: product
        for lower, code in reversed(wanted.items())
    }


def create_request(
    *, organization: Organization, by: Actor, draft: RequestDraft, content: str
) -> PrivacyRequest:
    """The request alone, without its people, with a data key of its own; `content` is what makes
    two requests alike. Raises RequestIdTaken and Closed."""
    if not Organization.objects.filter(pk=organization.pk, deleting_since=None).exists():
        raise Closed
    now = timezone.now()
    key = create_data_key(organization_id=organization.pk, purpose=Purpose.REQUEST)
    request = PrivacyRequest(
        organization=organization,
        request_id=draft.request_id or new_request_id(),
        regulation=draft.regulation,
        regulation_given=draft.regulation_given,
        channel=draft.channel,
        external_reference=draft.external_reference,
        received_at=draft.received_at or now,
        created_at=now,
        submitted_by_kind=by.kind,
        submitted_by_id=by.id,
        submitted_by=by.name,
        priority=draft.priority,
        analytics_delete_method=draft.analytics_delete_method,
        expand_ids=draft.expand_ids,
        opted_out=draft.opted_out,
        contexts=list(draft.contexts),
        options=draft.options,
        content_digest=_digest(fingerprinter(organization.pk), content),
        data_key_id=key.id,
    )
    if draft.request_id and request_id_taken(organization, draft.request_id):
        raise RequestIdTaken
    request.save(force_insert=True)
    return request


def find_same(*, organization: Organization, by: Actor, draft: RequestDraft) -> Submitted | None:
    """The request that this very draft, with its request id, has made already; None where the id
    is another's, or stands for other content."""
    request = (
        PrivacyRequest.objects.for_organization(organization)
        .filter(request_id=draft.request_id, submitted_by_id=by.id)
        .first()
    )
    prints = fingerprinter(organization.pk)
    if request is None or bytes(request.content_digest) != _digest(prints, _content(draft)):
        return None
    jobs = request.jobs.order_by("pk").select_related("request_subject")
    return Submitted(
        request,
        [SubmittedJob(job.public_id, job.request_subject.position, job.action) for job in jobs],
    )


def _digest(prints: Fingerprinter, content: str) -> bytes:
    return prints("content", content)


def _content(draft: RequestDraft) -> str:
    return encode(msgspec.structs.replace(draft, request_id="", received_at=None)).decode()


def request_id_taken(organization: Organization, request_id: str) -> bool:
    """Locks the organization's request id for this transaction, then looks: of two submissions
    that race with one id, the second waits for the first and sees it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))",
            [request_id, organization.pk],
        )
    return PrivacyRequest.objects.filter(organization=organization, request_id=request_id).exists()


def new_request_id() -> str:
    """Contract §3: 13-digit epoch milliseconds, 4 digits, `RX-`, 3 digits."""
    milliseconds = time.time_ns() // 1_000_000
    # Not a secret: only unlikely to be given twice.
    return f"{milliseconds}{random.randrange(10_000):04}RX-{random.randrange(1000):03}"  # noqa: S311


def _audit(
    organization: Organization,
    by: Actor,
    draft: RequestDraft,
    request: PrivacyRequest,
    tree: Tree,
    parent: Job | None,
) -> None:
    record(
        organization=organization,
        by=by,
        verb="request.submit",
        target=("request", str(request.public_id)),
        detail={
            "request_id": request.request_id,
            "regulation": request.regulation,
            "channel": request.channel,
            "people": len(draft.people),
            "jobs": len(tree.jobs),
            "products": list(draft.products),
            **({"parent": str(parent.public_id)} if parent else {}),
        },
    )


def _log(request: PrivacyRequest, tree: Tree) -> None:
    log.info(
        "request.submitted",
        request=str(request.public_id),
        jobs=len(tree.jobs),
        job_ids=[str(job.public_id) for job in tree.jobs[:LOGGED]],
    )


def job_count(draft: RequestDraft) -> int:
    """How many jobs a draft would make."""
    return sum(len(person.actions) for person in draft.people)


__all__ = [
    "AFTER_STORE",
    "Closed",
    "RequestIdTaken",
    "Submitted",
    "find_same",
    "job_count",
    "request_id_taken",
    "submit",
]
