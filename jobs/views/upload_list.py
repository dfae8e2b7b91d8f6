"""The page of uploads: files are dropped here, and stand here until they are submitted."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from jobs.models import Upload
from jobs.uploads import reading, uploads
from jobs.uploads.files import LARGEST
from jobs.views.given import given_id
from jobs.views.in_memory import in_memory, too_large
from jobs.views.upload_page import detail, first_to_see_to, listing, rows_of
from jobs.views.visible import writer
from privacyportal.htmx import page
from privacyportal.organizations.models import Member

PAGE, FILES = "jobs/upload_list.html", "jobs/_uploads.html"
TOGETHER = 3 * LARGEST  # bytes of one call, which are in memory at once
NO_FILE = gettext_lazy("No file was chosen, or it is empty. Choose one first.")
TOO_LARGE = gettext_lazy("This is larger than 20 MB. Make it several files, and upload them.")


@csrf_exempt  # until the handler is set: the check reads the body
@require_http_methods(["GET", "HEAD", "POST"])
def upload_list(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        in_memory(request, TOGETHER)
    return _upload_list(request)


@csrf_protect
def _upload_list(request: HttpRequest) -> HttpResponse:
    member = writer(request)
    if request.method != "POST":
        return shown(request, member)
    files = taken(request, "files")
    if isinstance(files, str):
        return shown(request, member, refused=files)
    small = reading.AT_ONCE
    for name, body in files:
        try:
            upload = uploads.receive(member=member, name=name, body=body)
        except uploads.TooMany:
            told = _("You have %s files here already. Submit or discard some first.")
            return shown(request, member, refused=told % uploads.MOST)
        small -= upload.size
        if small >= 0:  # further ones are read by the workers
            reading.read_now(upload)
    return redirect("jobs:upload-list")


def taken(request: HttpRequest, field: str) -> list[tuple[str, bytes]] | str:
    """Names and bytes of the files that were sent, or why they are refused."""
    if too_large(request, TOGETHER):
        return _("Together these are larger than 60 MB. Upload them one by one.")
    files: Sequence[UploadedFile] = request.FILES.getlist(field)
    if not files or not all(file.size for file in files):
        return str(NO_FILE)
    if any((file.size or 0) > LARGEST for file in files):
        return str(TOO_LARGE)
    return [(file.name or "requests", file.read()) for file in files]


def shown(
    request: HttpRequest, member: Member, *, chosen: Upload | None = None, refused: str = ""
) -> HttpResponse:
    """The page; HTMX gets the files alone."""
    rows = rows_of(member)
    asked = given_id(request.GET.get("file", "")) or (chosen.public_id if chosen else None)
    ids = {row.upload.public_id for row in rows}
    public_id: UUID | None = asked if asked in ids else first_to_see_to(rows)
    context = {**listing(rows, public_id), "refused": refused, "size": LARGEST}
    if request.headers.get("HX-Request") == "true":
        return page(request, FILES, context)
    if public_id and (upload := uploads.find(member, public_id)):
        context |= detail(member, upload)
    return page(request, PAGE, context, status=422 if refused else 200)


def where(upload: Upload, place: str = "") -> str:
    return f"{reverse('jobs:upload-list')}?file={upload.public_id}{place}"
