"""What was done for a person as rows for a spreadsheet: one for each product of each job, and one
for each choice about the sale of data. No identity value stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from jobs.models import DataSubject, Job, ProductResponse
from jobs.rules.regulations import lookup
from jobs.services import persons, shown_choices
from jobs.services.job_export import answer
from jobs.services.shown_choices import ShownChoice
from privacyportal import csvs
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.csvs import moment

MOST = 500  # jobs, the newest

Row = Sequence[object]


def export(*, person: DataSubject, by: Actor, clear: bool, zone: ZoneInfo) -> str:
    """The text of a CSV file; `clear` names the person, else the key is masked."""
    known = persons.known(person, clear=clear)
    jobs = _jobs(person)
    choices = shown_choices.of_identities(person.organization, known.fingerprints).history
    record(
        organization=person.organization,
        by=by,
        verb="person.export",
        target=("person", str(person.public_id)),
        detail={
            "jobs": len(jobs[:MOST]),
            "choices": len(choices),
            "people": "clear" if clear else "masked",
        },
    )
    rows = [
        *(row for job in jobs[:MOST] for row in _of_job(job, zone)),
        *(_of_choice(choice, zone) for choice in choices),
    ]
    name = known.key or _("Forgotten person")
    return csvs.written([_headings(), *([name, *row] for row in rows), *_rest(jobs)])


def _jobs(person: DataSubject) -> Sequence[Job]:
    """Newest first, one more than are told."""
    newest = Job.objects.filter(data_subject=person).order_by("-pk")[: MOST + 1]
    return list(newest.select_related("request").prefetch_related("responses__product"))


def _headings() -> list[str]:
    return [
        _("Person"), _("Request"), _("Job"), _("Action"), _("Law"), _("Received"), _("Submitted"),
        _("Due"), _("Closed"), _("Submitted by"), _("Channel"), _("Reference"), _("Product"),
        _("Product code"), _("Status"), _("Code"), _("Message"), _("Records"), _("Last answer"),
    ]  # fmt: skip


def _of_job(job: Job, zone: ZoneInfo) -> Iterator[Row]:
    request, law = job.request, lookup(job.regulation)
    told = [
        request.request_id, job.public_id, job.action_name, law or job.regulation,
        moment(request.received_at, zone), moment(job.created_at, zone), job.due_on.isoformat(),
        moment(job.closed_at, zone), request.submitted_by, request.get_channel_display(),
        request.external_reference,
    ]  # fmt: skip
    responses = sorted(job.responses.all(), key=_by_id)
    for response in responses:
        yield [
            *told, response.product or response.product_code, response.product_code,
            *answer(response), response.records_found, moment(response.processed_at, zone),
        ]  # fmt: skip
    if not responses:
        yield [*told, "", "", job.get_state_display(), *[""] * 4]


def _by_id(response: ProductResponse) -> int:
    return response.pk


def _of_choice(choice: ShownChoice, zone: ZoneInfo) -> Row:
    """The masked identity stands where products say what they did."""
    said = _("Opted out") if choice.opted_out else _("Opted in")
    identity = f"{choice.namespace} {choice.value}".strip()
    return [
        choice.request_id, "", _("Choice about the sale of data"), "", moment(choice.at, zone),
        *[""] * 4, choice.channel, *[""] * 3, said, "", identity, "", "",
    ]  # fmt: skip


def _rest(jobs: Sequence[Job]) -> list[Row]:
    """What the file does not tell, it says."""
    if len(jobs) <= MOST:
        return []
    return [[_("Older jobs than these %s are not in this file.") % MOST]]
