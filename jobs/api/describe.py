"""What is published of the jobs' endpoints and of namespaces."""

from __future__ import annotations

from typing import Any

from jobs.api import shapes
from jobs.api.urls import BASE, OLDER_BASE
from jobs.rules.states import JobState
from privacyportal.api.openapi import Answer, Body, Operation, Parameter
from privacyportal.organizations.permissions import Permission

JOBS, NAMESPACES = "Jobs", "Namespaces"
JOB = Parameter(
    "jobId",
    "path",
    "The job's id.",
    {"type": "string", "format": "uuid"},
    required=True,
    example="0f3c5f0e-7f7c-4c52-9c57-0a6a3f5b1f10",
)
AGAIN = Parameter(
    "Idempotency-Key",
    "header",
    "Makes the call repeatable for 24 hours: the same call is given the same answer.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
)
DAY = {"type": "string", "format": "date"}
CONTEXTS = [{"namespace": "imsOrgID", "value": "0A1B2C3D4E5F@PortalOrg"}]
EMAIL = {"namespace": "email", "value": "david@example.org", "type": "standard"}
SHOWN = {**EMAIL, "isDeletedClientSide": False, "namespaceId": 6}
DAVID = {"key": "DavidSmith", "action": ["access", "delete"], "userIDs": [EMAIL]}
IDS = ("0f3c5f0e-7f7c-4c52-9c57-0a6a3f5b1f10", "5f1a2f5e-8c0d-4f5a-9d3e-0f6f5b7a2c11")
MADE = {
    "requestId": "17640000001234567RX-104",
    "requestStatus": 1,
    "totalRecords": 2,
    "jobs": [
        {
            "jobId": job_id,
            "customer": {"user": {"key": "DavidSmith", "action": [action], "userIDs": [SHOWN]}},
        }
        for job_id, action in zip(IDS, ("access", "delete"), strict=True)
    ],
}
LISTED: dict[str, Any] = {
    "jobId": IDS[0],
    "requestId": "17640000001234567RX-104",
    "userKey": "DavidSmith",
    "action": "access",
    "status": "complete",
    "submittedBy": "warehouse",
    "createdDate": "11/25/2026 09:53 PM GMT",
    "lastModifiedDate": "11/25/2026 09:54 PM GMT",
    "regulation": "gdpr",
}
LINK = f"https://portal.example.org/{BASE}/jobs/{IDS[0]}/content"
WHOLE = {
    **LISTED,
    "dueDate": "2026-12-25",
    "dueDateExplanation": "1 month from receipt, Art. 12(3) GDPR",
    "qualifiedCount": 12,
    "userIds": [SHOWN],
    "childJobs": [],
    "productResponses": [
        {
            "product": "Customer register",
            "retryCount": 0,
            "processedDate": "11/25/2026 09:54 PM GMT",
            "productStatusResponse": {
                "status": "complete",
                "message": "Success",
                "responseMsgCode": "PRVCY-6000-200",
                "responseMsgDetail": "",
            },
        }
    ],
    "downloadURL": LINK,
    "downloadUrl": LINK,
}
NAMESPACE = {
    "namespace": "Email",
    "namespaceId": 6,
    "type": "standard",
    "id": 6,
    "code": "Email",
    "name": "Email",
    "custom": False,
}
OWN = {
    **NAMESPACE,
    **dict.fromkeys(("namespace", "code", "name"), "Loyalty card"),
    **dict.fromkeys(("namespaceId", "id"), 1_000_001),
    "type": "custom",
    "custom": True,
    "description": "The number on the card",
}

