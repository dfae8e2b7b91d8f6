"""Acts on many jobs: what they change, tell and record, and that they do it in sets."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job, ProductResponse
from jobs.rules.states import JobState, State
from jobs.services import bulk_acts
from jobs.services.bulk_acts import Effect
from privacyportal.actors import Actor
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization
from tests.api.bodies import document, user
from tests.api.conftest import Program, organization, program
from tests.api.work import close, submit

__all__ = ["organization", "program"]

OFFICER = Actor("user", "officer", "Olof")
BOTH = {"include": ["crm", "WebShop"]}


def ids(jobs: list[Job]) -> list[int]:
    return [job.pk for job in jobs]


def act(name: str, organization: Organization, jobs: list[Job]) -> Effect:
    return bulk_acts.act(name=name, organization=organization, job_ids=ids(jobs), by=OFFICER)


def test_cancelling_ends_what_has_not_begun_and_leaves_the_rest(
    program: Program, organization: Organization
) -> None:
    jobs = submit(program, document(users=[user(k) for k in "abc"], **BOTH))
    close(jobs[2])
    ProductResponse.objects.filter(job=jobs[1], product_code="crm").update(
        state="complete", outcome_code="6000-200", attempts=1
    )
    foreseen = bulk_acts.foresee(name="cancel", job_ids=ids(jobs))

    done = act("cancel", organization, jobs)

    assert done == foreseen == Effect(jobs=2, responses=3, jobs_kept=1, responses_kept=3)
    states = dict(Job.objects.values_list("pk", "state"))
    assert [states[job.pk] for job in jobs] == [JobState.ERROR, JobState.ERROR, JobState.COMPLETE]
    assert act("cancel", organization, jobs).jobs == 0


def test_retrying_brings_errors_back_each_with_its_own_record(
    program: Program, organization: Organization
) -> None:
    jobs = submit(program, document(users=[user(k) for k in "abc"], **BOTH))
    for job in jobs[:2]:
        close(job, code="1010-400", outcome_detail="sql.permission")

    done = act("retry", organization, jobs)

    assert done == Effect(jobs=2, responses=4, jobs_kept=1, responses_kept=2)
    again = ProductResponse.objects.filter(job__in=jobs[:2])
    assert set(again.values_list("state", "tries", "outcome_code", "reopening")) == {
        (State.DUE, 0, "", 1)
    }
    assert Job.objects.filter(failed_at__isnull=False).count() == 0
    events = AuditEvent.objects.filter(verb="job.retry").order_by("pk")
    assert [event.target_id for event in events] == [str(job.public_id) for job in jobs[:2]]
    details = AuditDetail.objects.filter(event_id__in=events.values("pk"))
    assert {tuple(sorted(d.detail["done"])) for d in details} == {("WebShop", "crm")}


def test_a_delete_whose_access_is_cancelled_too_is_not_held(
    program: Program, organization: Organization
) -> None:
    jobs = submit(program, document(users=[user("a", action=["access", "delete"])]))

    act("cancel", organization, jobs)

    assert set(ProductResponse.objects.values_list("state", flat=True)) == {State.CANCELLED}


def test_a_delete_whose_access_alone_is_cancelled_is_held(
    program: Program, organization: Organization
) -> None:
    access, delete = submit(program, document(users=[user("a", action=["access", "delete"])]))

    act("cancel", organization, [access])
    assert delete.responses.get().state == State.HELD


def test_chunks_are_transactions_of_their_own(
    program: Program, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = submit(program, document(users=[user(f"p{n}") for n in range(7)]))
    monkeypatch.setattr(bulk_acts, "CHUNK", 3)

    assert act("cancel", organization, jobs) == Effect(jobs=7, responses=7)
    assert AuditEvent.objects.filter(verb="job.cancel").count() == 7


def test_no_more_than_the_most_are_acted_on(
    program: Program, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = submit(program, document(users=[user(f"p{n}") for n in range(5)]))
    monkeypatch.setattr(bulk_acts, "MOST", 3)

    assert act("cancel", organization, jobs).jobs == 3


def test_sixty_jobs_take_as_many_statements_as_six(
    program: Program, organization: Organization
) -> None:
    counts = []
    for many in (6, 60):
        people = [user(f"{many}-{n}") for n in range(many)]
        jobs = submit(program, document(users=people, **BOTH))
        for job in jobs:
            close(job, code="1010-400")
        with CaptureQueriesContext(connection) as queries:
            act("retry", organization, jobs)
        counts.append(len(queries))

    assert counts[0] == counts[1]
