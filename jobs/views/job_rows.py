"""The rows of a list of jobs: the same few queries for three rows and for a hundred."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from jobs.models import Job, ProductResponse
from jobs.rules.regulations import Regulation, lookup
from jobs.rules.states import State
from jobs.services import people
from jobs.services.overview import today
from jobs.views.due import NEVER, DueWords, due_words
from jobs.views.status import CANCELLED, Status, of_job, of_response, product_name
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

MARKS = 8  # product marks in a row; of more products the count tells
SHOWN = (
    "job", "product", "product_code", "state", "attempts", "outcome_code", "outcome_detail",
    "outcome_params", "modified_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as a list shows it. `person` is empty once it was forgotten; `version` is another one
    when anything of the row is."""

    job: Job
    person: str
    law: Regulation | None
    status: Status
    marks: Sequence[tuple[str, str, str]]  # colour, shape, title
    done: int
    products: int
    due: DueWords
    version: str
    action: str
    select: str  # what its checkbox is called


def with_rows(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """The queries that rows need."""
    responses = ProductResponse.objects.only(*SHOWN).prefetch_related("product").order_by("pk")
    related = jobs.select_related("request", "request_subject")
    return related.prefetch_related(Prefetch("responses", responses))


def job_rows(jobs: Sequence[Job], member: Member) -> list[JobRow]:
    """People are named to those who may see it, and masked to all others."""
    names = people.names(jobs, clear=member.may(Permission.REVEAL))
    day = today(member.organization)
    mark = cache(_mark)
    return [_row(job, names[job.pk], day, mark) for job in jobs]


Mark = tuple[str, str, str]


def _row(job: Job, person: str, day: date, mark: Callable[[Status, str], Mark]) -> JobRow:
    responses = list(job.responses.all())
    status = of_job(job, responses)
    return JobRow(
        job=job,
        person=person,
        law=lookup(job.regulation),
        status=status,
        marks=tuple(mark(of_response(r), product_name(r)) for r in responses[:MARKS]),
        done=sum(response.state == State.COMPLETE for response in responses),
        products=len(responses),
        due=NEVER if status is CANCELLED else due_words(job, day),
        version=_version(job, responses, day),
        action=job.action_name,
        select=_("Select job %(id)s") % {"id": str(job.public_id)[:8]},
    )


def _mark(status: Status, product: str) -> Mark:
    return status.colour, status.shape, f"{product}: {status.word}"


def _version(job: Job, responses: Sequence[ProductResponse], day: date) -> str:
    last = max([job.modified_at, *(response.modified_at for response in responses)])
    paused = [r.product.paused_at is not None for r in responses if r.product]
    return f"{int(last.timestamp() * 1000):x}-{day:%m%d}-{sum(paused)}"
