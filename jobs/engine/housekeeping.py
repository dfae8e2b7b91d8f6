"""Forgetting on time: expired packages, files without a row, and what else has had its day."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.engine.heartbeat import forget_the_dead
from jobs.engine.tallies import forget_tallies
from jobs.events.retention import forget_events
from jobs.events.signing import rotate_by_age
from jobs.models import DryRun, PackageContent, SavedDraft, Upload, UploadPart
from jobs.models.uploads import UploadState
from privacyportal.api.daily import forget_old_counts
from privacyportal.api.repeats import forget_old_marks
from privacyportal.keys.services import destroy
from privacyportal.organizations.services.credentials import forget_expired_tokens
from privacyportal.organizations.services.sessions import forget_expired as forget_expired_sessions

log = structlog.get_logger(__name__)
AT_ONCE = 1000


def keep_house() -> None:
    expire_packages()
    remove_strays()
    expire_drafts()
    expire_uploads()
    forget_expired_tokens()
    forget_expired_sessions()
    forget_old_marks()
    forget_old_counts()
    forget_events()
    forget_tallies()
    forget_the_dead()
    rotate_by_age()


def expire_packages() -> int:
    """The bodies of expired packages go, the rows stay. The row first: a file that is left over
    is a stray, a row without its file would be a promise that cannot be kept."""
    over = PackageContent.objects.filter(expires_at__lte=timezone.now(), removed_at=None)
    found = list(over.order_by("expires_at").values_list("pk", "path")[:AT_ONCE])
    PackageContent.objects.filter(pk__in=[pk for pk, _ in found]).update(
        body_sealed=None, path="", removed_at=timezone.now()
    )
    for _, path in found:
        if path:
            (settings.PACKAGE_DIR / path).unlink(missing_ok=True)
    return len(found)


def expire_drafts() -> int:
    """Forgets drafts that nobody went on with; how many."""
    with transaction.atomic():
        over = SavedDraft.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")
        locked = over.select_for_update(skip_locked=True).only("pk", "data_key_id")
        return forget_drafts(list(locked[:AT_ONCE]))


def forget_drafts(drafts: Sequence[SavedDraft]) -> int:
    """Removes drafts, which are locked, and destroys their keys."""
    DryRun.objects.filter(draft__in=drafts).delete()
    SavedDraft.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
    destroy(*(draft.data_key_id for draft in drafts))
    return len(drafts)


def expire_uploads() -> int:
    """Forgets files that had their time; how many. One that is being submitted is left."""
    with transaction.atomic():
        over = Upload.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")
        over = over.exclude(state=UploadState.SUBMITTING)
        locked = over.select_for_update(skip_locked=True).only("pk", "data_key_id")
        return forget_uploads(list(locked[:AT_ONCE]))


def forget_uploads(uploads: Sequence[Upload]) -> int:
    """Removes uploads, which are locked, and destroys their keys."""
    DryRun.objects.filter(upload__in=uploads).delete()
    UploadPart.objects.filter(upload__in=uploads).delete()
    Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()
    destroy(*(upload.data_key_id for upload in uploads))
    return len(uploads)


def remove_strays() -> int:
    """Files without a row, older than any batch can be: of workers that died or came late."""
    older_than = time.time() - settings.CELERY_TASK_TIME_LIMIT
    files = [path for path in settings.PACKAGE_DIR.glob("*/*") if path.stat().st_mtime < older_than]
    removed = 0
    for start in range(0, len(files), AT_ONCE):
        removed += _remove_unknown(files[start : start + AT_ONCE])
    if removed:
        log.info("package.strays", removed=removed)
    return removed


def _remove_unknown(files: list[Path]) -> int:
    names = {str(path.relative_to(settings.PACKAGE_DIR)): path for path in files}
    ids = {int(head) for path in files if (head := path.name.partition("-")[0]).isdigit()}
    kept = set(PackageContent.objects.filter(pk__in=ids).values_list("path", flat=True))
    strays = [path for name, path in names.items() if name not in kept]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)
