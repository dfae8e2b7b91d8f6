"""Taking a request back within the seconds before anything begins: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import QuerySet

from jobs.models import Identity, Job, PrivacyRequest, ProductResponse, SavedDraft
from jobs.models.places import key_place, value_place
from jobs.rules.states import CLOSED, Action, State
from jobs.services import saved_drafts
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from jobs.services.saved_drafts import Content
from jobs.services.submission import new_request_id
from privacyportal.audit.services import record
from privacyportal.keys.services import Sealer, destroy, sealer
from privacyportal.organizations.models import Member

NAMED = 20  # jobs that a refusal names
UNTOUCHED = (State.LATER, State.WAITING)


class NotFound(Exception):
    """The member has submitted no such request, or has taken it back already."""


class TooLate(Exception):
    """Something has begun. `open_jobs` are those where something can still be cancelled, NAMED at
    most."""

    def __init__(self, request: PrivacyRequest, responses: Sequence[ProductResponse]) -> None:
        super().__init__(request.request_id)
        self.request = request
        untouched = [r for r in responses if r.state not in CLOSED and not r.attempts]
        self.ended = sum(r.state in CLOSED for r in responses)
        self.cancellable = len(untouched)
        self.begun = len(responses) - self.ended - self.cancellable
        ids = sorted({r.job_id for r in untouched} or {r.job_id for r in responses})
        self.open_jobs = list(Job.objects.filter(pk__in=ids[:NAMED]).order_by("pk"))


def take_back(*, member: Member, public_id: UUID) -> SavedDraft:
    """Removes a request of which nothing has begun, as if it had never been submitted (the audit
    log alone tells), and gives back a draft of it. Raises NotFound and TooLate."""
    with transaction.atomic():
        request = _own(member, public_id)
        responses = list(_responses(request).select_for_update(no_key=True, of=("self",)))
        jobs = list(request.jobs.select_for_update(no_key=True).order_by("pk"))
        if not _untouched(responses, jobs):
            raise TooLate(request, responses)
        draft = _read_back(request, jobs, responses)
        _remove(request)
        record(
            organization=member.organization,
            by=member.user.actor,
            verb="request.undo",
            target=("request", str(request.public_id)),
            detail={"request_id": request.request_id, "jobs": len(jobs)},
        )
        return saved_drafts.save(
            member=member, public_id=uuid4(), content=Content(draft), one_more=True
        )


def _own(member: Member, public_id: UUID) -> PrivacyRequest:
    """Locked, so that of two who take it back at once the second finds nothing."""
    own = PrivacyRequest.objects.for_organization(member.organization).filter(
        submitted_by_id=member.user.actor.id, public_id=public_id
    )
    request: PrivacyRequest | None = own.select_for_update(of=("self",)).first()
    if request is None:
        raise NotFound
    return request


def _responses(request: PrivacyRequest) -> QuerySet[ProductResponse]:
    found: QuerySet[ProductResponse] = ProductResponse.objects.filter(job__request=request)
    return found.order_by("pk")


def _untouched(responses: Sequence[ProductResponse], jobs: Sequence[Job]) -> bool:
    """A choice about the sale of data is a fact that stays; a child job hangs on its parent."""
    return (
        all(r.state in UNTOUCHED and not r.attempts for r in responses)
        and any(r.state == State.LATER for r in responses)
        and not any(job.action == Action.OPT_OUT or job.has_children for job in jobs)
    )


def _read_back(
    request: PrivacyRequest, jobs: Sequence[Job], responses: Sequence[ProductResponse]
) -> RequestDraft:
    """What was submitted, from what was stored."""
    key = sealer(request.data_key_id)
    actions: dict[int, list[str]] = {}
    for job in jobs:
        actions.setdefault(job.request_subject_id, []).append(job.action)
    people = _people(request, key, actions)
    return RequestDraft(
        regulation=request.regulation,
        regulation_given=request.regulation_given,
        products=tuple(dict.fromkeys(r.product_code for r in responses)),
        people=people,
        channel=request.channel,
        request_id=new_request_id(),
        received_at=request.received_at,
        external_reference=request.external_reference,
        priority=request.priority,
        analytics_delete_method=request.analytics_delete_method,
        expand_ids=request.expand_ids,
        contexts=tuple(request.contexts),
        options=request.options,
    )


def _people(
    request: PrivacyRequest, key: Sealer, actions: dict[int, list[str]]
) -> tuple[PersonDraft, ...]:
    identities: dict[int, list[IdentityDraft]] = {}
    stored = Identity.objects.filter(request_subject__request=request)
    for row in stored.order_by("request_subject_id", "position"):
        identities.setdefault(row.request_subject_id, []).append(
            IdentityDraft(
                namespace=row.namespace,
                given=row.namespace_given,
                value=key.open(row.value_sealed, value_place(row.pk)).decode(),
                qualifier=row.qualifier,
                namespace_id=row.namespace_id,
                is_deleted_client_side=row.is_deleted_client_side,
            )
        )
    return tuple(
        PersonDraft(
            key.open(subject.key_sealed, key_place(subject.pk)).decode(),
            tuple(actions.get(subject.pk, ())),
            tuple(identities.get(subject.pk, ())),
        )
        for subject in request.subjects.order_by("position")
    )


TREE = (
    "DELETE FROM jobs_productresponse WHERE job_id IN"
    " (SELECT id FROM jobs_job WHERE request_id = %s)",
    "DELETE FROM jobs_job WHERE request_id = %s",
    "DELETE FROM jobs_identity WHERE request_subject_id IN"
    " (SELECT id FROM jobs_requestsubject WHERE request_id = %s)",
    "DELETE FROM jobs_requestsubject WHERE request_id = %s",
    "DELETE FROM jobs_privacyrequest WHERE id = %s",
)


def _remove(request: PrivacyRequest) -> None:
    """The tree from its leaves. The people whom it groups by key stay: others may be of them."""
    with connection.cursor() as cursor:
        for statement in TREE:
            cursor.execute(statement, [request.pk])
    destroy(request.data_key_id)
