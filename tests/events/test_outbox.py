"""Events come with what they tell: in its transaction, once, and again when it is reopened."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from jobs.engine.sweep import sweep
from jobs.models import Event, EventBatch, Job, ProductResponse
from jobs.rules.events import Kind
from jobs.services import officers
from privacyportal.actors import SYSTEM
from tests.engine.conftest import Trial, trial

__all__ = ["trial"]


def told() -> list[tuple[str, int]]:
    """Kind and reopening of every event, in order."""
    return [(Kind(e.kind).label, e.reopening) for e in Event.objects.order_by("pk")]


def rolled_back(act: Callable[[], object]) -> None:
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


def test_each_response_and_each_job_tells_how_it_ended(trial: Trial) -> None:
    trial.submit("anna", "refuse")

    trial.work()

    assert sorted(told()) == [
        ("jobcomplete", 0), ("joberror", 0), ("productcomplete", 0), ("producterror", 0),
    ]  # fmt: skip
    good, bad = trial.jobs()
    assert Event.objects.get(kind=Kind.JOB_COMPLETE).about_id == good.pk
    assert Event.objects.get(kind=Kind.PRODUCT_ERROR).about_id == bad.responses.get().pk
    assert set(Event.objects.values_list("job_id", flat=True)) == {good.pk, bad.pk}


def test_a_batch_of_events_is_numbered_without_gaps(trial: Trial) -> None:
    trial.submit(*["anna"] * 7)

    trial.work()

    products, jobs = EventBatch.objects.order_by("pk")
    assert (products.size, jobs.size) == (7, 7)
    for batch in (products, jobs):
        first = batch.pk << 20
        ids = set(Event.objects.filter(pk__gt=first, pk__lt=first + (1 << 20)).values_list("pk"))
        assert ids == {(first + n,) for n in range(1, 8)}


def test_what_is_tried_again_tells_nothing_until_it_ends(trial: Trial) -> None:
    trial.submit("flaky")

    trial.work(1)
    before = told()
    trial.work()

    assert before == []
    assert told() == [("productcomplete", 0), ("jobcomplete", 0)]


def test_what_is_rolled_back_is_not_told(trial: Trial) -> None:
    trial.submit("refuse")
    trial.work()
    Event.objects.all().delete()
    job = Job.objects.get()

    def act() -> None:
        officers.retry(job=job, by=SYSTEM)
        officers.cancel(job=job, by=SYSTEM)

    rolled_back(act)

    trial.work()
    assert told() == []


def test_a_retry_reopens_and_the_events_come_again(trial: Trial) -> None:
    trial.submit("refuse")
    trial.work()
    job = Job.objects.get()

    for _ in range(2):
        officers.retry(job=job, by=SYSTEM)
        trial.work()

    assert told() == [
        (kind, reopening) for reopening in range(3) for kind in ("producterror", "joberror")
    ]
    job.refresh_from_db()
    assert (job.reopening, job.responses.get().reopening) == (2, 2)


def test_rolling_up_again_tells_nothing_again(trial: Trial) -> None:
    trial.submit("anna")
    trial.work()
    Job.objects.update(state="processing", closed_at=None)  # a fault of ours that the sweep mends

    sweep()

    assert Job.objects.get().state == "complete"
    assert told() == [("productcomplete", 0), ("jobcomplete", 0)]


def test_what_an_officer_cancels_is_an_error(trial: Trial) -> None:
    trial.submit("anna")

    officers.cancel(job=Job.objects.get(), by=SYSTEM)

    assert told() == [("producterror", 0), ("joberror", 0)]


def test_a_held_delete_that_is_dropped_is_an_error(trial: Trial) -> None:
    trial.submit("refuse", actions=["access", "delete"])
    trial.work()
    held = Job.objects.get(action="delete")
    before = len(told())

    officers.drop(job=held, by=SYSTEM)

    assert told()[before:] == [("producterror", 0), ("joberror", 0)]


def test_a_product_that_is_not_set_up_is_told_at_birth(trial: Trial) -> None:
    trial.submit("anna", "bo", products=("elsewhere",))
    at_birth = told()
    trial.submit("cleo", products=("trial", "elsewhere"))

    assert at_birth == [("productcomplete", 0), ("jobcomplete", 0)] * 2
    assert told()[4:] == [("productcomplete", 0)]
    assert ProductResponse.objects.filter(state="due").count() == 1


def test_a_submission_that_is_rolled_back_tells_nothing(trial: Trial) -> None:
    rolled_back(lambda: trial.submit("anna", products=("elsewhere",)))

    assert (told(), EventBatch.objects.count()) == ([], 0)


def test_events_hold_ids_and_nothing_of_a_person() -> None:
    assert {field.name for field in Event._meta.fields} == {
        "id", "organization", "job_id", "about_id", "kind", "reopening",
    }  # fmt: skip
