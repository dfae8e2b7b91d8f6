"""Answers of the API, in the shapes of the contract (§3 to §5 and §9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from msgspec import UNSET, UnsetType

from jobs.api import shapes
from jobs.api.filters import ListFilter
from jobs.api.reading import Detail, ListedJob, SubmittedPerson
from jobs.models import CustomNamespace, Job, PrivacyRequest, ProductResponse
from jobs.rules import outcomes
from jobs.rules.clocks import explain, warning
from jobs.rules.namespaces import Namespace
from jobs.rules.states import CLOSED, Action, State
from jobs.services.drafts import IdentityDraft, RequestDraft
from jobs.services.organization_clocks import History
from jobs.services.submission import Submitted

RECEIVED = 1  # `requestStatus`


def moment(at: datetime) -> str:
    """The contract's time format; stored times are UTC."""
    return f"{at:%m/%d/%Y %I:%M %p} GMT"


# --- POST /jobs --------------------------------------------------------------------------------


def created(draft: RequestDraft, submitted: Submitted) -> shapes.Created:
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


def created_before(request: PrivacyRequest, people: Sequence[SubmittedPerson]) -> shapes.Created:
    """The same answer, of what is stored."""
    jobs = [
        _created_job(
            one.job.public_id, one.user_key, one.job.action, list(map(identity, one.identities))
        )
        for one in people
    ]
    return _created(request, jobs, {one.job.action for one in people})


def _created_job(
    public_id: UUID, key: str, action: str, ids: list[shapes.Identity]
) -> shapes.CreatedJob:
    user = shapes.CreatedUser(key=key, action=[action], userIDs=ids)
    return shapes.CreatedJob(str(public_id), shapes.Customer(user))


def _created(
    request: PrivacyRequest, jobs: list[shapes.CreatedJob], actions: Iterable[str]
) -> shapes.Created:
    return shapes.Created(
        requestId=request.request_id,
        requestStatus=RECEIVED,
        totalRecords=len(jobs),
        jobs=jobs,
        warnings=_warnings(request.regulation, actions),
    )


def identity(given: IdentityDraft) -> shapes.Identity:
    return shapes.Identity(
        namespace=given.given,
        value=given.value,
        type=given.qualifier,
        isDeletedClientSide=given.is_deleted_client_side,
        namespaceId=UNSET if given.namespace_id is None else given.namespace_id,
    )


def _warnings(regulation: str, actions: Iterable[str]) -> list[str] | UnsetType:
    told = [text for action in sorted(actions) if (text := warning(regulation, action))]
    return told or UNSET


# --- GET /jobs ---------------------------------------------------------------------------------


def listing(total: int, wanted: ListFilter, jobs: Sequence[ListedJob]) -> shapes.JobList:
    details = [shapes.ListedJob(**_common(job.job, job.user_key)) for job in jobs]
    return shapes.JobList(total, wanted.page, wanted.size, jobDetails=details, jobs=details)


def _common(job: Job, user_key: str) -> dict[str, Any]:
    request = job.request
    return {
        "jobId": str(job.public_id),
        "requestId": request.request_id,
        "userKey": user_key,
        "action": job.action,
        "status": job.state,
        "submittedBy": request.submitted_by,
        "createdDate": moment(job.created_at),
        "lastModifiedDate": moment(job.modified_at),
        "regulation": request.regulation_given,
        "optOutOfSale": request.opted_out if job.action == Action.OPT_OUT else UNSET,
    }


# --- GET /jobs/{jobId} -------------------------------------------------------------------------


def detail(
    found: Detail, *, linked: Collection[int], history: History | None = None
) -> shapes.JobDetail:
    """`linked` are the ids of the jobs whose package this caller may have."""
    job = found.job
    history = history or History(job.organization)
    values = [given.value for given in found.identities]
    moves = [response.modified_at for response in found.responses]
    link = download_url(job) if job.pk in linked else UNSET
    told = {
        **_common(job, found.user_key),
        "lastModifiedDate": moment(max([job.modified_at, *moves])),
    }
    return shapes.JobDetail(
        **told,
        dueDate=job.due_on.isoformat(),
        dueDateExplanation=_explanation(job, history),
        qualifiedCount=sum(response.records_found for response in found.responses),
        userIds=list(map(identity, found.identities)),
        childJobs=[detail(child, linked=linked, history=history) for child in found.children],
        productResponses=[product_response(r, values) for r in found.responses],
        warnings=_warnings(job.regulation, [job.action]),
        downloadURL=link,
        downloadUrl=link,
    )


def _explanation(job: Job, history: History) -> str:
    clocks = history.at(job.request.created_at)
    received_at = job.request.received_at
    return explain(
        clocks.due(regulation=job.regulation, action=job.action, received_at=received_at)
    )


def download_url(job: Job) -> str:
    path = reverse("jobs-api:content", kwargs={"job_id": str(job.public_id)})
    return f"{settings.PORTAL_URL}{path}"


def product_response(response: ProductResponse, values: Sequence[str]) -> shapes.ProductAnswer:
    product, at = response.product, response.processed_at
    return shapes.ProductAnswer(
        product=str(product) if product else response.product_code,
        retryCount=max(0, response.tries - 1),
        productStatusResponse=_status(response, values),
        processedDate=moment(at) if at else UNSET,
    )


def _status(response: ProductResponse, values: Sequence[str]) -> shapes.ProductStatus:
    closed = response.state in CLOSED
    status = status_word(response)
    return shapes.ProductStatus(
        status=status,
        message=outcomes.message(response.outcome_code) if closed else status.capitalize(),
        responseMsgCode=f"PRVCY-{response.outcome_code}" if closed else "",
        responseMsgDetail=outcomes.detail(response.outcome_detail, response.outcome_params),
        results=_results(response, values) if closed and response.ignored and values else UNSET,
    )


def _results(response: ProductResponse, values: Sequence[str]) -> shapes.Results:
    return shapes.Results(
        processed=[values[position] for position in response.processed],
        ignored=[values[position] for position in response.ignored],
    )


def status_word(response: ProductResponse) -> shapes.Status:
    """The contract's word: an open one is submitted while nothing was attempted; a cancelled one
    is an error."""
    if response.state == State.COMPLETE:
        return "complete"
    if response.state in CLOSED:
        return "error"
    return "processing" if response.attempts else "submitted"


# --- GET /namespaces ---------------------------------------------------------------------------


def namespaces(known: Iterable[Namespace]) -> list[shapes.Namespace]:
    return list(map(namespace, known))


def namespace(known: Namespace, description: str | UnsetType = UNSET) -> shapes.Namespace:
    return shapes.Namespace(
        namespace=known.name,
        namespaceId=known.id,
        type="custom" if known.custom else "standard",
        id=known.id,
        code=known.name,
        name=known.name,
        custom=known.custom,
        description=description,
    )


def registered(made: CustomNamespace) -> shapes.Namespace:
    return namespace(Namespace(made.name, made.number, custom=True), made.description)
