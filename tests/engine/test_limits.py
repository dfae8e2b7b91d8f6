"""Limits that a product's owner sets are obeyed, and what batches came to is kept."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from jobs.engine.claim import claim
from jobs.engine.housekeeping import keep_house
from jobs.models import Product, ProductResponse, WorkedBatch
from tests.engine.conftest import Trial


def limit(trial: Trial, per_minute: int | None) -> None:
    Product.objects.filter(pk=trial.product.pk).update(per_minute=per_minute)


def earlier(seconds: float) -> None:
    """As if so many seconds had passed."""
    then = timezone.now() - timedelta(seconds=seconds)
    Product.objects.update(allowed_at=then)


def claimed(trial: Trial) -> int:
    found = claim(trial.product.pk)
    return len(found.responses) if found else 0


def test_no_more_people_a_minute_than_the_owner_allows(trial: Trial) -> None:
    trial.submit(*(f"p{n}" for n in range(30)))
    Product.objects.update(max_parallel=100)
    limit(trial, 60)

    assert claimed(trial) == 10  # what is saved up in ten seconds
    assert claimed(trial) == 0
    earlier(3.5)
    assert claimed(trial) == 3
    earlier(3600)
    assert claimed(trial) == 10
    limit(trial, None)
    assert claimed(trial) == 7
    assert ProductResponse.objects.filter(state="working").count() == 30


def test_a_slow_rate_lets_one_person_through(trial: Trial) -> None:
    trial.submit("a", "b")
    Product.objects.update(max_parallel=100)
    limit(trial, 1)

    assert [claimed(trial), claimed(trial)] == [1, 0]
    earlier(59)
    assert claimed(trial) == 0
    earlier(61)
    assert claimed(trial) == 1


def test_what_a_batch_came_to_is_kept_for_a_week(trial: Trial) -> None:
    trial.submit("ann", "refuse", "never")
    trial.work(1)

    [batch] = WorkedBatch.objects.filter(product_id=trial.product.pk)
    assert (batch.complete, batch.error, batch.later) == (1, 1, 1)
    assert batch.seconds > 0
    keep_house()
    assert WorkedBatch.objects.exists()
    WorkedBatch.objects.update(ended_at=timezone.now() - timedelta(days=9))
    keep_house()
    assert not WorkedBatch.objects.exists()
