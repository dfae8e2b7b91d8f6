"""The challenge: a URL is told nothing until whoever is there has shown that they want it (§12)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from jobs.events.queue import lease_seconds
from jobs.models import Webhook
from jobs.models.webhooks import WebhookState
from privacyportal import outbound

VISIT_MINUTES = 5
PATH = "/data/core/privacy/webhook-validations/%s"
MOST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Challenge:
    """A webhook whose challenge is ours; `token` is what a visit would name."""

    webhook_id: int
    url: str
    token: str


@dataclass(frozen=True, slots=True)
class Challenged:
    """How it ended: the state that the webhook gets, and why where it is disabled."""

    challenge: Challenge
    state: WebhookState
    reason: str = ""


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def claim(most: int) -> list[Challenge]:
    """Webhooks whose challenge is to come, under a lease. The token of a visit is valid before it
    is told: whoever receives it may visit at once."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM jobs_webhook WHERE state = 'pending' AND deleted_at IS NULL"
                " AND (lease_until IS NULL OR lease_until < statement_timestamp())"
                " ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
                [most],
            )
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return []
        found = list(Webhook.objects.filter(pk__in=ids).order_by("pk"))
        taken = [Challenge(one.pk, one.url, secrets.token_urlsafe(32)) for one in found]
        now = timezone.now()
        for webhook, challenge in zip(found, taken, strict=True):
            # Two exchanges: GET, then perhaps POST.
            webhook.lease_until = now + timedelta(seconds=2 * lease_seconds())
            webhook.visit_hash = hashed(challenge.token)
            webhook.visit_until = now + timedelta(minutes=VISIT_MINUTES)
        Webhook.objects.bulk_update(found, ["lease_until", "visit_hash", "visit_until"])
        return taken


def make(challenge: Challenge) -> Challenged:
    """GET with the challenge; where the answer lacks it, POST with the address to visit."""
    word = secrets.token_urlsafe(16)
    joint = "&" if "?" in challenge.url else "?"
    try:
        answer = _call("GET", f"{challenge.url}{joint}challenge={word}", None)
        if answer.status != 200:
            return Challenged(challenge, WebhookState.DISABLED, "challenge_failed")
        if _holds(answer.body, word):
            return Challenged(challenge, WebhookState.ACTIVE)
        visit = f"{settings.PORTAL_URL}{PATH % challenge.token}"
        posted = _call("POST", challenge.url, msgspec.json.encode({"validationUrl": visit}))
    except outbound.OutboundError as error:
        return Challenged(challenge, WebhookState.DISABLED, error.kind)
    if 200 <= posted.status < 300:
        return Challenged(challenge, WebhookState.WAITING)
    return Challenged(challenge, WebhookState.DISABLED, "challenge_failed")


def _call(method: str, url: str, body: bytes | None) -> outbound.Answer:
    headers = {"Content-Type": "application/json"} if body else {}
    seconds = settings.WEBHOOK_SECONDS
    return outbound.call(
        method, url, headers=headers, body=body, seconds=seconds, most_bytes=MOST_BYTES
    )


def _holds(body: bytes, word: str) -> bool:
    """The challenge as text, or as {"challenge": …}."""
    if body.strip() == word.encode():
        return True
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return told == word or (isinstance(told, dict) and told.get("challenge") == word)


def record(ended: Sequence[Challenged]) -> None:
    """Where nothing happened in between: a visit, another address, a new challenge."""
    now = timezone.now()
    for one in ended:  # a handful, each once in its life
        visit: dict[str, object] = {"visit_hash": None, "visit_until": None}
        if one.state == WebhookState.WAITING:  # the minutes count from the POST, not from the claim
            visit = {"visit_until": now + timedelta(minutes=VISIT_MINUTES)}
        Webhook.objects.filter(
            pk=one.challenge.webhook_id,
            state=WebhookState.PENDING,
            visit_hash=hashed(one.challenge.token),
        ).update(
            state=one.state,
            reason=one.reason,
            changed_at=now,
            lease_until=None,
            told_at=now if one.state == WebhookState.DISABLED else None,
            **visit,
        )


def visit(token: str) -> bool:
    """Somebody visited the address that was posted: True where that was in time."""
    return bool(
        Webhook.objects.filter(
            visit_hash=hashed(token),
            visit_until__gt=timezone.now(),
            state__in=[WebhookState.PENDING, WebhookState.WAITING],
            deleted_at=None,
        ).update(
            state=WebhookState.ACTIVE,
            reason="",
            changed_at=timezone.now(),
            lease_until=None,
            visit_hash=None,
            visit_until=None,
        )
    )
