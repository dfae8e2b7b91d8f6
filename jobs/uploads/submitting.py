"""Making the requests of confirmed files. The content of a request stands in its part until the
transaction that makes it: a worker that is killed leaves all or nothing of one, and the next goes
on with what is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import msgspec
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from jobs.models import PrivacyRequest, Upload, UploadPart
from jobs.models.places import upload_place
from jobs.models.uploads import UploadState
from jobs.services import submission
from jobs.uploads import uploads
from jobs.uploads.reading import read_next
from jobs.uploads.report import Part
from privacyportal.actors import Actor
from privacyportal.keys.models import Purpose
from privacyportal.keys.services import create_data_key, destroy, sealer
from privacyportal.organizations.models import Organization

log = structlog.get_logger(__name__)
SECONDS = 10.0  # a turn
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=10)  # after a failure
# How a choice of sale is recorded is known to another app, which adds it in ready(): organization,
# by, draft → the request that was made of it.
RECORD_CHOICE: list[Callable[..., PrivacyRequest]] = []


def work() -> None:
    """Reads what is to be read and submits what is confirmed, for about ten seconds. Others who do
    the same take other files, and nobody waits for one that fails."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and (submit_next() or read_next()):
        pass
    finish()


def submit_next() -> bool:
    """Makes one request; whether there was one to be made."""
    with transaction.atomic():
        part = _next()
        if part is None:
            return False
        # It may have been taken back between the look and the lock.
        if Upload.objects.filter(pk=part.upload_id, state=UploadState.SUBMITTING).exists():
            _try(part)
    finish()
    return True


def _next() -> UploadPart | None:
    """What is to be made next, locked: of no file that can be taken back still."""
    now = timezone.now()
    waiting = UploadPart.objects.filter(
        Q(not_before=None) | Q(not_before__lte=now),
        upload__state=UploadState.SUBMITTING,
        upload__submitted_at__lte=now - timedelta(seconds=settings.PORTAL_UNDO_SECONDS),
        done_at=None,
    )
    locked = waiting.select_for_update(skip_locked=True, of=("self",))
    related = locked.select_related("upload__member__user", "upload__organization")
    return related.order_by("upload_id", "number").defer("upload__content_sealed").first()


def _try(part: UploadPart) -> None:
    """A failure is kept with the part: when it is tried again, and under which name the log tells
    of it."""
    try:
        with transaction.atomic():
            _submit(part)
    except Exception as error:
        wait = min(FIRST_WAIT * 2 ** min(part.failures, 10), LONGEST_WAIT)
        part.failures, part.reference = part.failures + 1, uuid4().hex[:8]
        part.not_before = timezone.now() + wait
        part.save(update_fields=["failures", "reference", "not_before"])
        name = type(error).__name__
        log.error("upload.part", part=part.pk, error=name, reference=part.reference)


def _submit(part: UploadPart) -> None:
    upload = part.upload
    content = uploads.part(upload, part, sealer(upload.data_key_id))
    part.request = _made(upload.organization, upload.member.user.actor, content)
    part.content_sealed, part.done_at = None, timezone.now()
    part.save(update_fields=["request", "content_sealed", "done_at"])


def _made(organization: Organization, by: Actor, content: Part) -> PrivacyRequest:
    if content.choice:
        [record_choice] = RECORD_CHOICE
        return record_choice(organization=organization, by=by, draft=content.choice)
    draft = content.request
    assert draft is not None
    try:
        return submission.submit(organization=organization, by=by, draft=draft).request
    except submission.RequestIdTaken:
        # Since the file was read. Its people are asked for all the same, under another id.
        draft = msgspec.structs.replace(draft, request_id=submission.new_request_id())
        return submission.submit(organization=organization, by=by, draft=draft).request


def finish() -> None:
    """Ends uploads of which all is made: the file and its key are destroyed, its name is kept, by
    another key, until it has had its time."""
    with transaction.atomic():
        open_ = UploadPart.objects.filter(upload=OuterRef("pk"), done_at=None)
        over = Upload.objects.filter(~Exists(open_), state=UploadState.SUBMITTING)
        for upload in over.select_for_update(skip_locked=True).defer("content_sealed"):
            name, before = uploads.name(upload), upload.data_key_id
            key = create_data_key(organization_id=upload.organization_id, purpose=Purpose.DRAFT)
            upload.data_key_id = key.id
            upload.name_sealed = key.seal(name, upload_place(upload.pk, "name"))
            upload.content_sealed = upload.choices_sealed = upload.report_sealed = None
            upload.state = UploadState.SUBMITTED
            upload.save()
            destroy(before)
