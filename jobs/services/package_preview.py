"""One file of a package: shown as tables or text, or downloaded alone. Both are recorded, since
both give content to a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone

from jobs.models import Job
from jobs.rules.states import Action
from jobs.services import packages, tables
from jobs.services.package_parts import Expired, Package, Part, open_body
from jobs.services.tables import Reading
from privacyportal.actors import Actor
from privacyportal.audit.services import record

__all__ = ["Expired"]

READ = 1024 * 1024  # of a file, however large it is


@dataclass(frozen=True, slots=True)
class PartFile:
    """A file of a part. `place` finds it again whatever other products give later: the number of
    the part, and of the file in it."""

    part: Part
    place: str
    name: str
    size: int
    records: int
    offset: int  # in the part's body


def files(parts: Sequence[Part]) -> list[PartFile]:
    """All files of a job's parts, in order."""
    found = []
    for number, part in enumerate(parts, start=1):
        offset = 0
        told = part.content.files if part.content else []
        for index, (name, size, _digest) in enumerate(part.files):
            records = told[index]["records"]
            place = f"{number}-{index + 1}"
            found.append(PartFile(part, place, name, size, records, offset))
            offset += size
    return found


def find(job: Job, place: str) -> PartFile | None:
    """A file of an access job, which may still be at work. Raises Expired."""
    if job.action != Action.ACCESS:
        return None
    parts = packages.parts_of([job.pk])
    found = next((file for file in files(parts) if file.place == place), None)
    if found and _is_over(job, parts, found):
        raise Expired
    return found


def _is_over(job: Job, parts: Sequence[Part], file: PartFile) -> bool:
    if job.closed_at:
        return Package(job, tuple(parts)).expired
    content = file.part.content
    assert content is not None  # it has a file
    destroyed = job.request.data_key.destroyed_at is not None
    return destroyed or content.removed_at is not None or content.expires_at <= timezone.now()


def preview(*, job: Job, file: PartFile, by: Actor) -> Reading:
    """What can be shown of the beginning of a file. Raises Expired."""
    _record("package.preview", job, file, by)
    data = b"".join(_bytes(file, min(file.size, READ)))
    return tables.read(file.name, data, whole=file.size <= READ, records=file.records)


def download(*, job: Job, file: PartFile, by: Actor) -> Iterator[bytes]:
    """The bytes of a file, in pieces; not to be read in a transaction. Raises Expired."""
    _record("package.download", job, file, by)
    return _bytes(file, file.size)


def _bytes(file: PartFile, many: int) -> Iterator[bytes]:
    assert file.part.content is not None
    for piece in open_body(file.part.content, skip=file.offset):
        yield piece[:many]
        many -= len(piece[:many])
        if not many:
            return


def _record(verb: str, job: Job, file: PartFile, by: Actor) -> None:
    record(
        organization=job.organization,
        by=by,
        verb=verb,
        target=("job", str(job.public_id)),
        detail={
            "files": 1,
            "bytes": file.size,
            "product": file.part.response.product_code,
            "file": file.place,
        },
    )
