"""What officers do to a job: asked on a page where there is no script, done by POST, then told."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jobs.services import officers
from jobs.views.act_words import offers, result
from jobs.views.visible import find_job, member_of
from privacyportal.htmx import page
from privacyportal.organizations.permissions import Permission

ACTS = {
    "retry": officers.retry,
    "cancel": officers.cancel,
    "release": officers.release,
    "drop": officers.drop,
}


@require_http_methods(["GET", "HEAD", "POST"])
def job_act(request: HttpRequest, public_id: UUID, act: str) -> HttpResponse:
    """One of ACTS. A GET asks, and changes nothing."""
    member = member_of(request)
    job = find_job(member, public_id)
    if not member.may(Permission.ACT):
        raise PermissionDenied
    if request.method == "POST":
        acts = ACTS[act](job=job, by=member.user.actor)
        tell = messages.success if any(one.done for one in acts) else messages.warning
        tell(request, result(act, acts))
        return redirect("jobs:job-detail", public_id)
    responses = list(job.responses.select_related("product").order_by("pk"))
    offer = next((offer for offer in offers(job, responses) if offer.name == act), None)
    if offer is None:
        messages.warning(request, _("There is nothing to do any more: the job has moved on."))
        return redirect("jobs:job-detail", public_id)
    return page(request, "jobs/job_act.html", {"job": job, "offer": offer})
