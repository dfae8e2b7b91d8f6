"""Everything in error at one product, tried again: of its jobs the responses there and no others.
A batch is one transaction of its own; how far it came stands in the row, so that a worker that
dies leaves all or nothing of a batch, and the next goes on."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from jobs.models import Job, Product, ProductResponse, ProductRetry
from jobs.rules.states import State
from jobs.services import officers
from jobs.services.officers import Judged, Refusal
from jobs.services.overview import Count
from privacyportal.actors import Actor
from privacyportal.audit.services import record, record_all

log = structlog.get_logger(__name__)
BATCH = 500  # responses of one transaction
SECONDS = 10.0  # a turn
SHOWN = 10_000  # errors, counted no further for a page
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=5)  # after a failure


class AlreadyGoing(Exception):
    """The product's errors are being retried."""


def errors(product: Product) -> Count:
    """What is in error there now."""
    found = _in_error(product)[: SHOWN + 1].count()
    return Count(min(found, SHOWN), found > SHOWN)


def newest(product: Product) -> ProductRetry | None:
    found: ProductRetry | None = product.retries.order_by("-pk").first()
    return found


def start(*, product: Product, by: Actor) -> ProductRetry | None:
    """Workers do the rest. None where nothing is in error. Raises AlreadyGoing."""
    with transaction.atomic():
        Product.objects.select_for_update(no_key=True).get(pk=product.pk)
        if product.retries.filter(ended_at=None).exists():
            raise AlreadyGoing
        if not (total := _in_error(product).count()):
            return None
        retry: ProductRetry = ProductRetry.objects.create(
            organization_id=product.organization_id, product=product, total=total,
            by_kind=by.kind, by_id=by.id, by_name=by.name, started_at=timezone.now(),
        )  # fmt: skip
        _record(retry, "product.retry", {"errors": total}, by)
    return retry


def stop(*, product: Product, by: Actor) -> bool:
    """What was not tried again yet stays in error. False where no retry goes on."""
    with transaction.atomic():
        going = product.retries.select_for_update(of=("self",)).filter(ended_at=None)
        if (retry := going.select_related("product__organization").first()) is None:
            return False
        _end(retry, by, stopped_by=by.name)
        retry.save()
        return True


def work() -> None:
    """Retries in turn, a batch of each, for about ten seconds. Others who do the same take other
    products, and nobody waits for one that fails."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and sum(step(pk) for pk in _open()):
        pass


def _open() -> list[int]:
    ready = Q(not_before=None) | Q(not_before__lte=timezone.now())
    found = ProductRetry.objects.filter(ready, ended_at=None).order_by("pk")
    return list(found.values_list("pk", flat=True)[:100])


def step(pk: int) -> bool:
    """One batch of a retry; a failure is kept with the retry. Not where another worker has it."""
    with transaction.atomic():
        locked = ProductRetry.objects.select_for_update(skip_locked=True, of=("self",))
        related = locked.select_related("product__organization")
        if (retry := related.filter(pk=pk, ended_at=None).first()) is None:
            return False
        try:
            with transaction.atomic():
                _batch(retry)
        except Exception as error:
            _failed(retry, error)
        return True


def _failed(retry: ProductRetry, error: Exception) -> None:
    retry.refresh_from_db()
    retry.not_before = timezone.now() + min(FIRST_WAIT * 2 ** min(retry.failures, 10), LONGEST_WAIT)
    retry.failures = min(retry.failures + 1, 30_000)
    retry.save(update_fields=["failures", "not_before"])
    log.error("product.retry", retry=retry.pk, error=type(error).__name__)


def _batch(retry: ProductRetry) -> None:
    # What ended in error since it was asked for is another error.
    before = Q(processed_at=None) | Q(processed_at__lte=retry.started_at)
    found = _in_error(retry.product).filter(before, pk__gt=retry.after).order_by("pk")
    ids = list(found.values_list("pk", flat=True)[:BATCH])
    judged = officers.carry_out_at(ids, officers.ACTS["retry"]) if ids else []
    changed = [response for response, verdict in judged if isinstance(verdict, dict)]
    record_all(
        organization=retry.product.organization,
        by=retry.by,
        verb="job.retry",
        acts=_acts(retry, changed),
    )
    _count(retry, ids, judged, len(changed))


def _count(retry: ProductRetry, ids: Sequence[int], judged: Sequence[Judged], changed: int) -> None:
    refused = Counter(retry.refused)
    refused.update(verdict.value for _, verdict in judged if isinstance(verdict, Refusal))
    retry.refused, retry.retried = dict(refused), retry.retried + changed
    retry.after = ids[-1] if ids else retry.after
    retry.failures, retry.not_before = 0, None
    if len(ids) < BATCH:
        _end(retry, retry.by)
    retry.save()


def _end(retry: ProductRetry, by: Actor, *, stopped_by: str = "") -> None:
    retry.ended_at, retry.stopped_by = timezone.now(), stopped_by
    verb = "product.retry-stop" if stopped_by else "product.retried"
    _record(retry, verb, {"retried": retry.retried, "refused": retry.refused}, by)


def _acts(
    retry: ProductRetry, changed: Sequence[ProductResponse]
) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Each job is told of, as when it is retried alone."""
    ids = Job.objects.filter(pk__in=[r.job_id for r in changed]).values_list("public_id", flat=True)
    told = {"done": [retry.product.code], "product": str(retry.product.public_id)}
    return ((("job", str(public_id)), told) for public_id in ids)


def _record(retry: ProductRetry, verb: str, detail: dict[str, Any], by: Actor) -> None:
    record(
        organization=retry.product.organization,
        by=by,
        verb=verb,
        target=("product", str(retry.product.public_id)),
        detail=detail,
    )


def _in_error(product: Product) -> Any:
    return ProductResponse.objects.filter(product=product, state=State.ERROR)
