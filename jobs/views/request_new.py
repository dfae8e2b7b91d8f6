"""The form that submits a request. HTMX asks the same URL: a GET for the note on the law, a POST
for the review; only a form that the browser sends stores anything."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from jobs.forms import LawForm, RequestForm, typed_again
from jobs.services import people_text, portal, saved_drafts, submission
from jobs.views.people_blocks import people
from jobs.views.request_review import choices, review
from jobs.views.request_undo import offer_undo
from jobs.views.visible import writer
from privacyportal.htmx import page
from privacyportal.organizations.models import Member

PAGE, LAW, REVIEW = "jobs/request_new.html", "jobs/_law_note.html", "jobs/_review.html"
PEOPLE = "jobs/_people.html"
BESIDE = 5  # problems of people that stand beside the field too


@require_http_methods(["GET", "HEAD", "POST"])
def request_new(request: HttpRequest) -> HttpResponse:
    member = writer(request)
    organization = member.organization
    if request.method != "POST":
        if request.headers.get("HX-Request"):
            return page(request, LAW, {"note": LawForm(request.GET).note(organization)})
        return page(request, PAGE, _context(_begun(request, member), member))
    form = RequestForm(_mended(request, organization), organization=organization)
    if request.headers.get("HX-Request"):
        return page(request, REVIEW, {"form": form, "review": review(form, member)})
    if "mend" not in request.POST and form.is_valid():
        return _submitted(request, member, form)
    return _again(request, form, member)


@require_POST
def request_people(request: HttpRequest) -> HttpResponse:
    """The people as they are read so far, and with them the review."""
    member = writer(request)
    form = RequestForm(request.POST, organization=member.organization)
    context = {"review": review(form, member), "oob": True, **people(form, request.POST)}
    return page(request, PEOPLE, context)


def _begun(request: HttpRequest, member: Member) -> RequestForm:
    """An empty form, or one that goes on with a draft; one that is not there is 404."""
    if not (given := request.GET.get("draft")):
        return RequestForm(organization=member.organization)
    try:
        saved = saved_drafts.find(member, UUID(given))
    except ValueError:
        saved = None
    if saved is None:
        raise Http404
    typed = typed_again(saved_drafts.read(saved), member.organization)
    initial = {**typed, "draft_id": saved.public_id}
    return RequestForm(organization=member.organization, initial=initial)


def _again(request: HttpRequest, form: RequestForm, member: Member) -> HttpResponse:
    response = page(request, PAGE, _context(form, member))
    response.status_code = 422
    return response


def _mended(request: HttpRequest, organization: Any) -> Any:
    """What was sent, with the mend that the person chose: the number of a problem."""
    sent = request.POST
    if "mend" not in sent:
        return sent
    problems = RequestForm(sent, organization=organization).reading.problems
    index = int(sent["mend"]) if sent["mend"].isdecimal() and len(sent["mend"]) < 5 else -1
    if not 0 <= index < len(problems):
        return sent
    mended = sent.copy()
    mended["people"] = people_text.mend(sent.get("people", ""), problems[index])
    return mended


def _submitted(request: HttpRequest, member: Member, form: RequestForm) -> HttpResponse:
    draft, saved = form.draft(), form.cleaned_data["draft_id"]
    try:
        done = portal.submit(member=member, draft=draft, saved=saved)
    except submission.RequestIdTaken:
        by = member.user.actor
        same = submission.find_same(organization=member.organization, by=by, draft=draft)
        if same is None:
            return _changed_since(request, form, member)
        told = _("This request was submitted already, as %(request)s; nothing was made twice.")
        messages.success(request, f"{told % _words(same)}\n{_due(same)}")
        return HttpResponseRedirect(_where_to(same))
    told = _("%(jobs)s submitted as request %(request)s.") % _words(done)
    if settings.PORTAL_UNDO_SECONDS:
        place = reverse("jobs:request-undo", args=[done.request.public_id])
        offer_undo(request, place, done.request.created_at, [told, _due(done)])
    else:
        messages.success(request, f"{told}\n{_due(done)}")
    return HttpResponseRedirect(_where_to(done))


def _where_to(done: submission.Submitted) -> str:
    if len(done.jobs) == 1:
        return reverse("jobs:job-detail", args=[done.jobs[0].public_id])
    return reverse("jobs:job-list")


def _changed_since(request: HttpRequest, form: RequestForm, member: Member) -> HttpResponse:
    """Sent once, then changed and sent again: that may be meant, and may be a slip."""
    data = request.POST.copy()
    data["request_id"] = submission.new_request_id()
    again = RequestForm(data, organization=form.organization)
    again.add_error(
        None,
        _(
            "You have submitted this form already, as request %s, and changed it since. "
            "Submit once more to make a second request."
        )
        % form.cleaned_data["request_id"],
    )
    return _again(request, again, member)


def _words(done: submission.Submitted) -> dict[str, Any]:
    count = len(done.jobs)
    jobs = ngettext("%(n)s job", "%(n)s jobs", count) % {"n": count}
    return {"jobs": jobs, "request": done.request.request_id}


def _due(done: submission.Submitted) -> str:
    dates = sorted(set(done.request.jobs.values_list("due_on", flat=True)))
    shown = [date_format(day, "D j F Y") for day in dates]
    if len(shown) == 1:
        return _("Due %s.") % shown[0]
    return _("Due %(first)s to %(last)s.") % {"first": shown[0], "last": shown[-1]}


def _context(form: RequestForm, member: Member) -> dict[str, Any]:
    day = form["received_on"].value() or form.today
    law = {name: form[name].value() or "" for name in ("regulation", "actions")}
    note = LawForm({**law, "received_on": day}).note(form.organization)
    wrong = form.reading.problems if form.is_bound and form.errors.get("people") else []
    return {
        "form": form,
        "received_on": str(day),
        "note": note,
        "choices": choices(form),
        "review": review(form, member),
        "summary": _summary(form),
        "wrong": wrong[:BESIDE],
        "more": len(wrong[BESIDE:]),
        "drafts": _drafts(form, member),
        **people(form),
    }


def _drafts(form: RequestForm, member: Member) -> list[saved_drafts.SavedDraft]:
    """What one may go on with instead: only a form that nobody has begun offers it."""
    if form.is_bound or form["people"].value():
        return []
    return saved_drafts.unfinished(member)


def _summary(form: RequestForm) -> list[tuple[str, str]]:
    """Every problem and the field it is about."""
    return [(name, str(text)) for name, errors in form.errors.items() for text in errors]
