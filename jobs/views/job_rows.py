"""The rows of a list of jobs: the same few queries for three rows and for a hundred."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from jobs.models import Job, Product, ProductResponse
from jobs.rules.regulations import Regulation, lookup
from jobs.rules.states import State
from jobs.services import people
from jobs.services.overview import today
from jobs.views.due import NEVER, DueWords, due_words
from jobs.views.status import CANCELLED, Status, of_job, of_response, product_name
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

MARKS = 8  # product marks in a row; of more products the count tells
NOBODY = UUID(int=0)


class Seen(NamedTuple):
    """What a row needs of a product response: a hundred rows have hundreds of them."""

    product: Product | None
    product_code: str
    state: str
    attempts: int
    outcome_code: str
    modified_at: datetime


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
    href: str


def with_rows(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """What rows need of the jobs themselves."""
    return jobs.select_related("request", "request_subject")


def job_rows(jobs: Sequence[Job], member: Member) -> list[JobRow]:
    """People are named to those who may see it, and masked to all others."""
    names = people.names(jobs, clear=member.may(Permission.REVEAL))
    responses = _responses(jobs)
    day = today(member.organization)
    address = reverse("jobs:job-detail", args=[NOBODY]).replace(str(NOBODY), "%s")
    mark = cache(_mark)
    return [
        _row(job, responses[job.pk], names[job.pk], day, mark, address % job.public_id)
        for job in jobs
    ]


def _responses(jobs: Sequence[Job]) -> dict[int, list[Seen]]:
    """Job → its responses, by id."""
    rows = list(
        ProductResponse.objects.filter(job__in=[job.pk for job in jobs])
        .order_by("pk")
        .values_list(
            "job_id", "product_id", "product_code", "state", "attempts", "outcome_code",
            "modified_at",
        )
    )  # fmt: skip
    products = Product.objects.in_bulk({row[1] for row in rows if row[1]})
    found: dict[int, list[Seen]] = {job.pk: [] for job in jobs}
    for job_id, product_id, *rest in rows:
        found[job_id].append(Seen(products.get(product_id), *rest))
    return found


Mark = tuple[str, str, str]


def _row(
    job: Job,
    responses: Sequence[Seen],
    person: str,
    day: date,
    mark: Callable[[Status, str], Mark],
    href: str,
) -> JobRow:
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
        href=href,
        select=_("Select job %(id)s") % {"id": str(job.public_id)[:8]},
    )


def _mark(status: Status, product: str) -> Mark:
    return status.colour, status.shape, f"{product}: {status.word}"


def _version(job: Job, responses: Sequence[Seen], day: date) -> str:
    last = max([job.modified_at, *(response.modified_at for response in responses)])
    paused = [r.product.paused_at is not None for r in responses if r.product]
    return f"{int(last.timestamp() * 1000):x}-{day:%m%d}-{sum(paused)}"
