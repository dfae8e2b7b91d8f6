"""A list of jobs as CSV, a chunk at a time: however long, a few hundred rows are in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from jobs.models import Job, ProductResponse
from jobs.rules.regulations import lookup
from jobs.rules.states import State
from jobs.services import people
from jobs.services.job_filter import JobFilter, JobList
from privacyportal import csvs
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.csvs import moment
from privacyportal.organizations.models import Organization

CHUNK = 500


def export(
    *,
    wanted: JobFilter,
    jobs: QuerySet[Job],
    organization: Organization,
    by: Actor,
    clear: bool,
    zone: ZoneInfo,
) -> Iterator[str]:
    """The pieces of the file; `clear` names people, else they are masked. What was asked for is
    recorded before the first piece is made."""
    told = {name: value for name, value in wanted.given.items() if name != "range"}
    record(
        organization=organization,
        by=by,
        verb="job.export",
        target=("organization", str(organization.public_id)),
        detail={"filter": told, "people": "clear" if clear else "masked"},
    )
    return _pieces(wanted, jobs, organization, by, clear, zone)


def _pieces(
    wanted: JobFilter,
    jobs: QuerySet[Job],
    organization: Organization,
    by: Actor,
    clear: bool,
    zone: ZoneInfo,
) -> Iterator[str]:
    yield csvs.written([_heads()])
    while True:
        found = JobList(wanted, jobs, organization, by).page(CHUNK, _with_rows)
        counts = products_done([job.pk for job in found.jobs])
        names = people.names(found.jobs, clear=clear)
        yield csvs.lines(
            _cells(job, names[job.pk], counts.get(job.pk, (0, 0)), zone) for job in found.jobs
        )
        if not found.after:
            return
        wanted = wanted.having(after=found.after)


def _with_rows(jobs: QuerySet[Job]) -> QuerySet[Job]:
    return jobs.select_related("request", "request_subject")


def _heads() -> list[str]:
    return [
        _("Job"), _("Request"), _("Person"), _("Action"), _("Law"), _("Status"),
        _("Products done"), _("Products"), _("Received"), _("Submitted"), _("Due"), _("Closed"),
        _("Submitted by"), _("Channel"), _("Reference"),
    ]  # fmt: skip


def _cells(job: Job, person: str, products: tuple[int, int], zone: ZoneInfo) -> Sequence[str]:
    request, law = job.request, lookup(job.regulation)
    return [
        str(job.public_id), request.request_id, person, job.action_name,
        str(law or job.regulation), job.get_state_display(), str(products[0]), str(products[1]),
        moment(request.received_at, zone), moment(job.created_at, zone), job.due_on.isoformat(),
        moment(job.closed_at, zone), request.submitted_by, request.get_channel_display(),
        request.external_reference,
    ]  # fmt: skip


def products_done(jobs: Collection[int]) -> Mapping[int, tuple[int, int]]:
    """Job → its complete responses and all of them."""
    responses = ProductResponse.objects.filter(job__in=jobs)
    counted = (
        responses.order_by()
        .values("job_id")
        .annotate(done=Count("pk", filter=Q(state=State.COMPLETE)), all=Count("pk"))
    )
    return {row["job_id"]: (row["done"], row["all"]) for row in counted}
