"""Programs that speak with the API: the list, and a new one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jobs.program_forms import ProgramForm
from jobs.views.product_access import manager
from privacyportal.htmx import page, posted
from privacyportal.organizations import shown_once
from privacyportal.organizations.permissions import GRANTABLE, PROGRAM_WORDS
from privacyportal.organizations.services import credentials


@require_safe
def program_list(request: HttpRequest) -> HttpResponse:
    member = manager(request)
    programs = credentials.of_organization(member.organization)
    return page(request, "programs/program_list.html", {"programs": programs})


@require_http_methods(["GET", "HEAD", "POST"])
def program_new(request: HttpRequest) -> HttpResponse:
    member = manager(request)
    form = ProgramForm(posted(request))
    if form.is_valid():
        made, secret = credentials.create(
            organization=member.organization, by=member.user.actor, **form.cleaned_data
        )
        shown_once.keep(request, str(made.public_id), secret)
        messages.success(request, _("%(name)s is set up.") % {"name": made})
        return redirect("jobs:program-detail", made.public_id)
    context = {
        "form": form,
        "chosen": form["permissions"].value() or (),
        "grants": [(one.value, *PROGRAM_WORDS[one]) for one in GRANTABLE],
    }
    status = 422 if form.is_bound else 200
    return page(request, "programs/program_new.html", context, status=status)
