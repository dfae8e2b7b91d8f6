"""The rows of a list of records: a few queries, however many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from consent.models import ConsentRecord
from consent.services import records
from consent.services.records import SeenRecord
from jobs.models import Job
from jobs.views.job_rows import JobRow, job_rows, with_rows
from jobs.views.status import Status
from privacyportal.organizations.models import Member

OUT = Status("off", "cancelled", _("Opted out"))
BACK_IN = Status("ok", "complete", _("Opted in"))


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record as a page shows it; `job` tells its products, None until it is made."""

    seen: SeenRecord
    status: Status
    job: JobRow | None

    @property
    def record(self) -> ConsentRecord:
        return self.seen.record


def record_rows(found: Sequence[ConsentRecord], member: Member) -> list[RecordRow]:
    seen = records.seen(found)
    telling = with_rows(Job.objects.filter(pk__in=[one.job for one in seen if one.job]))
    jobs = {row.job.pk: row for row in job_rows(list(telling), member)}
    return [RecordRow(one, of_choice(one.record), jobs.get(one.job or 0)) for one in seen]


def of_choice(choice: Any) -> Status:
    """The status of a record or of a present state."""
    return OUT if choice.opted_out else BACK_IN
