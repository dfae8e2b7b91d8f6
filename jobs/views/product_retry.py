"""Retrying everything in error at a product: begun by an officer, done by workers, told on the
product's page while it goes on and when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from jobs.models import Product, ProductRetry
from jobs.services import product_retries
from jobs.services.officers import Refusal
from jobs.views.bars import Bar, bars
from jobs.views.figures import grouped, shown
from jobs.views.product_access import find_product, reader
from privacyportal.organizations.permissions import Permission


@dataclass(frozen=True, slots=True)
class Told:
    """How far a retry has come, or what it came to: a headline, and why what stayed did."""

    retry: ProductRetry
    headline: str
    kept: Sequence[str]

    @property
    def going(self) -> bool:
        return self.retry.ended_at is None

    @property
    def failing(self) -> bool:
        """It stands still for now, after a fault of ours."""
        return self.going and self.retry.failures > 0

    @property
    def done(self) -> int:
        return self.retry.retried + self.retry.kept

    @property
    def left(self) -> int:
        """Those that were not come to, where somebody stopped it."""
        return max(0, self.retry.total - self.done)

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // max(1, self.retry.total))

    @property
    def bars(self) -> list[Bar]:
        return bars({"run": self.retry.retried, "wait": self.retry.kept, "off": self.left})


@require_POST
def product_retry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = reader(request)
    product = find_product(member, public_id)
    if not member.may(Permission.ACT):
        raise PermissionDenied
    try:
        if product_retries.start(product=product, by=member.user.actor) is None:
            messages.warning(
                request, _("Nothing is in error at %(product)s.") % {"product": product}
            )
    except product_retries.AlreadyGoing:
        messages.warning(request, _("The errors here are being retried already."))
    return redirect("jobs:product-detail", public_id)


@require_POST
def product_retry_stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = reader(request)
    product = find_product(member, public_id)
    if not member.may(Permission.ACT):
        raise PermissionDenied
    if not product_retries.stop(product=product, by=member.user.actor):
        messages.warning(request, _("The retry had ended already."))
    return redirect("jobs:product-detail", public_id)


def retrying(product: Product) -> dict[str, Any]:
    """What the product's page shows: the last retry of a week, and for what it could be begun."""
    last = product_retries.newest(product)
    told = _told(last) if last and _recent(last) else None
    errors = product_retries.errors(product)
    number = errors.number + errors.more
    return {
        "retry": told,
        "failing": errors.number > 0 and not (told and told.going),
        "retry_button": ngettext("Retry %(n)s error", "Retry %(n)s errors", number)
        % {"n": shown(errors)},
    }


def _recent(retry: ProductRetry) -> bool:
    return retry.ended_at is None or (timezone.now() - retry.ended_at).days < 7


def _told(retry: ProductRetry) -> Told:
    headline = ngettext(
        "%(n)s response is tried again", "%(n)s responses are tried again", retry.retried
    )
    reasons = sorted(retry.refused.items(), key=lambda one: -one[1])
    return Told(
        retry,
        headline % {"n": grouped(retry.retried)},
        [_kept(Refusal(reason), number) for reason, number in reasons],
    )


def _kept(reason: Refusal, number: int) -> str:
    if reason == Refusal.NO_ERROR:
        words = ngettext(
            "%(n)s was in error no longer: somebody else had acted on it.",
            "%(n)s were in error no longer: somebody else had acted on them.",
            number,
        )
        return words % {"n": grouped(number)}
    words = ngettext("%(n)s stays in error. %(why)s", "%(n)s stay in error. %(why)s", number)
    return words % {"n": grouped(number), "why": reason.label}
