"""What two do at the same moment: forced by a barrier, again and again."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.engine import record, rollup
from jobs.engine.claim import Claim, claim
from jobs.engine.turn import turn
from jobs.models import Job, Product, ProductResponse
from jobs.services import officers
from jobs.services.drafts import IdentityDraft, PersonDraft
from privacyportal.actors import SYSTEM
from tests.engine.conftest import Trial, add_products
from tests.races import TIMES, meeting, together


@pytest.fixture
def second(trial: Trial) -> Product:
    [second] = add_products(trial, "second")
    return second


def test_the_last_two_responses_of_a_job_close_it(
    trial: Trial, second: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting(monkeypatch, record, "roll_up")

    for _ in range(TIMES):
        trial.submit("anna", "bo", products=("trial", "second"))
        together(lambda: turn(trial.product.pk), lambda: turn(second.pk))

    assert set(Job.objects.values_list("state", flat=True)) == {"complete"}
    assert Job.objects.count() == 2 * TIMES


def test_two_who_claim_at_once_are_never_given_the_same(trial: Trial) -> None:
    for _ in range(TIMES):
        trial.submit(*["anna"] * 20)

        claims: list[Claim | None] = together(*[lambda: claim(trial.product.pk)] * 2)

        given = [response.id for found in claims if found for response in found.responses]
        assert len(given) == len(set(given)) == 20
        ProductResponse.objects.update(
            state="complete", outcome_code="6000-200", lease_token=None, lease_until=None
        )


def test_a_cancel_and_a_claim_end_as_one_or_the_other(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(TIMES):
        trial.submit("anna")
        job = Job.objects.latest("pk")

        acts, _ = together(
            lambda job=job: officers.cancel(job=job, by=SYSTEM), lambda: turn(trial.product.pk)
        )

        response = ProductResponse.objects.get(job=job)
        assert response.state == ("cancelled" if acts[0].done else "complete")
        job.refresh_from_db()
        assert job.state == ("error" if acts[0].done else "complete")


def test_two_submissions_of_the_same_people_do_not_wait_for_each_other_forever(
    trial: Trial,
) -> None:
    people = [
        PersonDraft(f"k{n}", ("access",), (IdentityDraft("email", "Email", f"p{n}@example.org"),))
        for n in range(500)
    ]

    for _ in range(3):
        together(lambda: trial.take(people), lambda: trial.take(people[::-1]))

    assert Job.objects.count() == 3 * 2 * 500


def test_an_access_and_its_delete_are_rolled_up_together_without_deadlock(
    trial: Trial, second: Product, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.ENGINE_TURN_SECONDS = 0  # one batch a turn: first the accesses, then the deletes
    meeting(monkeypatch, rollup, "_lock")

    for _ in range(TIMES):
        trial.submit("anna", actions=["access", "delete"], products=("trial", "second"))
        for _action in ("access", "delete"):
            together(lambda: turn(trial.product.pk), lambda: turn(second.pk))

    assert set(Job.objects.values_list("state", flat=True)) == {"complete"}
