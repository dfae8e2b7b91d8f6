"""Notes and attachments on the page of a request and of its jobs: read by those who may, written,
taken away by their authors."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs.models import PrivacyRequest, RequestAttachment, RequestNote
from jobs.services import notes
from jobs.views.given import given_id
from jobs.views.in_memory import in_memory, too_large
from jobs.views.note_board import may_read
from jobs.views.request_page import request_page
from jobs.views.visible import find_request, member_of
from privacyportal.htmx import page
from privacyportal.organizations.models import Member

TOO_LARGE = gettext_lazy("The file is larger than 10 MB. Attach a smaller one, or several parts.")
FORGOTTEN = gettext_lazy("This request was forgotten: nothing can be written to it any more.")


@require_POST
def note_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    asked = _readable(member, public_id)
    text = request.POST.get("text", "").replace("\r\n", "\n").strip()
    if problem := _problem_of_note(text):
        return _refused(request, asked, problem, text)
    try:
        notes.add_note(request=asked, by=member.user.actor, text=text)
    except notes.TooMany:
        return _refused(request, asked, _("A request has at most 200 notes."), text)
    except notes.Destroyed:
        return _refused(request, asked, str(FORGOTTEN), "")
    return _back(request, asked)


def _problem_of_note(text: str) -> str:
    if not text:
        return _("The note is empty. Write something first.")
    if (over := len(text) - notes.LONGEST) > 0:
        return ngettext(
            "The note is %(n)s character too long. Shorten it, or attach it as a file.",
            "The note is %(n)s characters too long. Shorten it, or attach it as a file.",
            over,
        ) % {"n": over}
    if "\0" in text:
        return _("The note holds a character that cannot be kept. Write it anew.")
    return ""


@csrf_exempt  # until the handler is set: the check reads the body
@require_POST
def attachment_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    in_memory(request, notes.LARGEST)
    return _attachment_add(request, public_id)


@csrf_protect
def _attachment_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    asked = _readable(member, public_id)
    if too_large(request, notes.LARGEST):
        return _refused(request, asked, str(TOO_LARGE))
    file = request.FILES.get("file")
    if file is None or not file.size:
        return _refused(request, asked, _("No file was chosen, or it is empty. Choose one first."))
    if file.size > notes.LARGEST:
        return _refused(request, asked, str(TOO_LARGE))
    try:
        name = (file.name or _("file"))[:200]
        notes.attach(request=asked, by=member.user.actor, name=name, body=file.read())
    except notes.TooMany:
        return _refused(request, asked, _("A request has at most 20 files. Delete one first."))
    except notes.Destroyed:
        return _refused(request, asked, str(FORGOTTEN))
    return _back(request, asked)


@require_safe
def attachment_download(request: HttpRequest, public_id: UUID, item_id: UUID) -> HttpResponse:
    """Always a download, never shown: the portal trusts no file."""
    member = member_of(request)
    asked = _readable(member, public_id)
    try:
        name, body = notes.open_file(request=asked, by=member.user.actor, public_id=item_id)
    except (RequestAttachment.DoesNotExist, notes.Destroyed):
        raise Http404 from None
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(body, content_type="application/octet-stream", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
def note_delete(request: HttpRequest, public_id: UUID, item_id: UUID) -> HttpResponse:
    told = _("The note was deleted.")
    return _delete(request, public_id, item_id, notes.delete_note, "note", told)


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_delete(request: HttpRequest, public_id: UUID, item_id: UUID) -> HttpResponse:
    told = _("The file was deleted.")
    return _delete(request, public_id, item_id, notes.delete_file, "file", told)


def _delete(
    request: HttpRequest,
    public_id: UUID,
    item_id: UUID,
    delete: Callable[..., None],
    kind: str,
    told: str,
) -> HttpResponse:
    """A GET asks, and changes nothing."""
    member = member_of(request)
    asked = _readable(member, public_id)
    if request.method != "POST":
        return page(request, "jobs/note_delete.html", {"asked": asked, "kind": kind})
    try:
        delete(request=asked, by=member.user.actor, public_id=item_id)
    except (RequestNote.DoesNotExist, RequestAttachment.DoesNotExist):
        raise Http404 from None
    except notes.NotTheirs:
        raise PermissionDenied from None
    messages.success(request, told)
    return _back(request, asked)


def _readable(member: Member, public_id: UUID) -> PrivacyRequest:
    asked = find_request(member, public_id)
    if not may_read(asked, member):
        raise PermissionDenied
    return asked


def _refused(
    request: HttpRequest, asked: PrivacyRequest, problem: str, text: str = ""
) -> HttpResponse:
    """The request's page with the problem in its place, and what was written still there."""
    context = request_page(asked, member_of(request))
    context |= {"note_problem": problem, "note_text": text}
    return page(request, "jobs/request_detail.html", context, status=422)


def _back(request: HttpRequest, asked: PrivacyRequest) -> HttpResponse:
    """To the job's page if it was written there."""
    job_id = given_id(request.POST.get("job", ""))
    found = redirect("jobs:job-detail", job_id) if job_id else None
    found = found or redirect("jobs:request-detail", asked.public_id)
    found["Location"] += "#notes"
    return found
