"""Answers of the API in the contract's words (§3 to §5 and §9); camelCase lives here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from jobs.api.filters import ListFilter
from jobs.api.reading import Detail, ListedJob, SubmittedPerson
from jobs.models import CustomNamespace, Job, PrivacyRequest, ProductResponse
from jobs.rules import outcomes
from jobs.rules.clocks import due, explain, warning
from jobs.rules.namespaces import Namespace
from jobs.rules.states import CLOSED, State
from jobs.services.drafts import IdentityDraft, RequestDraft
from jobs.services.submission import Submitted

RECEIVED = 1  # `requestStatus`


def moment(at: datetime) -> str:
    """The contract's time format; stored times are UTC."""
    return f"{at:%m/%d/%Y %I:%M %p} GMT"


# --- POST /jobs --------------------------------------------------------------------------------


def created(draft: RequestDraft, submitted: Submitted) -> dict[str, Any]:
    identities = [list(map(identity, person.identities)) for person in draft.people]
    return _created(
        submitted.request,
        [
            _created_job(
                job.public_id, draft.people[job.person].key, job.action, identities[job.person]
            )
            for job in submitted.jobs
        ],
        {job.action for job in submitted.jobs},
    )


def created_before(request: PrivacyRequest, people: Sequence[SubmittedPerson]) -> dict[str, Any]:
    """The same answer, of what is stored."""
    jobs = [
        _created_job(
            one.job.public_id, one.user_key, one.job.action, list(map(identity, one.identities))
        )
        for one in people
    ]
    return _created(request, jobs, {one.job.action for one in people})


def _created_job(public_id: UUID, key: str, action: str, ids: list[Any]) -> dict[str, Any]:
    return {
        "jobId": str(public_id),
        "customer": {"user": {"key": key, "action": [action], "userIDs": ids}},
    }


def _created(
    request: PrivacyRequest, jobs: list[dict[str, Any]], actions: Iterable[str]
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "requestId": request.request_id,
        "requestStatus": RECEIVED,
        "totalRecords": len(jobs),
        "jobs": jobs,
    }
    if warnings := _warnings(request.regulation, actions):
        answer["warnings"] = warnings
    return answer


def identity(given: IdentityDraft) -> dict[str, Any]:
    """An identity as submitted; `namespaceId` only where there is one."""
    shown = {
        "namespace": given.given,
        "value": given.value,
        "type": given.qualifier,
        "isDeletedClientSide": given.is_deleted_client_side,
    }
    if given.namespace_id is not None:
        shown["namespaceId"] = given.namespace_id
    return shown


def _warnings(regulation: str, actions: Iterable[str]) -> list[str]:
    return [text for action in sorted(actions) if (text := warning(regulation, action))]


# --- GET /jobs ---------------------------------------------------------------------------------


def listing(total: int, wanted: ListFilter, jobs: Sequence[ListedJob]) -> dict[str, Any]:
    details = [{**_common(job.job, job.user_key)} for job in jobs]
    return {
        "totalRecords": total,
        "page": wanted.page,
        "size": wanted.size,
        "jobDetails": details,
        "jobs": details,
    }


def _common(job: Job, user_key: str) -> dict[str, Any]:
    return {
        "jobId": str(job.public_id),
        "requestId": job.request.request_id,
        "userKey": user_key,
        "action": job.action,
        "status": job.state,
        "submittedBy": job.request.submitted_by,
        "createdDate": moment(job.created_at),
        "lastModifiedDate": moment(job.modified_at),
        "regulation": job.request.regulation_given,
    }


# --- GET /jobs/{jobId} -------------------------------------------------------------------------


def detail(found: Detail, *, linked: Collection[int]) -> dict[str, Any]:
    """`linked` are the ids of the jobs whose package this caller may have."""
    job = found.job
    values = [given.value for given in found.identities]
    moves = [response.modified_at for response in found.responses]
    shown = {
        **_common(job, found.user_key),
        "lastModifiedDate": moment(max([job.modified_at, *moves])),
        "dueDate": job.due_on.isoformat(),
        "dueDateExplanation": _explanation(job),
        "qualifiedCount": sum(response.records_found for response in found.responses),
        "userIds": list(map(identity, found.identities)),
        "childJobs": [detail(child, linked=linked) for child in found.children],
        "productResponses": [product_response(r, values) for r in found.responses],
    }
    if warnings := _warnings(job.regulation, [job.action]):
        shown["warnings"] = warnings
    if job.pk in linked:
        shown["downloadURL"] = shown["downloadUrl"] = download_url(job)
    return shown


def _explanation(job: Job) -> str:
    request = job.request
    return explain(
        due(
            regulation=job.regulation,
            action=job.action,
            received_at=request.received_at,
            zone=job.organization.time_zone,
        )
    )


def download_url(job: Job) -> str:
    path = reverse("jobs-api:content", kwargs={"job_id": str(job.public_id)})
    return f"{settings.PORTAL_URL}{path}"


def product_response(response: ProductResponse, values: Sequence[str]) -> dict[str, Any]:
    product = response.product
    shown: dict[str, Any] = {
        "product": str(product) if product else response.product_code,
        "retryCount": max(0, response.tries - 1),
        "productStatusResponse": _status(response, values),
    }
    if response.processed_at:
        shown["processedDate"] = moment(response.processed_at)
    return shown


def _status(response: ProductResponse, values: Sequence[str]) -> dict[str, Any]:
    closed = response.state in CLOSED
    status = status_word(response)
    shown: dict[str, Any] = {
        "status": status,
        "message": outcomes.message(response.outcome_code) if closed else status.capitalize(),
        "responseMsgCode": f"PRVCY-{response.outcome_code}" if closed else "",
        "responseMsgDetail": outcomes.detail(response.outcome_detail, response.outcome_params),
    }
    if closed and response.ignored and values:
        shown["results"] = {
            "processed": [values[position] for position in response.processed],
            "ignored": [values[position] for position in response.ignored],
        }
    return shown


def status_word(response: ProductResponse) -> str:
    """The contract's word: an open one is submitted while nothing was attempted; a cancelled one
    is an error."""
    if response.state == State.COMPLETE:
        return "complete"
    if response.state in CLOSED:
        return "error"
    return "processing" if response.attempts else "submitted"


# --- GET /namespaces ---------------------------------------------------------------------------


def namespaces(known: Iterable[Namespace]) -> list[Mapping[str, Any]]:
    return list(map(namespace, known))


def namespace(known: Namespace) -> Mapping[str, Any]:
    """Under the names that the contract and that identity services use."""
    return {
        "namespace": known.name,
        "namespaceId": known.id,
        "type": "custom" if known.custom else "standard",
        "id": known.id,
        "code": known.name,
        "name": known.name,
        "custom": known.custom,
    }


def registered(made: CustomNamespace) -> dict[str, Any]:
    own = Namespace(made.name, made.number, custom=True)
    return {**namespace(own), "description": made.description}
