"""Each state that a product can bring a response into, through real turns on a real database."""

from typing import Any

import pytest

from jobs.engine import record
from jobs.engine.claim import claim
from jobs.engine.sweep import sweep
from jobs.engine.turn import turn
from jobs.models import Attempt, Job, PackageContent, Product, ProductResponse
from jobs.services import officers
from jobs.services.drafts import IdentityDraft, PersonDraft
from jobs.services.packages import find
from privacyportal.actors import SYSTEM
from tests.engine.conftest import Trial
from tests.engine.trial import TrialProcessor


def test_a_delete_is_done_and_its_job_complete(trial: Trial) -> None:
    trial.submit("anna", "bo")

    trial.work(1)

    assert trial.states() == [("complete", "6000-200")] * 2
    assert {(job.state, job.records_found) for job in trial.jobs()} == {("complete", 1)}
    assert Attempt.objects.count() == 2


def test_an_access_gives_a_package_that_opens(trial: Trial) -> None:
    trial.submit("anna", actions=["access"])

    trial.work(1)

    job = Job.objects.get()
    package = find(job)
    assert package is not None
    assert [name for name, _, _ in package.parts[0].files] == ["people.json"]


def test_one_poisoned_person_ends_in_error_and_the_others_are_done(trial: Trial) -> None:
    trial.submit(*["anna"] * 20, "poison", *["bo"] * 20)

    trial.work(1)

    states = trial.states()
    assert states.pop(20) == ("error", "1021-400")
    assert states == [("complete", "6000-200")] * 40


@pytest.mark.parametrize(
    ("word", "code", "detail"),
    [
        ("refuse", "1010-400", "engine.bad_action"),
        ("bug", "1024-400", "engine.unexpected"),
        ("silent", "1024-400", "engine.unanswered"),
        ("stray", "1024-400", "engine.unanswered"),
        ("nonsense", "1024-400", "no.suchdetail"),
    ],
)
def test_what_cannot_be_ends_in_an_error_that_says_so(
    trial: Trial, word: str, code: str, detail: str
) -> None:
    trial.submit(word)

    trial.work(4)

    response = ProductResponse.objects.get()
    assert (response.state, response.outcome_code, response.outcome_detail) == (
        "error",
        code,
        detail,
    )
    assert "@" not in str(response.outcome_params)


def test_a_failure_that_passes_is_tried_again(trial: Trial) -> None:
    trial.submit("flaky", actions=["access"])

    trial.work(2)

    response = ProductResponse.objects.get()
    assert (response.state, response.tries) == ("complete", 2)


def test_a_deadlock_is_tried_again_at_once(trial: Trial) -> None:
    trial.submit("deadlock")

    turn(trial.product.pk)

    assert ProductResponse.objects.get().tries == 1


def test_an_access_that_gave_no_content_is_not_complete(trial: Trial) -> None:
    trial.submit("empty", actions=["access"])

    trial.work(4)

    assert trial.states("access") == [("error", "1020-400")]


def test_a_late_answer_is_polled_and_uses_up_no_retry(trial: Trial) -> None:
    trial.submit("late", actions=["access"])

    trial.work(4)

    response = ProductResponse.objects.get()
    assert (response.state, response.tries, response.attempts) == ("complete", 1, 3)


def test_a_product_that_never_answers_has_a_last_day(trial: Trial, settings: Any) -> None:
    settings.ENGINE_PENDING_DAYS = 0
    trial.submit("late")

    trial.work(3)

    assert ProductResponse.objects.get().outcome_detail == "engine.pending_expired"


def test_what_a_product_holds_is_withdrawn_there(trial: Trial) -> None:
    trial.submit("never")
    trial.work(1)

    officers.cancel(job=Job.objects.get(), by=SYSTEM)
    trial.work(1)

    response = ProductResponse.objects.get()
    assert (response.state, response.outcome_detail) == ("cancelled", "engine.withdrawn")
    assert Job.objects.get().state == "error"


def test_a_product_that_is_down_uses_up_nobodys_tries(trial: Trial) -> None:
    (trial.folder / "down").touch()
    trial.submit("anna", "bo")

    trial.work(3)
    product = Product.objects.get()
    (trial.folder / "down").unlink()
    trial.work(2)

    assert product.failures == 3
    assert product.unavailable_since is not None
    assert [len(batch) for batch in TrialProcessor.batches] == [2, 1, 1, 1, 1]
    assert {r.tries for r in trial.responses()} == {1}
    assert Product.objects.get().unavailable_since is None


def test_a_delete_waits_for_its_access(trial: Trial) -> None:
    trial.submit("anna", actions=["access", "delete"])
    assert trial.states() == [("waiting", "")]

    trial.work(1)

    assert trial.states("access") == [("complete", "6000-200")]
    assert trial.states() == [("complete", "6000-200")]


@pytest.mark.parametrize("word", ["refuse", "partial"])
def test_a_delete_is_held_when_its_access_was_not_whole(trial: Trial, word: str) -> None:
    trial.submit(word, actions=["access", "delete"])

    trial.work(1)

    assert trial.states()[0][0] == "held"


def test_a_held_delete_is_released_or_dropped(trial: Trial) -> None:
    trial.submit("partial", "partial", actions=["access", "delete"])
    trial.work(1)
    released, dropped = Job.objects.filter(action="delete").order_by("pk")

    officers.release(job=released, by=SYSTEM)
    officers.drop(job=dropped, by=SYSTEM)
    trial.work(1)

    # The trial answers a delete of "partial" with 6054 too: it was attempted, that is the point.
    assert trial.states() == [("complete", "6054-200"), ("cancelled", "1021-400")]


