"""One program: what it may, its secret replaced, its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs.program_forms import RotateForm
from jobs.services import webhooks
from jobs.views.product_access import manager
from privacyportal.htmx import page, posted
from privacyportal.organizations import shown_once
from privacyportal.organizations.models import ApiCredential, Member
from privacyportal.organizations.permissions import PROGRAM_WORDS, Permission
from privacyportal.organizations.services import credentials

OVERLAP = timedelta(days=7)  # what is proposed


def find_program(member: Member, public_id: UUID) -> ApiCredential:
    """A program of the member's organization; any other is 404."""
    own = ApiCredential.objects.filter(organization=member.organization_id, public_id=public_id)
    found = own.select_related("organization").first()
    if found is None:
        raise Http404
    return found


@require_safe
def program_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = manager(request)
    program = find_program(member, public_id)
    context = {
        "program": program,
        "grants": [PROGRAM_WORDS[Permission(one)] for one in program.permissions],
        "webhooks": webhooks.of_client(member.organization, program.client_id),
        "secret": shown_once.take(request, str(public_id)),
        "portal": settings.PORTAL_URL,
    }
    return page(request, "programs/program_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def program_rotate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = manager(request)
    program = find_program(member, public_id)
    with timezone.override(member.zone):
        proposed = timezone.localtime(timezone.now() + OVERLAP).replace(second=0, microsecond=0)
        form = RotateForm(posted(request), initial={"how": "until", "until": proposed})
        valid = form.is_valid()
    if valid and (answer := _rotated(request, member, program, form.cleaned_data)):
        return answer
    context = {"program": program, "form": form, "zone": member.zone.key, "proposed": proposed}
    status = 422 if form.is_bound else 200
    return page(request, "programs/program_rotate.html", context, status=status)


def _rotated(
    request: HttpRequest, member: Member, program: ApiCredential, given: dict[str, Any]
) -> HttpResponse:
    try:
        secret = credentials.rotate(credential=program, by=member.user.actor, until=given["until"])
        shown_once.keep(request, str(program.public_id), secret)
        messages.success(request, _("%(name)s has a new secret.") % {"name": program})
    except credentials.Revoked:
        _too_late(request, program)
    return redirect("jobs:program-detail", program.public_id)


@require_POST
def program_end_previous(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = manager(request)
    program = find_program(member, public_id)
    try:
        credentials.end_previous(credential=program, by=member.user.actor)
        messages.success(request, _("The old secret of %(name)s is ended.") % {"name": program})
    except credentials.Revoked:
        _too_late(request, program)
    return redirect("jobs:program-detail", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def program_revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = manager(request)
    program = find_program(member, public_id)
    if request.method == "POST":
        try:
            credentials.revoke(credential=program, by=member.user.actor)
            messages.success(request, _("%(name)s is revoked.") % {"name": program})
        except credentials.Revoked:
            _too_late(request, program)
        return redirect("jobs:program-detail", public_id)
    stopped = webhooks.of_client(member.organization, program.client_id)
    context = {"program": program, "webhooks": stopped}
    return page(request, "programs/program_revoke.html", context)


def _too_late(request: HttpRequest, program: ApiCredential) -> None:
    messages.error(request, _("%(name)s was revoked in the meantime.") % {"name": program})
