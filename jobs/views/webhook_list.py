"""Webhooks: whom events are told, and registering one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jobs.api.webhook_reading import list_webhooks
from jobs.models import Webhook
from jobs.program_forms import KIND_WORDS, NewWebhookForm
from jobs.rules.events import Kind
from jobs.services import webhooks
from jobs.services.webhook_health import lately
from jobs.views.product_access import manager
from jobs.views.webhook_words import WebhookRow, host, status_of
from privacyportal.htmx import page, posted
from privacyportal.organizations import shown_once
from privacyportal.organizations.models import Member
from privacyportal.organizations.services import credentials

KINDS = [(str(int(kind)), words, kind.code) for kind, words in KIND_WORDS.items()]


@require_safe
def webhook_list(request: HttpRequest) -> HttpResponse:
    member = manager(request)
    found = list_webhooks(member.organization)
    health = lately([webhook.pk for webhook in found])
    rows = [
        WebhookRow(one, status_of(one), host(one), health[one.pk], len(one.kinds)) for one in found
    ]
    context = {"rows": rows, "every": len(Kind), "full": len(rows) >= webhooks.MOST}
    return page(request, "webhooks/webhook_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_new(request: HttpRequest) -> HttpResponse:
    member = manager(request)
    programs = [
        one for one in credentials.of_organization(member.organization) if one.revoked_at is None
    ]
    every = {"kinds": [value for value, _words, _code in KINDS]}
    form = NewWebhookForm(programs, posted(request), initial=every)
    if form.is_valid() and (made := _registered(request, member, form)):
        messages.success(request, _("%(name)s is registered.") % {"name": made})
        return redirect("jobs:webhook-detail", made.public_id)
    context = {"form": form, "kinds": KINDS, "programs": programs}
    status = 422 if form.is_bound else 200
    return page(request, "webhooks/webhook_new.html", context, status=status)


def _registered(request: HttpRequest, member: Member, form: NewWebhookForm) -> Webhook | None:
    """None where it cannot be; the form then says why."""
    try:
        made, secret = webhooks.create(
            organization=member.organization,
            by=member.user.actor,
            client_id=form.cleaned_data["program"],
            draft=form.draft,
        )
    except webhooks.TooMany:
        told = _("Your organization has %(n)s webhooks, which is the most: remove one.")
        form.add_error("name", told % {"n": webhooks.MOST})
        return None
    shown_once.keep(request, str(made.public_id), secret)
    return made
