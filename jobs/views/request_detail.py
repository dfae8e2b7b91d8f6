"""The page of a request; what officers do to the whole of it; who sees to it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs.services import assignees, request_acts, request_progress
from jobs.services.request_progress import Stand
from jobs.views import request_words
from jobs.views.given import given_id
from jobs.views.request_page import request_page
from jobs.views.visible import find_request, member_of
from privacyportal.htmx import page
from privacyportal.organizations.permissions import Permission

ACTS = tuple(request_acts.CONDITIONS)


@require_safe
def request_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    asked = find_request(member, public_id)
    status, after = request.GET.get("status", ""), given_id(request.GET.get("after", ""))
    stand = Stand(status) if status in set(Stand) else None
    context = request_page(asked, member, stand=stand, after=after)
    context["polls"] = "seen" in request.GET
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)  # nothing to swap: what is read or focused stays
    return page(request, "jobs/request_detail.html", context, fragment="jobs/_request_detail.html")


@require_http_methods(["GET", "HEAD", "POST"])
def request_act(request: HttpRequest, public_id: UUID, act: str) -> HttpResponse:
    """One of ACTS. A GET asks, and changes nothing."""
    member = member_of(request)
    asked = find_request(member, public_id)
    if not member.may(Permission.ACT):
        raise PermissionDenied
    if request.method == "POST":
        done = request_acts.act(name=act, request=asked, by=member.user.actor)
        tell = messages.success if done.responses else messages.warning
        tell(request, request_words.result(act, done))
        return redirect("jobs:request-detail", public_id)
    offers = request_words.offers(request_progress.work(asked))
    offer = next((offer for offer in offers if offer.name == act), None)
    if offer is None:
        messages.warning(request, _("There is nothing to do any more: the request has moved on."))
        return redirect("jobs:request-detail", public_id)
    return page(request, "jobs/request_act.html", {"asked": asked, "offer": offer})


@require_POST
def request_assign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    asked = find_request(member, public_id)
    if not member.may(Permission.ACT):
        raise PermissionDenied
    wanted = request.POST.get("to", "")
    user_id = given_id(wanted)
    to = assignees.find(member.organization, user_id) if user_id else None
    if wanted and to is None:
        raise Http404
    if to != asked.assignee:
        assignees.assign(request=asked, by=member.user.actor, to=to)
    return redirect("jobs:request-detail", public_id)
