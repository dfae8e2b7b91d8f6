"""What an access job gives back: found, and streamed as a ZIP; every download is audited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from jobs.models import Job, PackageContent, ProductResponse
from jobs.rules.states import Action, JobState
from jobs.services.package_parts import Expired, Package, Part
from jobs.services.package_zip import zipped
from privacyportal.actors import Actor
from privacyportal.audit.services import record

__all__ = ["Expired", "Package", "download", "find", "find_all"]


def find(job: Job) -> Package | None:
    """The package of a complete access job, alive or expired; None of any other job."""
    return find_all([job]).get(job.pk)


def find_all(jobs: Iterable[Job]) -> dict[int, Package]:
    """Job → package, of those that are complete access jobs; two queries for all of them."""
    done = {j.pk: j for j in jobs if j.action == Action.ACCESS and j.state == JobState.COMPLETE}
    if not done:
        return {}
    kept = PackageContent.objects.filter(job_id__in=done).defer("body_sealed")
    contents = {content.pk: content for content in kept}
    responses = ProductResponse.objects.filter(job_id__in=done).select_related("product")
    parts = defaultdict(list)
    for response in responses.order_by("id"):
        parts[response.job_id].append(Part(response, contents.get(response.pk)))
    return {pk: Package(job, tuple(parts[pk])) for pk, job in done.items()}


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
