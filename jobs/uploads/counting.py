"""What the deletes of a file would touch, as of a draft (jobs.services.dry_run): of its first
people, since a product is asked for an answer within seconds."""

from __future__ import annotations

from jobs.models import DryRun, Upload
from jobs.models.uploads import UploadState
from jobs.processors.base import Assignment
from jobs.services import dry_run
from jobs.services.dry_run import Result
from jobs.uploads import uploads
from privacyportal.keys.services import sealer

MOST = 1000  # people


def start(upload: Upload) -> None:
    """Has the products of a file that is ready counted."""
    if report := uploads.report(upload):
        dry_run.ask(upload, report.products, _about(upload))


def result(upload: Upload) -> Result | None:
    return dry_run.result(upload, _about(upload))


def count(dry_run_id: int) -> None:
    dry_run.count(dry_run_id, of_upload=_deletes)


def _about(upload: Upload) -> bytes:
    return upload.revision.to_bytes(4, "big")


def _deletes(row: DryRun) -> list[Assignment]:
    """Those of the first MOST people who are to be deleted that concern the product."""
    upload = row.upload
    assert upload is not None
    if upload.state != UploadState.READY or _about(upload) != bytes(row.about):
        raise dry_run.Changed("count.file_changed")
    key, found, people = sealer(upload.data_key_id), [], 0
    for part in upload.parts.order_by("number").iterator(chunk_size=10):
        draft = uploads.part(upload, part, key).request
        deletes = dry_run.assignments(draft)[: MOST - people] if draft else []
        people += len(deletes)
        if draft and row.product.code in draft.products:
            found += deletes
        if people == MOST:
            break
    return found
