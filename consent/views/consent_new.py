"""Recording what people chose, as they told it by phone, letter or e-mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from consent.forms import ConsentForm
from consent.services import calls, records
from consent.views.access import allow, find_record
from jobs.models import Product
from jobs.rules.states import Action
from jobs.views.visible import member_of
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

PAGE, REVIEW = "consent/consent_new.html", "consent/_review.html"


@require_http_methods(["GET", "HEAD", "POST"])
def consent_new(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    allow(member, Permission.OPT_OUT_WRITE)
    if request.method != "POST":
        form = ConsentForm(organization=member.organization, initial=_asked(request))
        return page(request, PAGE, _context(form))
    form = ConsentForm(request.POST, organization=member.organization)
    if request.headers.get("HX-Request"):
        return page(request, REVIEW, _context(form))
    if not form.is_valid():
        return page(request, PAGE, _context(form), status=422)
    return _recorded(request, member, form)


@require_http_methods(["POST"])
def record_change(request: HttpRequest, public_id: Any) -> HttpResponse:
    """The other choice for the identity of a record."""
    member = member_of(request)
    record = find_record(member, public_id)
    allow(member, Permission.OPT_OUT_WRITE)
    draft = calls.again(record, opted_out=request.POST.get("choice") == "out")
    calls.accept(organization=member.organization, by=member.user.actor, draft=draft)
    messages.success(request, _("Opted out.") if draft.opted_out else _("Opted back in."))
    latest = records.history(record)[0]
    return redirect("consent:record-detail", latest.public_id)


def _asked(request: HttpRequest) -> dict[str, Any]:
    choice = request.GET.get("choice", "")
    return {"choice": choice} if choice in ("out", "in") else {}


def _recorded(request: HttpRequest, member: Member, form: ConsentForm) -> HttpResponse:
    draft = form.draft()
    call = calls.accept(organization=member.organization, by=member.user.actor, draft=draft)
    if draft.opted_out:
        told = ngettext("%(n)s identity opted out.", "%(n)s identities opted out.", call.total)
    else:
        told = ngettext(
            "%(n)s identity opted back in.", "%(n)s identities opted back in.", call.total
        )
    messages.success(request, told % {"n": call.total})
    return redirect("consent:record-list")


def _context(form: ConsentForm) -> dict[str, Any]:
    supporting = Product.objects.for_organization(form.organization).filter(
        actions__contains=[Action.OPT_OUT]
    )
    return {
        "form": form,
        "received_on": str(form["received_on"].value() or form.today),
        "identities": len(form.identities),
        "problems": len(form.reading.problems),
        "products": list(supporting.order_by("code")),
        "choice": form["choice"].value(),
    }
