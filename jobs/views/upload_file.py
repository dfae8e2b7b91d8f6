"""What is done with one uploaded file: another in its place, its columns, its problems, away with
it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs.models import Upload
from jobs.uploads import reading, submitting, uploads
from jobs.views.figures import grouped
from jobs.views.in_memory import in_memory
from jobs.views.upload_list import PAGE, TOGETHER, shown, taken, where
from jobs.views.upload_page import columns_form, detail, listing, row_of, rows_of
from jobs.views.visible import writer
from privacyportal.csvs import written
from privacyportal.htmx import page
from privacyportal.organizations.models import Member


def found(member: Member, public_id: UUID) -> Upload:
    """A file of the member's own; any other is 404."""
    if (upload := uploads.find(member, public_id)) is None:
        raise Http404
    return upload


@csrf_exempt  # until the handler is set: the check reads the body
@require_POST
def upload_replace(request: HttpRequest, public_id: UUID) -> HttpResponse:
    in_memory(request, TOGETHER)
    return _upload_replace(request, public_id)


@csrf_protect
def _upload_replace(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = writer(request)
    upload = found(member, public_id)
    files = taken(request, "file")
    if isinstance(files, str):
        return shown(request, member, chosen=upload, refused=files)
    [(name, body), *_rest] = files
    try:
        upload = uploads.replace(member=member, public_id=public_id, name=name, body=body)
    except (Upload.DoesNotExist, uploads.Changed):
        return _too_late(request, upload)
    reading.read_now(upload)
    return redirect(where(upload))


@require_POST
def upload_columns(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = writer(request)
    upload = found(member, public_id)
    report = uploads.report(upload)
    if report is None or not report.columns:
        return _too_late(request, upload)
    form = columns_form(member, upload, report, request.POST)
    if not form.is_valid():
        rows = listing(rows_of(member), upload.public_id)
        return page(request, PAGE, {**rows, **detail(member, upload, form)}, status=422)
    try:
        upload = uploads.choose(member=member, public_id=public_id, choices=form.choices())
    except (Upload.DoesNotExist, uploads.Changed):
        return _too_late(request, upload)
    reading.read_now(upload)
    return redirect(where(upload))


@require_safe
def upload_problems(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """All problems of a file, for those who mend it in a spreadsheet."""
    report = uploads.report(found(writer(request), public_id))
    if report is None:
        raise Http404
    heading = (_("Line"), _("Column"), _("Value"), _("What is wrong, and what to do"))
    rows = [(p.line or "", p.place, p.value, p.sentence) for p in report.problems]
    headers = {
        "Content-Disposition": 'attachment; filename="problems.csv"',
        "Cache-Control": "no-store, private",
    }
    text = written([heading, *rows])
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_discard(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A GET asks, and changes nothing."""
    member = writer(request)
    upload = found(member, public_id)
    if request.method != "POST":
        row = row_of(upload)
        return page(request, "jobs/upload_discard.html", {"upload": upload, "row": row})
    if people := uploads.give_up(member=member, public_id=public_id):
        submitting.finish()
        told = ngettext("%(n)s person is not asked for.", "%(n)s people are not asked for.", people)
        messages.success(request, told % {"n": grouped(people)})
        return redirect("jobs:upload-list")
    if not uploads.discard(member=member, public_id=public_id):
        return _too_late(request, upload)
    messages.success(request, _("The file is discarded. Nothing of it is kept."))
    return redirect("jobs:upload-list")


@require_POST
def upload_retry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Has what failed of a file tried at once; the page tells how that goes."""
    member = writer(request)
    upload = found(member, public_id)
    if uploads.try_again(member=member, public_id=public_id):
        messages.success(request, _("It is tried again now."))
    return redirect(where(upload))


def _too_late(request: HttpRequest, upload: Upload) -> HttpResponse:
    told = _("The file has changed since, or is submitted. Look at it again.")
    messages.warning(request, told)
    return redirect(where(upload))
