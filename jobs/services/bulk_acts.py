"""An officer's act on many jobs: the same as on one (officers.py), in sets. A chunk of jobs is one
transaction; each job is audited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from jobs.models import Job, ProductResponse
from jobs.services import officers
from jobs.services.officers import Judge
from privacyportal.actors import Actor
from privacyportal.audit.services import record_all
from privacyportal.organizations.models import Organization

MOST = 1000  # jobs of one act
CHUNK = 100  # jobs of one transaction
ACTS = ("retry", "cancel")


@dataclass(frozen=True, slots=True)
class Effect:
    """What an act does, or would do: jobs and product responses it changes, and what stays."""

    jobs: int = 0
    responses: int = 0
    jobs_kept: int = 0
    responses_kept: int = 0

    def __add__(self, other: Effect) -> Effect:
        return Effect(
            self.jobs + other.jobs,
            self.responses + other.responses,
            self.jobs_kept + other.jobs_kept,
            self.responses_kept + other.responses_kept,
        )


def foresee(*, name: str, job_ids: Sequence[int]) -> Effect:
    """What `name` would do now; nothing is locked, and nothing changed."""
    effect = Effect()
    for chunk in _chunks(job_ids):
        effect += _effect(chunk, _judged(name, chunk))
    return effect


def changed_by(*, name: str, job_ids: Sequence[int]) -> set[int]:
    """The jobs in which `name` would change something now."""
    chunks = (_judged(name, chunk) for chunk in _chunks(job_ids))
    return {response.job_id for judged in chunks for response, changes in judged if changes}


def _judged(name: str, job_ids: Sequence[int]) -> list[tuple[ProductResponse, bool]]:
    """Every response of the jobs, and whether `name` would change it."""
    judge = officers.ACTS[name]
    found = list(ProductResponse.objects.filter(job__in=job_ids).select_related("product"))
    gates = officers.behind_gates(found)
    return [(r, isinstance(judge(r, gates.get(r.gate, [])), dict)) for r in found]


def act(*, name: str, organization: Organization, job_ids: Sequence[int], by: Actor) -> Effect:
    """Does `name`, one of ACTS, to at most MOST jobs of the organization."""
    effect = Effect()
    for chunk in _chunks(job_ids[:MOST]):
        effect += _act(name, officers.ACTS[name], organization, chunk, by)
    return effect


@transaction.atomic
def _act(
    name: str, judge: Judge, organization: Organization, job_ids: list[int], by: Actor
) -> Effect:
    judged = officers.carry_out(job_ids, judge)
    by_job: dict[int, list[officers.Judged]] = {}
    for one in judged:
        by_job.setdefault(one[0].job_id, []).append(one)
    record_all(
        organization=organization,
        by=by,
        verb=f"job.{name}",
        acts=_audited(by_job),
    )
    return _effect(job_ids, [(r, isinstance(verdict, dict)) for r, verdict in judged])


def _audited(
    by_job: Mapping[int, Sequence[officers.Judged]],
) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Jobs of which nothing was changed are not told of: nothing was done to them."""
    changed = {
        pk: told for pk, judged in by_job.items() if (told := officers.told_of(judged))["done"]
    }
    ids = dict(Job.objects.filter(pk__in=changed).values_list("pk", "public_id"))
    for pk, told in changed.items():
        yield ("job", str(ids[pk])), {**told, "together_with": len(by_job)}


def _effect(job_ids: Sequence[int], done: Iterable[tuple[ProductResponse, bool]]) -> Effect:
    done = list(done)
    jobs = {response.job_id for response, changes in done if changes}
    responses = sum(changes for _, changes in done)
    return Effect(len(jobs), responses, len(job_ids) - len(jobs), len(done) - responses)


def _chunks(job_ids: Sequence[int]) -> Iterator[list[int]]:
    """Ascending, so that two officers who do the same lock in the same order."""
    ordered = sorted(set(job_ids))
    for begin in range(0, len(ordered), CHUNK):
        yield ordered[begin : begin + CHUNK]
