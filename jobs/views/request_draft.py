"""What is kept of a request that is being typed, and what a delete of it would touch."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jobs.forms import RequestForm
from jobs.models import SavedDraft
from jobs.services import dry_run, saved_drafts
from jobs.views.visible import writer
from privacyportal.htmx import page
from privacyportal.organizations.models import Member

DRAFT, COUNT = "jobs/_draft.html", "jobs/_dry_run.html"


@require_POST
def draft_save(request: HttpRequest) -> HttpResponse:
    """Asked by the page a few seconds after a change: says when it was saved, or why not."""
    member = writer(request)
    form = RequestForm(request.POST, organization=member.organization)
    try:
        saved = _save(member, form, form.kept_as) if form.reading.lines else None
    except saved_drafts.Submitted:
        return page(request, DRAFT, {})
    except saved_drafts.TooMany:
        return page(request, DRAFT, {"full": saved_drafts.MOST})
    return page(request, DRAFT, {"saved": saved})


@require_http_methods(["GET", "HEAD", "POST"])
def draft_discard(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = writer(request)
    if request.method != "POST":
        return page(request, "jobs/draft_discard.html", {"draft": _own(member, public_id)})
    if not saved_drafts.discard(member=member, public_id=public_id):
        raise Http404
    messages.success(request, _("The draft is discarded. Nothing of it is kept."))
    return HttpResponseRedirect(reverse("jobs:request-new"))


@require_http_methods(["GET", "HEAD", "POST"])
def draft_count(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """POST saves the form and has its products counted; GET tells what they have said so far."""
    member = writer(request)
    saved = _counting(request, member, public_id) if request.method == "POST" else None
    if not request.headers.get("HX-Request"):
        where = f"{reverse('jobs:request-new')}?draft={public_id}#dry-run"
        return HttpResponseRedirect(where)
    saved = saved or _own(member, public_id)
    result = dry_run.result(saved, bytes(saved.about))
    place = reverse("jobs:draft-count", args=[public_id])
    return page(request, COUNT, {"count": {"place": place, "result": result}})


def _counting(request: HttpRequest, member: Member, public_id: UUID) -> SavedDraft:
    form = RequestForm(request.POST, organization=member.organization)
    try:
        saved = _save(member, form, public_id, one_more=True)
    except saved_drafts.Submitted:
        raise Http404 from None
    dry_run.start(saved)
    return saved


def _save(
    member: Member, form: RequestForm, public_id: UUID, *, one_more: bool = False
) -> SavedDraft:
    return saved_drafts.save(
        member=member, public_id=public_id, content=form.content(), one_more=one_more
    )


def _own(member: Member, public_id: UUID) -> SavedDraft:
    if (saved := saved_drafts.find(member, public_id)) is None:
        raise Http404
    return saved
