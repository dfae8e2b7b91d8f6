"""What a delete would touch: each product is asked, by a worker of its own queue, how many rows of
which table, and changes none. Numbers are kept, no value is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.engine.load import processor_for
from jobs.engine.wake import COUNT_SECONDS, wake_counts
from jobs.models import DryRun, Product, SavedDraft, Upload
from jobs.processors.base import (
    Assignment,
    BadData,
    Identity,
    ProductUnavailable,
    Touched,
    TryAgain,
)
from jobs.rules import outcomes
from jobs.rules.states import Action
from jobs.services import saved_drafts
from jobs.services.drafts import RequestDraft

log = structlog.get_logger(__name__)
SECONDS = 20  # for one product; a table that takes longer is not worth the wait
GIVEN_UP = timedelta(seconds=COUNT_SECONDS)


class Changed(Exception):
    """What was to be counted is no longer so; `detail` says it."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Counted:
    """What is known of one product: its tables, or a sentence that says why there are none."""

    product: Product
    tables: Sequence[Touched]
    sentence: str = ""
    counting: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """All products that were asked. `stale` where people or products changed since; `at` is the
    time of the oldest number."""

    products: Sequence[Counted]
    at: datetime | None
    stale: bool

    @property
    def counting(self) -> bool:
        return any(product.counting for product in self.products)


def start(saved: SavedDraft) -> None:
    """Has the draft's products counted again, each on its own."""
    ask(saved, saved_drafts.read(saved).draft.products, bytes(saved.about))


def ask(owner: SavedDraft | Upload, codes: Collection[str], about: bytes) -> None:
    """Has these products counted again. `about` is equal as long as the owner says the same."""
    products = Product.objects.for_organization(owner.organization).filter(code__in=codes)
    now = timezone.now()
    with transaction.atomic():
        owner.dry_runs.all().delete()
        rows = DryRun.objects.bulk_create(
            DryRun(
                organization_id=owner.organization_id,
                draft=owner if isinstance(owner, SavedDraft) else None,
                upload=owner if isinstance(owner, Upload) else None,
                product=product,
                about=about,
                asked_at=now,
                **_known_before(product, now),
            )
            for product in products.order_by("code")
        )
        asked = [row.pk for row in rows if row.answered_at is None]
        transaction.on_commit(lambda: wake_counts(asked), robust=True)


def _known_before(product: Product, now: datetime) -> dict[str, Any]:
    """Of products that need not, or must not, be asked."""
    if product.current_settings_id is None:
        return {"detail": "count.no_settings", "answered_at": now}
    if product.paused_at:
        return {"detail": "count.paused", "answered_at": now}
    return {}


def result(owner: SavedDraft | Upload, about: bytes) -> Result | None:
    """What is known of what is now `about` these people and products; None where nobody asked
    yet."""
    rows = list(owner.dry_runs.select_related("product").order_by("product__code"))
    if not rows:
        return None
    return Result(
        products=[_counted(row) for row in rows],
        at=min((row.answered_at for row in rows if row.answered_at), default=None),
        stale=any(bytes(row.about) != about for row in rows),
    )


def _counted(row: DryRun) -> Counted:
    if row.answered_at is None:
        if timezone.now() - row.asked_at > GIVEN_UP:
            return Counted(row.product, (), _("No answer within a minute. Count again."))
        return Counted(row.product, (), counting=True)
    tables = msgspec.convert(row.tables, list[Touched])
    return Counted(row.product, tables, outcomes.detail(row.detail, row.params))


def count(dry_run_id: int, *, of_upload: Callable[[DryRun], list[Assignment]]) -> None:
    """Asks one product; what it says is kept if what it is asked about is still there, and still
    the same. What an upload would delete is known above: `of_upload` raises Changed."""
    row = (
        DryRun.objects.select_related("draft__organization", "upload", "product")
        .filter(pk=dry_run_id, answered_at=None)
        .first()
    )
    if row is None:
        return
    try:
        said = _said(row.product, _of_draft(row.draft, row) if row.draft else of_upload(row))
    except Changed as changed:
        said = {"detail": changed.detail}
    DryRun.objects.filter(pk=row.pk).update(**said, answered_at=timezone.now())


def _of_draft(saved: SavedDraft, row: DryRun) -> list[Assignment]:
    if bytes(row.about) != bytes(saved.about):
        raise Changed("count.changed")
    return assignments(saved_drafts.read(saved).draft)


def _said(product: Product, deletes: Sequence[Assignment]) -> dict[str, Any]:
    assert product.current_settings_id is not None
    if not deletes:
        return {"detail": "count.nobody"}
    try:
        processor, _number = processor_for(
            product.pk, product.processor, product.current_settings_id
        )
        found = processor.count(deletes, SECONDS)
        processor.rest()
    except (ProductUnavailable, BadData) as error:
        return {"detail": error.detail, "params": error.params}
    except TryAgain:
        return {"detail": "engine.busy"}
    except Exception as error:
        # Its message may hold a value.
        reference = uuid4().hex[:8]
        log.error("dry_run.failed", error=type(error).__name__, reference=reference)
        params = {"error": type(error).__name__, "reference": reference}
        return {"detail": "engine.unexpected", "params": params}
    if found is None:
        return {"detail": "count.cannot"}
    return {"tables": msgspec.to_builtins(list(found))}


def assignments(draft: RequestDraft) -> list[Assignment]:
    """The deletes of a draft, as a processor would be handed them."""
    purge = draft.analytics_delete_method == "purge"
    return [
        Assignment(
            uuid4(),
            Action.DELETE,
            tuple(
                Identity(position, identity.namespace, identity.value, identity.qualifier)
                for position, identity in enumerate(person.identities)
            ),
            purge=purge,
            regulation=draft.regulation,
        )
        for person in draft.people
        if Action.DELETE in person.actions
    ]
