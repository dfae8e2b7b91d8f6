"""The people of jobs: their keys and identities, opened, masked, or revealed one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from jobs.models import Identity, Job
from jobs.models.places import key_place, value_place
from jobs.rules.masking import mask
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.keys.services import sealers


@dataclass(frozen=True, slots=True)
class SeenIdentity:
    """An identity as a page shows it: `text` is masked unless this one was revealed."""

    position: int
    namespace: str
    text: str
    revealed: bool = False


def names(jobs: Iterable[Job], *, clear: bool) -> dict[int, str]:
    """Job → the person's key, in clear or masked; the empty string once it was forgotten. The jobs
    come with their request and request subject; one query for all of them."""
    jobs = list(jobs)
    keys = sealers(job.request.data_key_id for job in jobs)
    found = {}
    for job in jobs:
        key = keys.get(job.request.data_key_id)
        subject = job.request_subject
        name = key.open(subject.key_sealed, key_place(subject.pk)).decode() if key else ""
        found[job.pk] = name if clear else mask(name) if name else ""
    return found


def identities(job: Job, *, reveal: int | None = None) -> Sequence[SeenIdentity]:
    """The identities that came with the job, masked but for the one at position `reveal`; none
    once they were forgotten."""
    key = sealers([job.request.data_key_id]).get(job.request.data_key_id)
    if key is None:
        return []
    rows = Identity.objects.filter(request_subject_id=job.request_subject_id).order_by("position")
    seen = []
    for row in rows:
        value = key.open(row.value_sealed, value_place(row.pk)).decode()
        shown = row.position == reveal
        text = value if shown else mask(value)
        seen.append(SeenIdentity(row.position, row.namespace_given, text, shown))
    return seen


@transaction.atomic
def reveal(*, job: Job, position: int, by: Actor) -> Sequence[SeenIdentity] | None:
    """The identities with one of them in clear; that it was looked at is recorded, what it says is
    not. None where there is no such identity."""
    seen = identities(job, reveal=position)
    shown = next((identity for identity in seen if identity.revealed), None)
    if shown is None:
        return None
    record(
        organization=job.organization,
        by=by,
        verb="identity.reveal",
        target=("job", str(job.public_id)),
        detail={"position": position, "namespace": shown.namespace},
    )
    return seen
