"""What an access job gives back: found, and streamed as a ZIP; every download is audited."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.models import Job, PackageContent
from jobs.rules.states import Action, JobState
from jobs.services.package_parts import Expired, Package, Part
from jobs.services.package_zip import zipped
from privacyportal.actors import Actor
from privacyportal.audit.services import record

__all__ = ["Expired", "Package", "download", "find"]


def find(job: Job) -> Package | None:
    """The package of a complete access job, alive or expired; None of any other job."""
    if job.action != Action.ACCESS or job.state != JobState.COMPLETE:
        return None
    responses = job.responses.select_related("product").order_by("id")
    contents = {
        content.pk: content
        for content in PackageContent.objects.filter(job_id=job.pk).defer("body_sealed")
    }
    return Package(job, tuple(Part(r, contents.get(r.pk)) for r in responses))


def download(*, package: Package, by: Actor) -> Iterator[bytes]:
    """The ZIP, in pieces. Recorded before the first of them; not to be read in a transaction.
    Raises Expired."""
    if package.expired:
        raise Expired
    job = package.job
    sizes = [size for part in package.parts for _name, size, _digest in part.files]
    record(
        organization=job.organization,
        by=by,
        verb="package.download",
        target=("job", str(job.public_id)),
        detail={"files": len(sizes), "bytes": sum(sizes)},
    )
    return zipped(package)
