"""Everything that the page of a request shows, in a fixed number of queries however many jobs it
has: they are counted by the database, and listed a page at a time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from jobs.models import Job, PrivacyRequest
from jobs.rules.regulations import lookup
from jobs.services import assignees, request_progress, requests
from jobs.services.overview import today
from jobs.services.request_progress import Progress, Stand, Work
from jobs.views import request_words
from jobs.views.bars import bars
from jobs.views.due import NEVER, until
from jobs.views.job_rows import job_rows, with_rows
from jobs.views.note_board import notes_of
from jobs.views.request_timeline import request_timeline
from jobs.views.status import (
    CANCELLED,
    COMPLETE,
    ERROR,
    HELD,
    PROCESSING,
    SUBMITTED,
    WAITS,
    Status,
)
from jobs.views.visible import visible_jobs, visible_requests
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

PAGE = 100
ROW_COLUMNS = ("action", "products")  # the law, and who submitted when, are those of the request
OF_STAND = {
    Stand.HELD: HELD,
    Stand.ERROR: ERROR,
    Stand.WAITS: WAITS,
    Stand.PROCESSING: PROCESSING,
    Stand.SUBMITTED: SUBMITTED,
    Stand.CANCELLED: CANCELLED,
    Stand.COMPLETE: COMPLETE,
}


@dataclass(frozen=True, slots=True)
class Pill:
    """How many jobs of one status, and the list of them. `stand` is empty for all."""

    stand: str
    status: Status | None
    number: int
    query: str


def request_page(
    asked: PrivacyRequest, member: Member, *, stand: Stand | None = None, after: UUID | None = None
) -> dict[str, Any]:
    progress = request_progress.progress(asked)
    live = progress.open > 0
    acts = member.may(Permission.ACT)
    unsettled = live or Stand.ERROR in progress.counts
    work = request_progress.work(asked) if unsettled else Work()
    tally = requests.tallies([asked])[asked.pk]
    due_on = tally.due_on
    context = {
        "asked": asked,
        "law": lookup(asked.regulation),
        "progress": progress,
        "people": tally.people,
        "status": _status(progress),
        "bars": bars(_colours(progress)),
        "due": until(due_on, today(member.organization)) if due_on else NEVER,
        "due_on": due_on,
        "left": request_words.left(work.left) if live and work.left else "",
        "pills": _pills(progress, stand),
        "stand": stand or "",
        "offers": request_words.offers(work) if acts else [],
        "timeline": request_timeline(asked) if member.may(Permission.PRIVACY_READ) else [],
        "same": _same(asked, member),
        "members": assignees.eligible(member.organization) if acts else [],
        "notes": notes_of(asked, member),
        "live": live,
    } | _jobs(asked, member, stand, after)
    return context | {"version": _version(context)}


def _status(progress: Progress) -> Status:
    counts = progress.counts
    if Stand.HELD in counts:
        return HELD
    if progress.open:
        return SUBMITTED if set(counts) == {Stand.SUBMITTED} else PROCESSING
    if Stand.ERROR in counts:
        return ERROR
    if not counts:
        return SUBMITTED
    return CANCELLED if set(counts) == {Stand.CANCELLED} else COMPLETE


def _colours(progress: Progress) -> dict[str, int]:
    found: dict[str, int] = {}
    for stand, number in progress.counts.items():
        colour = OF_STAND[stand].colour
        found[colour] = found.get(colour, 0) + number
    return found


def _pills(progress: Progress, chosen: Stand | None) -> list[Pill]:
    counts = progress.counts
    return [
        Pill("", None, progress.jobs, "?"),
        *(
            Pill(stand, status, counts.get(stand, 0), _query(stand))
            for stand, status in OF_STAND.items()
            if stand in counts or stand == chosen
        ),
    ]


def _query(stand: str, after: str = "") -> str:
    given = urlencode({n: v for n, v in (("status", stand), ("after", after)) if v})
    return f"?{given}" if given else "?"


def _jobs(
    asked: PrivacyRequest, member: Member, stand: Stand | None, after: UUID | None
) -> dict[str, Any]:
    own = visible_jobs(member).filter(request=asked)
    jobs = request_progress.of_stand(own, stand) if stand else own
    last: Job | None = own.filter(public_id=after).first() if after else None
    if last:
        jobs = jobs.filter(pk__gt=last.pk)
    found = list(with_rows(jobs).order_by("pk")[: PAGE + 1])
    more = _query(stand or "", str(found[PAGE - 1].public_id)) if len(found) > PAGE else ""
    first = _query(stand or "") if last else ""
    return {
        "rows": job_rows(found[:PAGE], member),
        "columns": ROW_COLUMNS,
        "next": more,
        "first": first,
        "here": _query(stand or "", str(last.public_id) if last else ""),
    }


def _same(asked: PrivacyRequest, member: Member) -> PrivacyRequest | None:
    """The request before with the very same content (contract §2)."""
    found: PrivacyRequest | None = (
        visible_requests(member)
        .filter(content_digest=asked.content_digest, pk__lt=asked.pk)
        .order_by("-pk")
        .first()
    )
    return found


def _version(context: dict[str, Any]) -> str:
    """Names what can change on the page: a refresh that finds the same swaps nothing."""
    rows = [(r.job.pk, r.status.shape, r.done, r.marks) for r in context["rows"]]
    acts = [offer.verb for offer in context["offers"]]
    seen = (
        sorted(context["progress"].counts.items()),
        context["due"],
        str(context["left"]),
        rows,
        acts,
        len(context["timeline"]),
    )
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]
