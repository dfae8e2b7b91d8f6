"""What an access job gives back: found, and streamed as a ZIP; every download is audited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from jobs.models import Job, PackageContent, ProductResponse
from jobs.rules.states import Action, JobState
from jobs.services.package_parts import Expired, Package, Part
from jobs.services.package_zip import zipped
from privacyportal.actors import Actor
from privacyportal.audit.services import record

__all__ = ["Expired", "Package", "download", "find", "find_all", "find_incomplete", "parts_of"]


def find(job: Job) -> Package | None:
    """The package of a complete access job, alive or expired; None of any other job."""
    return find_all([job]).get(job.pk)


def find_all(jobs: Iterable[Job]) -> dict[int, Package]:
    """Job → package, of those that are complete access jobs; two queries for all of them."""
    return _packages(j for j in jobs if j.action == Action.ACCESS and j.state == JobState.COMPLETE)


def find_incomplete(job: Job) -> Package | None:
    """What the other products gave to an access job in error; None where none gave anything. The
    API does not know of it: there, only a complete job has a package."""
    if job.action != Action.ACCESS or job.state != JobState.ERROR:
        return None
    package = _packages([job])[job.pk]
    return package if any(part.content for part in package.parts) else None


def _packages(jobs: Iterable[Job]) -> dict[int, Package]:
    closed = {job.pk: job for job in jobs}
    if not closed:
        return {}
    parts = defaultdict(list)
    for part in parts_of(closed):
        parts[part.response.job_id].append(part)
    return {pk: Package(job, tuple(parts[pk])) for pk, job in closed.items()}


def parts_of(job_ids: Collection[int]) -> list[Part]:
    """The parts of these jobs, in the order of their products, without any body."""
    kept = PackageContent.objects.filter(job_id__in=job_ids).defer("body_sealed")
    contents = {content.pk: content for content in kept}
    responses = ProductResponse.objects.filter(job_id__in=job_ids).select_related("product")
    return [Part(r, contents.get(r.pk)) for r in responses.order_by("id")]


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
        detail={
            "files": len(sizes),
            "bytes": sum(sizes),
            **({"missing": len(package.missing)} if package.missing else {}),
        },
    )
    return zipped(package)
