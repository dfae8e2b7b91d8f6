"""From a job of the service to an outcome: never better than what its products say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs.processors import remote
from jobs.processors.base import Assignment, Outcome
from jobs.processors.upstream.api import Detail
from jobs.rules import outcomes

OPEN = {"submitted", "processing", ""}
CLOSED = {"complete", "error"}
PREFIX = "PRVCY-"
# The service may say this of a product that is not set up; we call it as the contract advises.
NOT_PROVISIONED_THERE = "1001-400"
NAMED = 5
NOTHING: Mapping[str, Any] = {}


def outcome(assignment: Assignment, detail: Detail) -> Outcome:
    """Of a job that is closed; the content of an access is the caller's to fetch."""
    codes = [
        (answer.product, _code(answer.productStatusResponse.responseMsgCode))
        for answer in detail.productResponses
    ]
    failed = [(product, code) for product, code in codes if not code.endswith("-200")]
    if detail.status == "error" or failed:
        return _failure(assignment, failed, len(codes))
    code = _together({code for _product, code in codes})
    if code is None:
        return Outcome(assignment.id, outcomes.UNEXPECTED, "upstream.strange")
    ignored = _ignored(assignment, detail)
    places = [identity.position for identity in assignment.identities]
    return Outcome(
        assignment.id,
        code,
        records=min(max(0, detail.qualifiedCount), 2**53),
        processed=tuple(place for place in places if place not in ignored),
        ignored=tuple(place for place in places if place in ignored),
    )


def _code(given: str) -> str:
    code = given.removeprefix(PREFIX)
    return outcomes.NOT_PROVISIONED if code == NOT_PROVISIONED_THERE else code


def _together(codes: set[str]) -> str | None:
    """One code for all products of a job that went well; None where one is not understood."""
    if not codes or codes - set(outcomes.MESSAGES):
        return None
    for code in (outcomes.PARTIAL, outcomes.SUCCESS, outcomes.NOT_FOUND):
        if code in codes:
            return code
    return outcomes.NAMESPACE_NOT_VALID if len(codes) > 1 else codes.pop()


def _failure(assignment: Assignment, failed: list[tuple[str, str]], count: int) -> Outcome:
    codes = sorted({code for _product, code in failed})
    known = len(codes) == 1 and codes[0] in outcomes.MESSAGES
    code = codes[0] if known else outcomes.JOB_FAILED
    if not failed:
        return Outcome(assignment.id, code, "upstream.failed_job")
    products = [remote.word(product.replace(" ", "_")) or "?" for product, _code in failed]
    told = {
        "products": ", ".join(products[:NAMED]),
        "codes": ", ".join(remote.word(code) or "?" for code in codes[:NAMED]),
    }
    if done := count - len(failed):
        return Outcome(assignment.id, code, "upstream.failed_partly", {**told, "done": done})
    return Outcome(assignment.id, code, "upstream.failed", told)


def _ignored(assignment: Assignment, detail: Detail) -> set[int]:
    """Identities that every product passed over."""
    told = [answer.productStatusResponse.results for answer in detail.productResponses]
    if not told or not all(told):
        return set()
    everywhere = set.intersection(*(set(results.ignored) for results in told if results))
    return {i.position for i in assignment.identities if i.value in everywhere}
