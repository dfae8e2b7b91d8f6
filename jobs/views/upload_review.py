"""What a file would make, before anything is made; and the words that confirm it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jobs.forms import law_note
from jobs.models import Product, Upload
from jobs.models.uploads import UploadState
from jobs.rules.states import Action
from jobs.services.overview import today
from jobs.upload_forms import ConfirmForm
from jobs.uploads import uploads
from jobs.uploads.report import Report
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
        uploads.confirm(member=member, public_id=public_id, revision=form.cleaned_data["revision"])
    except (Upload.DoesNotExist, uploads.Changed):
        messages.warning(request, _("The file has changed since. Look at it again."))
        return redirect(where(upload))
    return redirect("jobs:upload-list")


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
        "parts": parts,
        "each": [(Action(a).label, n) for a, n in sorted(report.actions.items())],
        "products": [known.get(code, code) for code in report.products],
        "paused": [p for code in report.products if (p := known.get(code)) and p.paused_at],
        "notes": [
            law_note(organization, code, today(organization), sorted(report.actions))
            for code in report.regulations
        ],
    }
