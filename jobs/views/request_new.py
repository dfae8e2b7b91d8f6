"""The form that submits a request. HTMX asks the same URL: a GET for the note on the law, a POST
for the review; only a form that the browser sends stores anything."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from jobs.forms import LawForm, RequestForm
from jobs.rules.states import Action
from jobs.services import people_text, submission
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

PAGE, LAW, REVIEW = "jobs/request_new.html", "jobs/_law_note.html", "jobs/_review.html"
BESIDE = 5  # problems of people that stand beside the field too


@require_http_methods(["GET", "HEAD", "POST"])
def request_new(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    if not member or not member.may(Permission.PRIVACY_WRITE):
        raise PermissionDenied
    organization = member.organization
    if request.method != "POST":
        if request.headers.get("HX-Request"):
            return page(request, LAW, {"note": LawForm(request.GET).note(organization)})
        return page(request, PAGE, _context(RequestForm(organization=organization)))
    form = RequestForm(_mended(request, organization), organization=organization)
    if request.headers.get("HX-Request"):
        return page(request, REVIEW, {"form": form, "review": _review(form)})
    if "mend" not in request.POST and form.is_valid():
        return _submitted(request, member, form)
    return _again(request, form)


def _again(request: HttpRequest, form: RequestForm) -> HttpResponse:
    response = page(request, PAGE, _context(form))
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
    draft, by = form.draft(), member.user.actor
    done: submission.Submitted | None
    try:
        done = submission.submit(organization=member.organization, by=by, draft=draft)
        told = _("%(jobs)s submitted as request %(request)s.")
    except submission.RequestIdTaken:
        done = submission.find_same(organization=member.organization, by=by, draft=draft)
        told = _("This request was submitted already, as %(request)s; nothing was made twice.")
    if done is None:
        return _changed_since(request, form)
    messages.success(request, f"{told % _words(done)}\n{_due(done)}")
    return HttpResponseRedirect(_where_to(done))


def _where_to(done: submission.Submitted) -> str:
    if len(done.jobs) == 1:
        return reverse("jobs:job-detail", args=[done.jobs[0].public_id])
    return reverse("jobs:job-list")


def _changed_since(request: HttpRequest, form: RequestForm) -> HttpResponse:
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
    return _again(request, again)


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


def _context(form: RequestForm) -> dict[str, Any]:
    day = form["received_on"].value() or form.today
    law = {name: form[name].value() or "" for name in ("regulation", "actions")}
    note = LawForm({**law, "received_on": day}).note(form.organization)
    wrong = form.reading.problems if form.is_bound and form.errors.get("people") else []
    return {
        "form": form,
        "received_on": str(day),
        "note": note,
        "review": _review(form),
        "summary": _summary(form),
        "wrong": wrong[:BESIDE],
        "more": len(wrong[BESIDE:]),
    }


def _review(form: RequestForm) -> dict[str, Any]:
    """What a submission would make, counted as far as the form can be read."""
    chosen = form["actions"].value() or []
    actions = [action for action in Action if action in chosen]
    at = [product for product in form.known if product.code in (form["products"].value() or [])]
    people = len(form.reading.people)
    note = LawForm(form.data if form.is_bound else form.initial).note(form.organization)
    return {
        "people": people,
        "jobs": people * len(actions),
        "responses": people * len(actions) * len(at),
        "actions": actions,
        "products": len(at),
        "paused": [product for product in at if product.paused_at],
        "deletes": Action.DELETE in actions and people and at,
        "told": people_text.told(form.reading) if form.reading.lines else "",
        "note": note,
    }


def _summary(form: RequestForm) -> list[tuple[str, str]]:
    """Every problem and the field it is about."""
    return [(name, str(text)) for name, errors in form.errors.items() for text in errors]
