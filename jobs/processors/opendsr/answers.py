"""From a request's status to an outcome."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from jobs.processors.base import Assignment, Batch, Outcome, Pending
from jobs.processors.content import Content
from jobs.processors.names import FileNames
from jobs.processors.opendsr.protocol import Client, Status
from jobs.processors.remote import FileFailed
from jobs.rules import outcomes
from jobs.rules.states import Action

OPEN = {"pending": "pending", "in_progress": "in progress"}
CANCELLED = "cancelled"
KINDS = {
    "application/json": "results.json",
    "text/csv": "results.csv",
    "application/zip": "results.zip",
    "text/html": "results.html",
    "application/pdf": "results.pdf",
}


def answer(
    batch: Batch,
    client: Client,
    assignment: Assignment,
    status: Status,
    usual: float,
    known: Collection[int],
) -> Outcome | Pending:
    """`known` are the places of the identities that it was sent."""
    told = status.request_status.lower()
    if told in OPEN:
        return pending(assignment, status.subject_request_id.lower(), told, usual)
    if told != "completed":
        detail = "opendsr.cancelled" if told == CANCELLED else "opendsr.strange"
        return failure(assignment, detail)
    if status.results_count == 0:
        return _outcome(assignment, outcomes.NOT_FOUND, known)
    count = min(max(0, status.results_count or 0), 2**53)
    if batch.action != Action.ACCESS:
        return _outcome(assignment, outcomes.SUCCESS, known, count)
    if not status.results_url:
        return failure(assignment, "opendsr.no_results")
    try:
        content = _results(batch, client, assignment, status.results_url, count)
    except FileFailed as error:
        why = {"why": error.why}
        return Outcome(
            assignment.id, outcomes.UPLOAD_FAILED, "opendsr.results", why, retry=error.retry
        )
    return _outcome(assignment, outcomes.SUCCESS, known, count or 1, content)


def pending(assignment: Assignment, number: str, told: str, usual: float) -> Pending:
    status = {"status": OPEN[told]}
    return Pending(assignment.id, number, usual, "opendsr.waits", status)


def failure(assignment: Assignment, detail: str) -> Outcome:
    access = assignment.action == Action.ACCESS
    code = outcomes.ACCESS_FAILED if access else outcomes.JOB_FAILED
    return Outcome(assignment.id, code, detail)


def _outcome(
    assignment: Assignment,
    code: str,
    known: Collection[int],
    records: int = 0,
    content: Content | None = None,
) -> Outcome:
    places = [identity.position for identity in assignment.identities]
    return Outcome(
        assignment.id,
        code,
        records=records,
        processed=tuple(place for place in places if place in known),
        ignored=tuple(place for place in places if place not in known),
        content=content,
    )


def _results(batch: Batch, client: Client, assignment: Assignment, url: str, count: int) -> Content:
    """What is at the address, as one file: OpenDSR leaves open what that is."""
    writer = batch.content(assignment.id)
    name = FileNames().safe(urlsplit(url).path)
    with writer.file(name) as file:
        given = client.results(url, file.write)
        kind = given.headers.get("content-type", "").partition(";")[0].strip().lower()
        file.entry.name = KINDS.get(kind, name)
        file.entry.records = count or 1
    return writer.finish()
