"""Watching over products: members are told when one has not answered for an hour, and when what
waits at one that stands still falls due within days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from jobs.models import Product
from jobs.rules import outcomes
from jobs.services.overview import MOST, today
from privacyportal.organizations.permissions import Permission, roles_that_may
from privacyportal.organizations.services.mails import tell_members
from privacyportal.times import moment

log = structlog.get_logger(__name__)
SILENT = timedelta(hours=1)
NEAR = timedelta(days=3)
MAILS = 20  # in one look
TOLD = roles_that_may(Permission.MANAGE, Permission.ACT)


def watch() -> None:
    """One mail for each standstill, and one more when a date comes near; what could not be sent is
    sent at the next look."""
    try:
        for product in _silent():
            tell_members(product.organization, TOLD, partial(_of_silence, product))
            Product.objects.filter(pk=product.pk).update(told_down_at=timezone.now())
        for product, due_on in _near():
            tell_members(product.organization, TOLD, partial(_of_date, product, due_on))
            Product.objects.filter(pk=product.pk).update(told_due_at=timezone.now())
    except OSError as error:  # the mail server, in all its ways
        log.warning("product.mail", error=type(error).__name__)


def _silent() -> Iterable[Product]:
    """Of which nobody was told since they fell silent."""
    untold = Q(told_down_at=None) | Q(told_down_at__lt=F("unavailable_since"))
    found = Product.objects.filter(untold, unavailable_since__lte=timezone.now() - SILENT)
    return found.select_related("organization").order_by("pk")[:MAILS]


def _near() -> list[tuple[Product, date]]:
    """Products that stand still, with the first date that is near, of which nobody was told since
    they stood still."""
    since = Q(told_due_at=None)
    silent = Q(unavailable_since__lte=timezone.now() - SILENT)
    untold = (silent & (since | Q(told_due_at__lt=F("unavailable_since")))) | (
        Q(paused_at__isnull=False) & (since | Q(told_due_at__lt=F("paused_at")))
    )
    products = list(Product.objects.filter(untold).select_related("organization").order_by("pk"))
    dues = _first_dues([product.pk for product in products])
    near = [
        (product, dues[product.pk])
        for product in products
        if product.pk in dues and dues[product.pk] <= today(product.organization) + NEAR
    ]
    return near[:MAILS]


def _first_dues(product_ids: list[int]) -> dict[int, date]:
    """Product → the first due date of what waits there, of the first of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT product.id, first.due_on
            FROM unnest(%s::bigint[]) AS product (id)
            CROSS JOIN LATERAL (
                SELECT min(job.due_on) AS due_on FROM (
                    SELECT job_id FROM jobs_productresponse
                    WHERE product_id = product.id AND state = 'due' LIMIT %s
                ) AS due JOIN jobs_job AS job ON job.id = due.job_id
            ) AS first
            WHERE first.due_on IS NOT NULL
            """,
            [product_ids, MOST],
        )
        return dict(cursor.fetchall())


def _of_silence(product: Product) -> tuple[str, str]:
    words = _named(product) | {
        "since": moment(product.unavailable_since),
        "why": outcomes.detail(product.unavailable_detail, product.unavailable_params),
    }
    subject = _("%(product)s has not answered for an hour") % words
    text = _(
        "%(product)s of %(organization)s has not answered since %(since)s (GMT). %(why)s\n\n"
        "What is due there waits; nothing is lost, and it goes on by itself once the product"
        " answers.\n\n%(page)s"
    )
    return subject, text % words


def _of_date(product: Product, due_on: date) -> tuple[str, str]:
    words = _named(product) | {"on": date_format(due_on, "j F Y")}
    subject = _("Work at %(product)s is due on %(on)s, and it stands still") % words
    if product.paused_at:
        text = _(
            "%(product)s of %(organization)s is paused, and what waits there is due from %(on)s"
            " on. Resume it, or see to these requests by hand.\n\n%(page)s"
        )
    else:
        text = _(
            "%(product)s of %(organization)s does not answer, and what waits there is due from"
            " %(on)s on. Mend it, or see to these requests by hand.\n\n%(page)s"
        )
    return subject, text % words


def _named(product: Product) -> dict[str, str]:
    return {
        "product": str(product),
        "organization": product.organization.name,
        "page": f"{settings.PORTAL_URL}/products/{product.public_id}/",
    }
