"""The shapes of what every part of the API may answer; they are published (see openapi.py)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from privacyportal.api.envelope import envelope


class Problem(msgspec.Struct):
    """One thing that is wrong."""

    path: Annotated[str, Meta(description="Where, as `users[3].userIDs[0].type`; empty: overall.")]
    code: Annotated[str, Meta(description="For programs.")]
    message: Annotated[str, Meta(description="For people. Never holds an identity value.")]


class Report(msgspec.Struct):
    """Everything that is wrong."""

    errors: list[Problem]
    more: Annotated[int, Meta(description="How many further ones are not listed.")] | UnsetType = (
        UNSET
    )


class Errors(msgspec.Struct):
    """The same once more: clients read one or the other."""

    errorType: str
    errorCode: int
    title: str
    detail: str


class ServiceProblem(msgspec.Struct):
    """A request that was understood, and is refused."""

    errors: Errors
    title: str
    detail: str
    status: int
    report: Report
    totalRecords: int


class GatewayProblem(msgspec.Struct):
    """A caller that is not let in."""

    error_code: str
    message: str


def problem(status: int, detail: str = "", *found: tuple[str, str, str]) -> dict[str, Any]:
    """An example of a ServiceProblem."""
    sentence = detail or SENTENCES[status]
    report = {"errors": [dict(zip(("path", "code", "message"), p, strict=True)) for p in found]}
    return {**envelope("/data/core/privacy/jobs", status, sentence), "report": report}


SENTENCES = {
    404: "There is no job with this id.",
    409: "requestId: your organization already has a request with this id.",
    410: "The package has expired and was removed.",
    413: "The body is larger than 20 MiB.",
    500: "The request could not be answered. Nothing was stored.",
}
ACTION = (
    "users[0].action[0]",
    "unknown_action",
    '"erase" is not an action; use access, delete or opt-out-of-sale',
)
PROBLEMS = problem(400, f"{ACTION[0]}: {ACTION[2]}", ACTION)
PERMISSION = problem(403, "The credential lacks the permission privacy_write.")
TOKEN = {"error_code": "401013", "message": "Oauth token is not valid"}
TOO_MANY = {"error_code": "429050", "message": "Too many requests"}
