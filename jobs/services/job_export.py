"""A job as rows for a spreadsheet: one for each product. No identity value, no key of a person."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from jobs.models import Identity, Job, ProductResponse
from jobs.rules import outcomes
from jobs.rules.states import CLOSED, State
from privacyportal import csvs
from privacyportal.actors import Actor
from privacyportal.audit.services import record


def export(*, job: Job, responses: Sequence[ProductResponse], by: Actor) -> str:
    """The text of a CSV file; `responses` come with their products."""
    names = _namespaces(job)
    record(
        organization=job.organization,
        by=by,
        verb="job.export",
        target=("job", str(job.public_id)),
        detail={"responses": len(responses)},
    )
    return csvs.written([_headings(), *(_row(job, response, names) for response in responses)])


def _headings() -> list[str]:
    return [
        _("Job"), _("Request"), _("Action"), _("Law"), _("Due"), _("Product"), _("Product code"),
        _("Status"), _("Code"), _("Message"), _("Records"), _("Processed identities"),
        _("Ignored identities"), _("Tries"), _("Last answer"),
    ]  # fmt: skip


def _row(job: Job, response: ProductResponse, names: dict[int, str]) -> list[object]:
    return [
        job.public_id,
        job.request.request_id,
        job.action_name,
        job.request.regulation_given,
        job.due_on.isoformat(),
        response.product or response.product_code,
        response.product_code,
        *answer(response),
        response.records_found,
        ", ".join(names[p] for p in response.processed if p in names),
        ", ".join(names[p] for p in response.ignored if p in names),
        response.tries,
        response.processed_at.isoformat() if response.processed_at else "",
    ]


def answer(response: ProductResponse) -> list[str]:
    """Status, code and message."""
    closed = response.state in CLOSED
    detail = outcomes.detail(response.outcome_detail, response.outcome_params)
    return [
        str(State(response.state).label),
        f"PRVCY-{response.outcome_code}" if closed else "",
        detail or (outcomes.message(response.outcome_code) if closed else ""),
    ]


def _namespaces(job: Job) -> dict[int, str]:
    found = Identity.objects.filter(request_subject_id=job.request_subject_id)
    return dict(found.values_list("position", "namespace_given"))
