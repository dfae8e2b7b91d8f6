"""What a file would make, before anything is made; and the words that confirm it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from jobs.forms import law_note
from jobs.models import Product, Upload
from jobs.models.uploads import UploadState
from jobs.rules.states import Action
from jobs.services.overview import today
from jobs.upload_forms import ConfirmForm
from jobs.uploads import counting, uploads
from jobs.uploads.report import Report
from jobs.views.request_undo import offer_undo, undo_is_over
from jobs.views.upload_file import found
from jobs.views.upload_list import where
from jobs.views.visible import writer
from privacyportal.htmx import page
from privacyportal.organizations.models import Organization

PAGE = "jobs/upload_review.html"


@require_http_methods(["GET", "HEAD", "POST"])
def upload_review(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = writer(request)
    upload = found(member, public_id)
    report = uploads.report(upload)
    if upload.state != UploadState.READY or report is None:
        return redirect(where(upload))
    sent = request.POST if request.method == "POST" else None
    form = ConfirmForm(sent, deletes=report.actions.get(Action.DELETE, 0))
    if sent is None or not form.is_valid():
        status = 200 if sent is None else 422
        context = _context(member.organization, upload, report, form)
        return page(request, PAGE, context, status=status)
    try:
        revision = form.cleaned_data["revision"]
        upload = uploads.confirm(member=member, public_id=public_id, revision=revision)
    except (Upload.DoesNotExist, uploads.Changed):
        messages.warning(request, _("The file has changed since. Look at it again."))
        return redirect(where(upload))
    if settings.PORTAL_UNDO_SECONDS and upload.submitted_at:
        place = reverse("jobs:upload-undo", args=[public_id])
        offer_undo(request, place, upload.submitted_at, _told(upload))
    return redirect("jobs:upload-list")


@require_POST
def upload_undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Takes the submission back as a whole, or says that it is too late."""
    member = writer(request)
    upload = found(member, public_id)
    undo_is_over(request)
    try:
        uploads.take_back(member=member, public_id=public_id)
    except (Upload.DoesNotExist, uploads.Changed):
        told = _("It is too late to take the file back: requests of it are made, and go on.")
        messages.warning(request, told)
        return redirect(where(upload))
    messages.success(request, _("The file is taken back. No request was made of it."))
    return redirect("jobs:upload-review", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_count(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """POST has the products counted; GET tells what they have said so far."""
    upload = found(writer(request), public_id)
    report = uploads.report(upload)
    if upload.state != UploadState.READY or report is None:
        return redirect(where(upload))
    if request.method == "POST":
        counting.start(upload)
    if not request.headers.get("HX-Request"):
        return redirect(reverse("jobs:upload-review", args=[public_id]) + "#dry-run")
    return page(request, "jobs/_dry_run.html", {"count": _count(upload, report)})


def _count(upload: Upload, report: Report) -> dict[str, Any]:
    """`only` is how many people are counted where that is not all."""
    deletes = report.actions.get(Action.DELETE, 0)
    return {
        "place": reverse("jobs:upload-count", args=[upload.public_id]),
        "result": counting.result(upload),
        "only": counting.MOST if deletes > counting.MOST else 0,
    }


def _told(upload: Upload) -> list[str]:
    people = ngettext("%(n)s person", "%(n)s people", upload.people) % {"n": upload.people}
    return [_("The file is submitted."), people]


def _context(
    organization: Organization, upload: Upload, report: Report, form: ConfirmForm
) -> dict[str, Any]:
    known = {p.code: p for p in Product.objects.for_organization(organization)}
    parts = upload.parts.count()
    return {
        "upload": upload,
        "name": uploads.name(upload),
        "report": report,
        "form": form,
        "count": _count(upload, report) if form.deletes else None,
        "parts": parts,
        "each": [(Action(a).label, n) for a, n in sorted(report.actions.items())],
        "products": [known.get(code, code) for code in report.products],
        "paused": [p for code in report.products if (p := known.get(code)) and p.paused_at],
        "notes": [
            law_note(organization, code, today(organization), sorted(report.actions))
            for code in report.regulations
        ],
    }
