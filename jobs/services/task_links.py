"""The signed link by which somebody without an account sees to their tasks, and to nothing else.
It names no address; it works for two months, and each mail brings a new one."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from jobs.models import OutsideWorker
from privacyportal.actors import Actor
from privacyportal.audit.services import record

LIVES = timedelta(days=60)
SEEN_EVERY = timedelta(minutes=5)
signer = TimestampSigner(salt="task-link")


def link(outsider: OutsideWorker) -> str:
    token = signer.sign_object([str(outsider.public_id), outsider.link_number])
    return settings.PORTAL_URL + reverse("jobs:link-task-list", args=[token])


def find(token: str) -> OutsideWorker | None:
    """Whose link it is, while it works."""
    try:
        public_id, number = signer.unsign_object(token, max_age=LIVES)
    except (BadSignature, ValueError):
        return None
    found = OutsideWorker.objects.filter(
        public_id=public_id, link_number=number, organization__deleting_since=None
    )
    outsider: OutsideWorker | None = found.select_related("organization").first()
    return outsider


def note_use(outsider: OutsideWorker) -> None:
    now = timezone.now()
    if outsider.seen_at is None or outsider.seen_at < now - SEEN_EVERY:
        OutsideWorker.objects.filter(pk=outsider.pk).update(seen_at=now)


@transaction.atomic
def end_all(*, outsider: OutsideWorker, by: Actor) -> None:
    """No link that was mailed before works any more; the next mail brings one that does."""
    OutsideWorker.objects.filter(pk=outsider.pk).update(link_number=F("link_number") + 1)
    record(
        organization=outsider.organization,
        by=by,
        verb="task.end_links",
        target=("outside_worker", str(outsider.public_id)),
        detail={},
    )
