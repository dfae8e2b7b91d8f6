"""Everything in error at a product, tried again: there alone, in batches, truthfully told."""

from __future__ import annotations

from collections import Counter
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Job, PrivacyRequest, Product, ProductResponse, ProductRetry
from jobs.rules.states import Action, JobState, State
from jobs.services import officers, product_retries
from privacyportal.actors import Actor
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization
from tests.services.crowd import crowd

OFFICER = Actor("user", "officer", "Olof")
BOSS = Actor("user", "boss", "Berit")


def fail(asked: PrivacyRequest, **wanted: Any) -> None:
    """All or some of its responses ended in error, and their jobs with them."""
    now = timezone.now()
    found = ProductResponse.objects.filter(job__request=asked, **wanted)
    found.update(state=State.ERROR, outcome_code="1010-400", attempts=1, tries=1, processed_at=now)
    Job.objects.filter(pk__in=found.values("job")).update(
        state=JobState.ERROR, closed_at=now, failed_at=now
    )


def crm(organization: Organization) -> Product:
    return Product.objects.get(organization=organization, code="crm")


def states(asked: PrivacyRequest, code: str) -> Counter[str]:
    found = ProductResponse.objects.filter(job__request=asked, product_code=code)
    return Counter(found.values_list("state", flat=True))


def begin(product: Product) -> ProductRetry:
    retry = product_retries.start(product=product, by=OFFICER)
    assert retry is not None
    return retry


def test_thousands_are_retried_at_one_product_alone(organization: Organization) -> None:
    requests = [crowd(organization, 750, "crm", "WebShop") for _ in range(2)]
    for asked in requests:
        fail(asked)
        # An access is not asked again once its delete has begun; these deletes never did.
        ProductResponse.objects.filter(job__request=asked, action=Action.DELETE).update(gate=None)
    assert Job.objects.filter(state=JobState.ERROR).count() == 3000

    retry = begin(crm(organization))
    product_retries.work()

    retry.refresh_from_db()
    assert (retry.total, retry.retried, retry.refused) == (3000, 3000, {})
    assert retry.ended_at is not None
    for asked in requests:
        assert states(asked, "crm") == {State.DUE: 1500}
        assert states(asked, "WebShop") == {State.ERROR: 1500}
    assert set(Job.objects.values_list("state", "failed_at", "reopening")) == {
        (JobState.PROCESSING, None, 1)
    }
    assert AuditEvent.objects.filter(verb="job.retry", actor_id="officer").count() == 3000
    ended = AuditEvent.objects.get(verb="product.retried")
    assert AuditDetail.objects.get(event_id=ended.pk).detail == {
        "retried": 3000, "refused": {}, "actor": "Olof",
    }  # fmt: skip


def test_what_cannot_be_retried_is_counted_with_its_reason(organization: Organization) -> None:
    asked = crowd(organization, 3, "crm", "WebShop")
    fail(asked, product_code="crm", action=Action.ACCESS)
    begun = ProductResponse.objects.filter(action=Action.DELETE, product_code="crm").earliest("pk")
    ProductResponse.objects.filter(pk=begun.pk).update(state=State.DUE, attempts=1)

    retry = begin(crm(organization))
    product_retries.work()

    retry.refresh_from_db()
    assert (retry.retried, retry.refused) == (2, {"delete_begun": 1})
    access = ProductResponse.objects.get(gate=begun.gate, action=Action.ACCESS)
    assert access.state == State.ERROR


def test_a_held_delete_waits_again_for_its_access(organization: Organization) -> None:
    asked = crowd(organization, 2, "crm")
    fail(asked, action=Action.ACCESS)
    ProductResponse.objects.filter(action=Action.DELETE).update(state=State.HELD)

    begin(crm(organization))
    product_retries.work()

    assert states(asked, "crm") == {State.DUE: 2, State.WAITING: 2}


def test_errors_of_after_the_asking_are_others(organization: Organization) -> None:
    asked = crowd(organization, 3, "crm")
    fail(asked, action=Action.DELETE)
    retry = begin(crm(organization))
    late = ProductResponse.objects.filter(action=Action.DELETE).latest("pk")
    ProductResponse.objects.filter(pk=late.pk).update(processed_at=timezone.now())

    product_retries.work()

    retry.refresh_from_db()
    assert (retry.total, retry.retried, retry.kept) == (3, 2, 0)
    late.refresh_from_db()
    assert late.state == State.ERROR


def test_what_is_stopped_leaves_the_rest_in_error(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = crowd(organization, 5, "crm")
    fail(asked, action=Action.DELETE)
    monkeypatch.setattr(product_retries, "BATCH", 2)
    retry, product = begin(crm(organization)), crm(organization)
    product_retries.step(retry.pk)

    assert product_retries.stop(product=product, by=BOSS)
    product_retries.work()

    retry.refresh_from_db()
    assert (retry.retried, retry.stopped_by, retry.ended_at is None) == (2, "Berit", False)
    assert states(asked, "crm")[State.ERROR] == 3
    assert AuditEvent.objects.get(verb="product.retry-stop").actor_id == "boss"
    assert not product_retries.stop(product=product, by=BOSS), "it has ended"
    assert begin(product).total == 3


def test_one_at_a_time_and_none_for_nothing(organization: Organization) -> None:
    asked = crowd(organization, 1, "crm", "WebShop")
    product = crm(organization)
    assert product_retries.start(product=product, by=OFFICER) is None
    fail(asked, action=Action.DELETE)
    begin(product)

    with pytest.raises(product_retries.AlreadyGoing):
        product_retries.start(product=product, by=OFFICER)
    assert begin(Product.objects.get(code="WebShop")).total == 1


def test_a_batch_that_fails_changes_nothing_and_is_tried_again(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = crowd(organization, 5, "crm")
    fail(asked, action=Action.DELETE)
    retry = begin(crm(organization))
    monkeypatch.setattr(product_retries, "BATCH", 2)
    product_retries.step(retry.pk)

    def broken(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(officers, "roll_up", broken)
        product_retries.work()

    retry.refresh_from_db()
    assert (retry.retried, retry.failures, retry.ended_at) == (2, 1, None)
    assert states(asked, "crm")[State.ERROR] == 3
    ProductRetry.objects.update(not_before=F("started_at"))
    product_retries.work()
    retry.refresh_from_db()
    assert (retry.retried, retry.failures) == (5, 0)
    assert retry.ended_at is not None


def test_a_larger_batch_takes_no_more_statements(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    for many in (3, 30):
        asked = crowd(organization, many, "crm")
        fail(asked, action=Action.DELETE)
        retry = begin(crm(organization))
        with CaptureQueriesContext(connection) as queries:
            product_retries.step(retry.pk)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_do_nothing_twice(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = crowd(organization, 60, "crm")
    fail(asked, action=Action.DELETE)
    monkeypatch.setattr(product_retries, "BATCH", 7)
    retry = begin(crm(organization))

    def until_done() -> None:
        while ProductRetry.objects.filter(ended_at=None).exists():
            product_retries.work()
        connection.close()

    workers = [Thread(target=until_done) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    retry.refresh_from_db()
    assert retry.retried == 60
    assert set(
        ProductResponse.objects.filter(action=Action.DELETE).values_list("state", "reopening")
    ) == {(State.DUE, 1)}
