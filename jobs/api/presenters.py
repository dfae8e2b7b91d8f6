"""Answers of the API in the contract's words (§3 to §5 and §9); camelCase lives here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from jobs.api.filters import ListFilter
from jobs.api.reading import Detail, ListedJob
from jobs.models import Job, ProductResponse
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
    jobs = [
        {
            "jobId": str(job.public_id),
            "customer": {
                "user": {
                    "key": draft.people[job.person].key,
                    "action": [job.action],
                    "userIDs": identities[job.person],
                }
            },
        }
        for job in submitted.jobs
    ]
    answer: dict[str, Any] = {
        "requestId": submitted.request.request_id,
        "requestStatus": RECEIVED,
        "totalRecords": len(jobs),
        "jobs": jobs,
    }
    if warnings := _warnings(draft.regulation, {job.action for job in submitted.jobs}):
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


def detail(found: Detail, *, with_link: bool) -> dict[str, Any]:
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
        "childJobs": [],
        "productResponses": [product_response(r, values) for r in found.responses],
    }
    if warnings := _warnings(job.regulation, [job.action]):
        shown["warnings"] = warnings
    if with_link:
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
    """Under the names that the contract and that identity services use."""
    return [
        {
            "namespace": namespace.name,
            "namespaceId": namespace.id,
            "type": "custom" if namespace.custom else "standard",
            "id": namespace.id,
            "code": namespace.name,
            "name": namespace.name,
            "custom": namespace.custom,
        }
        for namespace in known
    ]
