"""One webhook: how it does, what was sent, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs.api.webhook_reading import find_delivery, find_webhook, list_deliveries
from jobs.events import signing
from jobs.models import Webhook
from jobs.models.webhooks import LIVE, DeliveryState
from jobs.program_forms import WebhookForm
from jobs.services import webhooks
from jobs.services.webhook_health import lately
from jobs.views.product_access import manager
from jobs.views.webhook_list import KINDS
from jobs.views.webhook_words import OF_DELIVERY, rows, status_of
from privacyportal.htmx import page, posted
from privacyportal.organizations import shown_once
from privacyportal.organizations.models import ApiCredential, Member

PAGE = 50  # deliveries


@require_safe
def webhook_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = manager(request)
    webhook = _find(member, public_id)
    if request.headers.get("HX-Request") == "true":
        context = _frame(webhook)
    else:
        context = {
            **_frame(webhook),
            **_deliveries(request, webhook),
            **_kept(webhook),
            "secret": shown_once.take(request, str(public_id)),
        }
    return page(request, "webhooks/webhook_detail.html", context, fragment="webhooks/_webhook.html")


def _find(member: Member, public_id: UUID) -> Webhook:
    found = find_webhook(member.organization, str(public_id))
    if found is None:
        raise Http404
    return found


def _frame(webhook: Webhook) -> dict[str, Any]:
    return {
        "webhook": webhook,
        "status": status_of(webhook),
        "live": webhook.state in LIVE,
        "why": webhooks.REASONS.get(webhook.reason, ""),
        "days": settings.EVENT_DAYS,
    }


def _deliveries(request: HttpRequest, webhook: Webhook) -> dict[str, Any]:
    status = request.GET.get("status", "")
    status = status if status in DeliveryState.values else ""
    before = find_delivery(webhook, request.GET.get("before", ""))
    found = list_deliveries(webhook, size=PAGE, status=status, before=before)
    return {
        "rows": rows(webhook, found),
        "chosen": status,
        "filters": [(state, OF_DELIVERY[state].word) for state in DeliveryState],
        "older": found.deliveries[-1].public_id if found.more else None,
        "later": before is not None,
        "lately": lately([webhook.pk])[webhook.pk],
    }


def _kept(webhook: Webhook) -> dict[str, Any]:
    programs = ApiCredential.objects.filter(organization=webhook.organization_id)
    told = {value: words for value, words, _code in KINDS}
    return {
        "program": programs.filter(client_id=webhook.client_id).first(),
        "told": [told[str(kind)] for kind in webhook.kinds],
        "keys": [
            (key, settings.PORTAL_URL + signing.PATH % key.public_id) for key in signing.in_use()
        ],
        "key_days": settings.SIGNING_KEY_DAYS,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = manager(request)
    webhook = _find(member, public_id)
    form = WebhookForm(request.POST) if posted(request) is not None else WebhookForm.of(webhook)
    if form.is_valid():
        try:
            webhooks.change(webhook=webhook, by=member.user.actor, draft=form.draft)
        except webhooks.NotLive:
            return _refused(request, public_id)
        messages.success(request, _("Saved."))
        return redirect("jobs:webhook-detail", public_id)
    context = {"webhook": webhook, "form": form, "kinds": KINDS}
    status = 422 if form.is_bound else 200
    return page(request, "webhooks/webhook_change.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = manager(request)
    webhook = _find(member, public_id)
    if request.method == "POST":
        webhooks.remove(webhook=webhook, by=member.user.actor)
        messages.success(request, _("%(name)s is removed.") % {"name": webhook})
        return redirect("jobs:webhook-list")
    return page(request, "webhooks/webhook_remove.html", {"webhook": webhook})


@require_POST
def webhook_act(request: HttpRequest, public_id: UUID, act: str) -> HttpResponse:
    """Pause, resume, or challenge."""
    member = manager(request)
    webhook = _find(member, public_id)
    perform, told = ACTS[act]
    try:
        perform(webhook=webhook, by=member.user.actor)
    except webhooks.NotLive:
        return _refused(request, public_id)
    messages.success(request, told() % {"name": webhook})
    return redirect("jobs:webhook-detail", public_id)


ACTS: dict[str, tuple[Callable[..., Any], Callable[[], str]]] = {
    "pause": (webhooks.pause, lambda: _("%(name)s is paused.")),
    "resume": (webhooks.resume, lambda: _("%(name)s goes on.")),
    "challenge": (webhooks.challenge_again, lambda: _("%(name)s is challenged again.")),
}


@require_POST
def delivery_send(request: HttpRequest, public_id: UUID, delivery_id: UUID) -> HttpResponse:
    member = manager(request)
    delivery = find_delivery(_find(member, public_id), str(delivery_id))
    if delivery is None:
        raise Http404
    try:
        webhooks.redeliver(delivery=delivery, by=member.user.actor)
    except webhooks.NotLive:
        return _refused(request, public_id)
    messages.success(request, _("The event is sent again."))
    return redirect("jobs:webhook-detail", public_id)


@require_POST
def deliveries_send(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """All that failed."""
    member = manager(request)
    try:
        sent = webhooks.redeliver_failed(webhook=_find(member, public_id), by=member.user.actor)
    except webhooks.NotLive:
        return _refused(request, public_id)
    words = ngettext("%(n)s event is sent again.", "%(n)s events are sent again.", sent)
    messages.success(request, words % {"n": sent} if sent else _("No event has failed."))
    return redirect("jobs:webhook-detail", public_id)


def _refused(request: HttpRequest, public_id: UUID) -> HttpResponse:
    told = _("Nothing was done: the webhook is no longer in the state that the page showed.")
    messages.error(request, told)
    return redirect("jobs:webhook-detail", public_id)