OPERATIONS = (
    Operation(
        "POST",
        f"/{BASE}/jobs",
        "createJobs",
        JOBS,
        "Submit a request",
        [Answer(202, "A job for each person and action.", shapes.Created, MADE)],
        Permission.PRIVACY_WRITE,
        "All or nothing: on an error no job exists. A person's delete waits until their access has "
        f"read the product. The older path `/{OLDER_BASE}` stands for `/{BASE}/jobs`.",
        parameters=[AGAIN],
        body=Body(
            shapes.Request,
            {
                "access and delete": {
                    "companyContexts": CONTEXTS,
                    "users": [DAVID],
                    "include": ["crm", "webShop"],
                    "regulation": "gdpr",
                },
                "opt-out of sale": {
                    "companyContexts": CONTEXTS,
                    "users": [{**DAVID, "action": ["opt-out-of-sale"]}],
                    "include": ["crm"],
                    "regulation": "ccpa",
                },
            },
        ),
        refusals=[409],
    ),
    Operation(
        "GET",
        f"/{BASE}/jobs",
        "listJobs",
        JOBS,
        "List the jobs of a regulation",
        [
            Answer(
                200,
                "A page, newest first.",
                shapes.JobList,
                {
                    "totalRecords": 1,
                    "page": 0,
                    "size": 100,
                    "jobDetails": [LISTED],
                    "jobs": [LISTED],
                },
            )
        ],
        Permission.PRIVACY_READ,
        "Without dates: the last seven days. Unknown parameters are ignored.",
        parameters=[
            Parameter("regulation", "query", "A code or its alias.", required=True, example="gdpr"),
            Parameter(
                "status",
                "query",
                "Only these, with commas between them; letter case is ignored.",
                {"type": "array", "items": {"enum": JobState.values}},
                example=["processing"],
            ),
            Parameter("fromDate", "query", "From this day (GMT), with toDate.", DAY),
            Parameter("toDate", "query", "To this day, 30 days after fromDate at most.", DAY),
            Parameter("filterDate", "query", "This one day.", DAY, example="2026-11-25"),
            Parameter(
                "page",
                "query",
                "Which page, from 0.",
                {"type": "integer", "minimum": 0, "default": 0},
            ),
            Parameter(
                "size",
                "query",
                "Jobs on a page.",
                {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
            ),
        ],
    ),
    Operation(
        "GET",
        f"/{BASE}/jobs/{{jobId}}",
        "readJob",
        JOBS,
        "Look a job up",
        [Answer(200, "The job, whole.", shapes.JobDetail, WHOLE)],
        Permission.PRIVACY_READ,
        "The download link stands on a complete access job while its package lives, for callers "
        "with the permission `content_read`.",
        parameters=[JOB],
        refusals=[404],
    ),
    Operation(
        "GET",
        f"/{BASE}/jobs/{{jobId}}/content",
        "readContent",
        JOBS,
        "Download a package",
        [Answer(200, "A ZIP: a folder per product.", media="application/zip")],
        Permission.CONTENT_READ,
        "Of a complete access job, for 60 days. Each download is counted and on record.",
        parameters=[JOB],
        refusals=[404, 410],
    ),
    Operation(
        "POST",
        f"/{BASE}/jobs/{{jobId}}/child-job",
        "createChildJobs",
        JOBS,
        "Add child jobs to a job",
        [Answer(202, "As for a request.", shapes.Created, MADE)],
        Permission.PRIVACY_WRITE,
        "Regulation and products are the parent's where they are not given. A parent that had "
        "ended is processing again until its children end. A child has no children.",
        parameters=[JOB, AGAIN],
        body=Body(
            shapes.ChildRequest,
            {"another identity": {"companyContexts": CONTEXTS, "users": [DAVID]}},
        ),
        refusals=[404, 409],
    ),
    Operation(
        "GET",
        f"/{BASE}/namespaces",
        "listNamespaces",
        NAMESPACES,
        "List the identity namespaces",
        [
            Answer(
                200,
                "The standard ones, then the organization's own.",
                list[shapes.Namespace],
                [NAMESPACE, OWN],
            )
        ],
        Permission.PRIVACY_READ,
    ),
    Operation(
        "POST",
        f"/{BASE}/namespaces",
        "createNamespace",
        NAMESPACES,
        "Register a namespace of your own",
        [Answer(201, "It has an id of its own.", shapes.Namespace, OWN)],
        Permission.PRIVACY_WRITE,
        parameters=[AGAIN],
        body=Body(
            shapes.NewNamespace,
            {"a card": {"name": "Loyalty card", "description": "The number on the card"}},
        ),
        refusals=[409],
    ),
)
