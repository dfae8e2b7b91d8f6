"""What the jobs' endpoints take and answer (contract §3 to §5 and §9), in the contract's words. The
answers are made of these types, and both are published (see describe.py)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Text = Annotated[str, Meta(min_length=1)]
Moment = Annotated[str, Meta(description="In GMT.", examples=["11/25/2026 09:53 PM GMT"])]
Status = Literal["submitted", "processing", "complete", "error"]


# --- what is sent ------------------------------------------------------------------------------


class Context(msgspec.Struct):
    """The organization, or a further qualifier for products."""

    namespace: Annotated[Text, Meta(description="`imsOrgID` for the organization.")]
    value: Text


class GivenIdentity(msgspec.Struct):
    """An identity; other keys are tolerated."""

    value: Annotated[Text | int, Meta(description="A number keeps its digits, all 38 of them.")]
    namespace: Annotated[Text, Meta(description="By name.")] | UnsetType = UNSET
    namespaceId: Annotated[int, Meta(ge=0, description="Or by number.")] | UnsetType = UNSET
    type: (
        Annotated[
            str,
            Meta(
                description="standard (default for a known namespace), custom, integrationCode, "
                "namespaceId, unregistered, analytics or target."
            ),
        ]
        | UnsetType
    ) = UNSET
    isDeletedClientSide: bool | UnsetType = UNSET


class Person(msgspec.Struct):
    """One person."""

    key: Annotated[Text, Meta(description="Your own name for the person.")]
    action: Annotated[
        list[Literal["access", "delete", "opt-out-of-sale"]],
        Meta(min_length=1, description="opt-out-of-sale stands alone."),
    ]
    userIDs: Annotated[list[GivenIdentity], Meta(min_length=1, max_length=9)]


class ChildRequest(msgspec.Struct):
    """A request below a job: regulation and products are those of the job unless they are given."""

    companyContexts: Annotated[
        list[Context], Meta(min_length=1, description="One of them names the organization.")
    ]
    users: Annotated[list[Person], Meta(min_length=1, max_length=1000)]
    include: Annotated[list[Text], Meta(min_length=1, description="Codes of products.")] = []
    regulation: Annotated[str, Meta(description="As in GET /jobs.")] = ""
    exclude: list[str] = []
    expandIds: bool = False
    priority: Literal["normal", "low"] = "normal"
    analyticsDeleteMethod: Literal["anonymize", "purge"] = "anonymize"
    requestId: (
        Annotated[
            str,
            Meta(min_length=1, max_length=200, description="Makes the call repeatable."),
        ]
        | UnsetType
    ) = UNSET


class Request(ChildRequest, kw_only=True):
    """A request: up to 1,000 people."""

    include: Annotated[list[Text], Meta(min_length=1, description="Codes of products.")]
    regulation: Annotated[str, Meta(description="As in GET /jobs.")]


class NewNamespace(msgspec.Struct):
    """A namespace of the organization's own."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    description: str = ""


# --- what is answered --------------------------------------------------------------------------


class Identity(msgspec.Struct, kw_only=True):
    """An identity as it was submitted; a namespace without a number has no `namespaceId`."""

    namespace: str
    value: str
    type: str
    isDeletedClientSide: bool
    namespaceId: int | UnsetType = UNSET


class CreatedUser(msgspec.Struct):
    """Whom a job is for."""

    key: str
    action: list[str]
    userIDs: list[Identity]


class Customer(msgspec.Struct):
    """As the contract nests it."""

    user: CreatedUser


class CreatedJob(msgspec.Struct):
    """A job that was made."""

    jobId: str
    customer: Customer


class Created(msgspec.Struct):
    """Jobs in the order of the request, a person's access before their delete."""

    requestId: str
    requestStatus: int
    totalRecords: int
    jobs: list[CreatedJob]
    warnings: (
        Annotated[list[str], Meta(description="Where the law does not grant an action.")]
        | UnsetType
    ) = UNSET


class ListedJob(msgspec.Struct, kw_only=True):
    """A job in a list."""

    jobId: str
    requestId: str
    userKey: Annotated[str, Meta(description="Empty once it is forgotten.")]
    action: str
    status: Status
    submittedBy: str
    createdDate: Moment
    lastModifiedDate: Moment
    regulation: Annotated[str, Meta(description="As the caller spelled it.")]
    optOutOfSale: (
        Annotated[bool, Meta(description="Of an opt-out: false opts back in.")] | UnsetType
    ) = UNSET


class JobList(msgspec.Struct):
    """A page; `totalRecords` counts all matches. The same list stands under two names."""

    totalRecords: int
    page: int
    size: int
    jobDetails: list[ListedJob]
    jobs: list[ListedJob]


class Results(msgspec.Struct):
    """Values with data at a product, and those without."""

    processed: list[str]
    ignored: list[str]


class ProductStatus(msgspec.Struct):
    """What became of a job at a product."""

    status: Status
    message: str
    responseMsgCode: Annotated[str, Meta(description="Empty while the product has not ended.")]
    responseMsgDetail: str
    results: Results | UnsetType = UNSET


class ProductAnswer(msgspec.Struct):
    """A product's part in a job."""

    product: str
    retryCount: Annotated[int, Meta(description="Tries after the first.")]
    productStatusResponse: ProductStatus
    processedDate: Moment | UnsetType = UNSET


class JobDetail(ListedJob, kw_only=True):
    """A job whole."""

    dueDate: Annotated[str, Meta(description="The last day, as 2026-12-25.")]
    dueDateExplanation: str
    qualifiedCount: Annotated[int, Meta(description="Records found, over all products.")]
    userIds: list[Identity]
    childJobs: list[JobDetail]
    productResponses: list[ProductAnswer]
    warnings: list[str] | UnsetType = UNSET
    downloadURL: str | UnsetType = UNSET
    downloadUrl: Annotated[str, Meta(description="The same.")] | UnsetType = UNSET


class Namespace(msgspec.Struct, kw_only=True):
    """An identity namespace, under the names that the contract and identity services use."""

    namespace: str
    namespaceId: int
    type: Literal["standard", "custom"]
    id: int
    code: str
    name: str
    custom: bool
    description: str | UnsetType = UNSET
