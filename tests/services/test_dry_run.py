"""What a delete would touch: asked once for each product, kept as numbers, and never stale in
silence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from jobs.models import DryRun, Product, SavedDraft
from jobs.processors.base import BadData, ProductUnavailable, Touched
from jobs.services import dry_run, saved_drafts
from jobs.services.dry_run import Result
from jobs.services.saved_drafts import Content
from jobs.uploads import counting
from privacyportal.organizations.models import Member, Organization
from tests.services.counter import Counter, member, sent
from tests.services.drafts import draft

__all__ = ["member", "sent"]


def save(member: Member, *codes: str, saved: SavedDraft | None = None) -> SavedDraft:
    content = Content(draft(products=codes or ("counter",)))
    public_id = saved.public_id if saved else uuid4()
    return saved_drafts.save(member=member, public_id=public_id, content=content)


def result(saved: SavedDraft) -> Result:
    found = dry_run.result(saved, bytes(saved.about))
    assert found is not None
    return found


def run(saved: SavedDraft, capture: Any, sent: list[int]) -> Result:
    with capture(execute=True):
        dry_run.start(saved)
    for pk in sent:
        counting.count(pk)
    return result(saved)


def test_a_worker_counts_what_the_draft_says(
    member: Member, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    saved = save(member)
    assert dry_run.result(saved, bytes(saved.about)) is None

    with django_capture_on_commit_callbacks(execute=True):
        dry_run.start(saved)
    assert [one.counting for one in result(saved).products] == [True]
    assert result(saved).counting
    assert sent == list(DryRun.objects.values_list("pk", flat=True))
    counting.count(sent[0])

    [counted] = result(saved).products
    assert counted.tables == [Touched("people", erase=1), Touched("orders", keep=7)]
    assert not result(saved).counting
    assert result(saved).at is not None
    [[assignment]] = Counter.asked
    assert [i.value for i in assignment.identities] == ["ann@example.com"]
    assert "ann@" not in str(list(DryRun.objects.values()))


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (ProductUnavailable("sql.unreachable"), "The database does not answer"),
        (BadData("1021-400", "sql.too_slow"), "took too long"),
        (ValueError("ann@example.com"), "stopped with ValueError"),
    ],
)
def test_a_product_that_cannot_answer_says_why(
    member: Member, sent: list[int], django_capture_on_commit_callbacks: Any, trouble: Exception,
    sentence: str, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(Counter, "trouble", trouble)

    [counted] = run(save(member), django_capture_on_commit_callbacks, sent).products

    assert sentence in counted.sentence
    assert "ann@" not in counted.sentence
    assert (list(counted.tables), counted.counting) == ([], False)


def test_products_that_need_not_be_asked_are_not(
    member: Member, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    Product.objects.filter(code="counter").update(paused_at=timezone.now())
    saved = save(member, "counter", "crm", "ledger")

    found = run(saved, django_capture_on_commit_callbacks, sent)

    sentences = {one.product.code: one.sentence for one in found.products}
    assert len(sent) == 1
    assert "Paused" in sentences["counter"]
    assert "no settings" in sentences["crm"]
    assert "can't be counted" in sentences["ledger"]


def test_numbers_of_other_people_are_called_so(
    member: Member, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    saved = save(member)
    assert not run(saved, django_capture_on_commit_callbacks, sent).stale

    changed = save(member, "counter", "crm", saved=saved)

    assert result(changed).stale
    again = run(changed, django_capture_on_commit_callbacks, sent)
    assert not again.stale
    assert len(again.products) == 2


def test_a_draft_that_changed_or_went_is_not_counted(
    member: Member, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    saved = save(member)
    with django_capture_on_commit_callbacks(execute=True):
        dry_run.start(saved)
    changed = save(member, "counter", "crm", saved=saved)
    counting.count(sent[0])
    assert not result(changed).counting
    saved_drafts.discard(member=member, public_id=saved.public_id)
    counting.count(sent[0])

    assert Counter.asked == []


def test_nobody_waits_for_a_worker_that_is_not_there(
    member: Member, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    saved = save(member)
    with django_capture_on_commit_callbacks(execute=True):
        dry_run.start(saved)
    DryRun.objects.update(asked_at=timezone.now() - timedelta(seconds=61))

    [counted] = result(saved).products

    assert "Count again" in counted.sentence
    assert not result(saved).counting


def test_of_another_organization_no_product_is_asked(
    member: Member, stranger: Organization, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    Product.objects.create(organization=stranger, code="theirs", processor="counter")

    with django_capture_on_commit_callbacks(execute=True):
        dry_run.start(save(member, "theirs"))

    assert not DryRun.objects.exists()