def test_a_delete_waits_for_all_entries_of_the_same_person(trial: Trial) -> None:
    same = (IdentityDraft("email", "Email", "anna@example.org"),)
    other = (IdentityDraft("email", "Email", "ANNA@example.org"),)

    trial.take([PersonDraft("a", ("access",), same), PersonDraft("b", ("delete",), other)])

    assert trial.states() == [("waiting", "")]


def test_a_repeat_after_a_commit_that_was_not_recorded_tells_what_was_done(trial: Trial) -> None:
    trial.submit("anna")
    claimed = claim(trial.product.pk)
    assert claimed is not None
    processor = TrialProcessor({"folder": str(trial.folder)})
    ProductResponse.objects.update(begun={
        "code": "6000-200", "detail": "", "params": {}, "records": 7,
        "processed": [], "ignored": [],
    })  # fmt: skip
    response = ProductResponse.objects.get()
    (processor.folder / f"gone-{response.public_id}").touch()
    ProductResponse.objects.update(lease_until="2020-01-01T00:00Z")

    sweep()
    trial.work(1)

    response.refresh_from_db()
    assert (response.outcome_code, response.records_found) == ("6000-200", 7)
    assert response.lease_losses == 1


def test_a_late_recording_is_dropped(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    trial.submit("anna")
    write = record._write

    def taken_over(*args: Any) -> set[int]:
        ProductResponse.objects.update(state="due", lease_token=None, lease_until=None)
        return write(*args)

    monkeypatch.setattr(record, "_write", taken_over)
    monkeypatch.setattr("jobs.engine.turn.settings.ENGINE_TURN_SECONDS", 0)

    turn(trial.product.pk)

    assert trial.states() == [("due", "")]
    assert Attempt.objects.count() == 0


def test_what_has_come_is_recorded_while_the_rest_is_worked_on(trial: Trial) -> None:
    trial.submit("anna", "slow", "slow", actions=["access"])

    turn(trial.product.pk)

    times = {r.processed_at for r in trial.responses("access")}
    assert len(times) > 1
    assert trial.states("access") == [("complete", "6000-200")] * 3


def test_one_who_kills_workers_ends_alone_and_in_error(trial: Trial, settings: Any) -> None:
    settings.ENGINE_MAX_LEASE_LOSSES = 2
    trial.submit("killer")
    ProductResponse.objects.update(lease_losses=7)

    turn(trial.product.pk)

    assert ProductResponse.objects.get().outcome_detail == "engine.lease_lost"


def test_each_loss_cuts_the_next_claim_to_a_quarter(trial: Trial, settings: Any) -> None:
    settings.ENGINE_BATCH_SIZE = 16
    trial.submit(*["anna"] * 20)
    ProductResponse.objects.update(lease_losses=1)

    turn(trial.product.pk)

    assert {len(batch) for batch in TrialProcessor.batches} == {4}


def test_two_batches_never_hold_one_identity(trial: Trial, settings: Any) -> None:
    settings.ENGINE_BATCH_SIZE = 1
    trial.take([PersonDraft("a", ("access",), (IdentityDraft("email", "Email", "a@b.c"),))])
    trial.take([PersonDraft("a", ("access",), (IdentityDraft("email", "Email", "A@b.c"),))])

    first, second = claim(trial.product.pk), claim(trial.product.pk)

    assert first is not None
    assert second is None


def test_officers_retry_what_failed_and_the_job_is_reopened(trial: Trial) -> None:
    trial.submit("refuse")
    trial.work(1)
    job = Job.objects.get()
    assert officers.possible(job) == {"retry"}

    acts = officers.retry(job=job, by=SYSTEM)

    job.refresh_from_db()
    assert [act.done for act in acts] == [True]
    assert (job.state, job.closed_at) == ("processing", None)


def test_only_what_was_never_attempted_is_cancelled(trial: Trial) -> None:
    trial.submit("anna", "refuse")
    fresh, tried = Job.objects.order_by("pk")
    officers.cancel(job=fresh, by=SYSTEM)
    trial.work(1)

    acts = officers.cancel(job=tried, by=SYSTEM)

    assert trial.states()[0] == ("cancelled", "1021-400")
    assert [act.done for act in acts] == [False]


def test_an_access_whose_delete_has_begun_is_not_tried_again(trial: Trial) -> None:
    trial.submit("refuse", actions=["access", "delete"])
    trial.work(1)
    access, delete = Job.objects.order_by("pk")
    officers.release(job=delete, by=SYSTEM)

    acts = officers.retry(job=access, by=SYSTEM)

    assert [act.done for act in acts] == [False]
    assert "has begun" in acts[0].sentence


def test_access_waits_while_the_disk_is_full(trial: Trial, settings: Any) -> None:
    settings.PACKAGE_MIN_FREE_BYTES = 2**62
    trial.submit("anna", actions=["access"])

    trial.work(1)

    assert trial.states("access") == [("due", "")]
    assert PackageContent.objects.count() == 0


def test_the_sweep_mends_a_job_that_was_not_rolled_up(trial: Trial) -> None:
    trial.submit("anna")
    trial.work(1)
    Job.objects.update(state="processing", closed_at=None)

    sweep()

    assert Job.objects.get().state == "complete"
