"""What happened to a job, newest first: tries at products, acts of people, how it came in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.models import Attempt, Job
from jobs.rules.states import State
from jobs.views.status import CANCELLED, COMPLETE, HELD, SUBMITTED, Status, of_outcome
from privacyportal.audit.models import AuditDetail, AuditEvent

MOST = 40  # tries, and acts
TRIED: Mapping[str, Any] = {
    State.COMPLETE: gettext_lazy("%(product)s done"),
    State.ERROR: gettext_lazy("%(product)s ended in error"),
    State.LATER: gettext_lazy("%(product)s is asked again later"),
    State.CANCELLED: gettext_lazy("Withdrawn at %(product)s"),
}
OF_CODE: Mapping[str, Any] = {
    "6052-200": gettext_lazy("%(product)s found nothing"),
    "6054-200": gettext_lazy("%(product)s partly done"),
}
OF_DETAIL: Mapping[str, Any] = {
    "manual.given": gettext_lazy("%(product)s: people see to it"),
}
ACTED: Mapping[str, tuple[Status, Any]] = {
    "job.retry": (SUBMITTED, gettext_lazy("Retried by %(name)s")),
    "job.cancel": (CANCELLED, gettext_lazy("Cancelled by %(name)s")),
    "job.release": (HELD, gettext_lazy("Delete released by %(name)s")),
    "job.drop": (CANCELLED, gettext_lazy("Delete dropped by %(name)s")),
    "package.download": (COMPLETE, gettext_lazy("Package downloaded by %(name)s")),
    "package.preview": (COMPLETE, gettext_lazy("A file of the package read by %(name)s")),
    "job.export": (COMPLETE, gettext_lazy("Exported as CSV by %(name)s")),
    "identity.reveal": (COMPLETE, gettext_lazy("An identity was revealed to %(name)s")),
}
PICTURES = {
    "package.download": "download",
    "package.preview": "eye",
    "job.export": "file-spreadsheet",
    "identity.reveal": "eye",
}


@dataclass(frozen=True, slots=True)
class Event:
    """`picture` is an icon instead of the status mark."""

    at: datetime
    status: Status
    words: str
    picture: str = ""


def timeline(job: Job, products: Mapping[int, str], *, acts: bool) -> list[Event]:
    """`products` names each response's product; `acts` adds what people did with the job."""
    events = [*_tries(job, products), *(_acts(job) if acts else ())]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _tries(job: Job, products: Mapping[int, str]) -> Iterator[Event]:
    """Products that came to the same within a minute are one line."""
    tries = Attempt.objects.filter(job_id=job.pk).order_by("-id")[:MOST]
    newest = sorted(tries, key=lambda t: (*_same(t), t.ended_at), reverse=True)
    for (_at, state, code, detail), group in groupby(newest, _same):
        same = list(group)
        if state not in TRIED:
            continue
        names = dict.fromkeys(products.get(t.response_id, "") for t in reversed(same))
        sentence = OF_CODE.get(code) if state == State.COMPLETE else OF_DETAIL.get(detail)
        words = str(sentence or TRIED[state]) % {"product": _(", ").join(filter(None, names))}
        yield Event(same[0].ended_at, of_outcome(state, code), words)


def _same(attempt: Attempt) -> tuple[datetime, str, str, str]:
    detail = attempt.detail if attempt.detail in OF_DETAIL else ""
    return attempt.ended_at.replace(second=0, microsecond=0), attempt.state, attempt.code, detail


def _acts(job: Job) -> Iterator[Event]:
    acts = list(
        AuditEvent.objects.filter(
            organization_id=job.organization_id,
            target_kind="job",
            target_id=str(job.public_id),
            verb__in=list(ACTED),
        ).order_by("-id")[:MOST]
    )
    details = AuditDetail.objects.in_bulk([act.pk for act in acts])
    for act in acts:
        status, sentence = ACTED[act.verb]
        told = details.get(act.pk)
        name = told.detail.get("actor", "") if told else _("somebody")
        yield Event(act.at, status, str(sentence) % {"name": name}, PICTURES.get(act.verb, ""))
