"""Watching over webhooks: which are unstable, which have been so too long, whose visit never came;
and telling the administrators."""

from __future__ import annotations

from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.events import queue
from jobs.models import Webhook
from jobs.models.webhooks import LIVE, WebhookState
from jobs.services.webhooks import REASONS
from privacyportal.actors import SYSTEM
from privacyportal.audit.services import record
from privacyportal.organizations.permissions import Permission, roles_that_may
from privacyportal.organizations.services.mails import tell_members

log = structlog.get_logger(__name__)
WINDOW_MINUTES = 30
ENOUGH = 10  # tries in the window that say something
SHARE = 0.8  # of them failed: unstable
UNSTABLE_HOURS = 24  # then disabled, if it is still failing
MAILS = 20  # in one look


class Health(NamedTuple):
    """A live webhook and its tries in the last half hour, since its state changed to active."""

    id: int
    state: str
    too_long: bool
    tries: int
    failed: int


def watch() -> None:
    """Called every half minute; one process at a time does no harm to another."""
    queue.end_overdue()
    _end_visits()
    for health in _health():
        if after := judge(health):
            _move(health, after)
    _tell()


def judge(health: Health) -> WebhookState | None:
    """The state it moves to, if it does. A webhook that is not tried keeps its state."""
    failing = health.tries >= ENOUGH and health.failed > SHARE * health.tries
    if health.state == WebhookState.ACTIVE:
        return WebhookState.UNSTABLE if failing else None
    if health.failed <= SHARE * health.tries:
        return WebhookState.ACTIVE
    if health.too_long and health.failed:
        return WebhookState.DISABLED
    return None


def _health() -> list[Health]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT webhook.id, webhook.state,
                webhook.changed_at < statement_timestamp() - %s * interval '1 hour',
                recent.tries, recent.failed
            FROM jobs_webhook webhook
            CROSS JOIN LATERAL (
                SELECT count(*) AS tries, count(*) FILTER (WHERE NOT good) AS failed
                FROM jobs_deliverytry
                WHERE webhook_id = webhook.id
                    AND started_at > statement_timestamp() - %s * interval '1 minute'
                    AND (webhook.state = 'unstable' OR started_at > webhook.changed_at)
            ) AS recent
            WHERE webhook.state = ANY(%s) AND webhook.deleted_at IS NULL AND recent.tries > 0
            ORDER BY webhook.id
            """,
            [UNSTABLE_HOURS, WINDOW_MINUTES, list(LIVE)],
        )
        return [Health(*row) for row in cursor.fetchall()]


def _move(health: Health, after: WebhookState) -> None:
    """Compares and sets; who has changed it in between, wins."""
    disabled = after == WebhookState.DISABLED
    with transaction.atomic():
        moved = Webhook.objects.filter(pk=health.id, state=health.state, deleted_at=None).update(
            state=after, changed_at=timezone.now(), reason="failing" if disabled else ""
        )
        if not moved:
            return
        webhook = Webhook.objects.select_related("organization").get(pk=health.id)
        record(
            organization=webhook.organization,
            by=SYSTEM,
            verb=f"webhook.{after}",
            target=("webhook", str(webhook.public_id)),
            detail={"name": webhook.name, "tries": health.tries, "failed": health.failed},
        )
    log.warning("webhook.moved", webhook=str(webhook.public_id), state=str(after))


def _end_visits() -> None:
    now = timezone.now()
    Webhook.objects.filter(state=WebhookState.WAITING, visit_until__lt=now).update(
        state=WebhookState.DISABLED,
        reason="not_visited",
        changed_at=now,
        told_at=now,
        visit_hash=None,
        visit_until=None,
    )


def _tell() -> None:
    """Mails to administrators; one that could not be sent is sent at the next look."""
    untold = Webhook.objects.filter(state=WebhookState.DISABLED, told_at=None, deleted_at=None)
    for webhook in untold.select_related("organization").order_by("pk")[:MAILS]:
        try:
            _mail(webhook)
        except OSError as error:  # the mail server, in all its ways
            log.warning("webhook.mail", error=type(error).__name__)
            return
        Webhook.objects.filter(pk=webhook.pk).update(told_at=timezone.now())


def _mail(webhook: Webhook) -> None:
    tell_members(webhook.organization, roles_that_may(Permission.MANAGE), lambda: _words(webhook))


def _words(webhook: Webhook) -> tuple[str, str]:
    words = {
        "name": webhook.name,
        "organization": webhook.organization.name,
        "why": REASONS.get(webhook.reason, ""),
        "days": settings.EVENT_DAYS,
        "portal": settings.PORTAL_URL,
    }
    subject = _("The webhook “%(name)s” was disabled") % words
    text = _(
        "The webhook “%(name)s” of %(organization)s was disabled: %(why)s\n\n"
        "Events are kept in the journal for %(days)s days. Once the receiver works again, ask"
        " for its challenge anew; what it missed can be fetched from the journal.\n\n%(portal)s"
    )
    return subject, text % words
