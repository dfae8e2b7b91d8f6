"""Jobs brought into a state as the engine would leave them, without an engine."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from jobs.models import Job, PackageContent, ProductResponse
from jobs.models.places import content_place
from jobs.processors.content import ContentWriter
from jobs.rules.states import JobState, State
from privacyportal.keys.services import sealer
from tests.api.conftest import JOBS, Program


def submit(program: Program, body: dict[str, Any], path: str = JOBS, *, key: str = "") -> list[Job]:
    """`key` marks the call."""
    marked = program.having(Idempotency_Key=key) if key else program
    answer = marked.post(body, path)
    assert answer.status_code == 202, answer.content
    ids = [job["jobId"] for job in answer.json()["jobs"]]
    found = {str(job.public_id): job for job in Job.objects.filter(public_id__in=ids)}
    return [found[job_id] for job_id in ids]


def close(job: Job, *, code: str = "6000-200", at: datetime | None = None, **changes: Any) -> None:
    """Every response of the job has the same outcome; the job is closed with them."""
    at = at or timezone.now()
    good = code.endswith("-200")
    state = State.COMPLETE if good else State.ERROR
    ProductResponse.objects.filter(job=job).update(
        state=state, outcome_code=code, processed_at=at, attempts=1, tries=1, **changes
    )
    job.state = JobState.COMPLETE if good else JobState.ERROR
    job.closed_at = job.modified_at = at
    job.failed_at = None if good else at
    job.save()


def give(job: Job, product: str, files: dict[str, bytes], folder: Path) -> PackageContent:
    """Content of one product, sealed as the engine seals it: a row, or a file when it is large."""
    response = job.responses.get(product_code=product)
    key = sealer(job.request.data_key_id)

    def seal(number: int, data: bytes) -> bytes:
        return key.seal(data, content_place(response.pk, number))

    writer = ContentWriter(seal, folder / f"{response.pk}-content")
    for name, data in files.items():
        with writer.file(name) as file:
            file.write(data)
    done = writer.finish()
    return PackageContent.objects.create(
        organization_id=job.organization_id,
        response=response,
        job_id=job.pk,
        data_key_id=key.id,
        files=[
            {"name": f.name, "size": f.size, "records": 1, "sha256": f.sha256} for f in done.files
        ],
        size=done.size,
        body_sealed=None if done.body is None else seal(0, done.body),
        path="" if done.path is None else str(done.path.relative_to(settings.PACKAGE_DIR)),
        created_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=60),
    )
