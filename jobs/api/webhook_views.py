"""Webhooks, their deliveries, the journal of events (§12), and what receivers read without a
credential: public keys and the address of a validation."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from jobs.api import webhook_presenters as presenters
from jobs.api import webhook_reading as reading
from jobs.api.webhook_parse import parse_part, parse_whole, read_deliveries, read_journal
from jobs.api.webhook_shapes import Visited
from jobs.events import challenge as challenges
from jobs.events import journal, signing
from jobs.models import Delivery, Webhook
from jobs.services import webhooks as services
from privacyportal.api.body import read_body
from privacyportal.api.envelope import ServiceError, answer
from privacyportal.api.gateway import Caller, endpoint, resource
from privacyportal.api.jsonin import decode
from privacyportal.api.repeats import Made, once
from privacyportal.organizations.permissions import Permission

MANAGE = Permission.EVENTS_MANAGE
ENDED = "The program of this webhook was revoked: register one of another program."


@endpoint(MANAGE)
def webhook_list(_request: HttpRequest, caller: Caller) -> HttpResponseBase:
    return answer(presenters.webhooks(reading.list_webhooks(caller.organization)))


@endpoint(MANAGE)
def webhook_create(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """A call that comes again registers nothing anew; the secret is not shown again."""
    body = decode(read_body(request))

    def again(pk: int) -> HttpResponse:
        own = Webhook.objects.for_organization(caller.organization)
        return answer(presenters.webhook(own.get(pk=pk)))

    return once(request, caller, body, make=lambda: _registered(caller, body), again=again)


def _registered(caller: Caller, body: Any) -> Made:
    draft = parse_whole(body)
    try:
        made, secret = services.create(
            organization=caller.organization,
            by=caller.actor,
            client_id=caller.credential.client_id,
            draft=draft,
        )
    except services.TooMany:
        raise ServiceError(
            409, f"Your organization has {services.MOST} webhooks, which is the most: remove one."
        ) from None
    return made.pk, answer(presenters.webhook(made, secret=secret))


@endpoint(MANAGE)
def webhook_detail(_request: HttpRequest, caller: Caller, webhook_id: str) -> HttpResponseBase:
    return answer(presenters.webhook(_webhook(caller, webhook_id)))


@endpoint(MANAGE)
def webhook_replace(request: HttpRequest, caller: Caller, webhook_id: str) -> HttpResponseBase:
    found = _webhook(caller, webhook_id)
    return _changed(found, caller, parse_whole(decode(read_body(request))))


@endpoint(MANAGE)
def webhook_change(request: HttpRequest, caller: Caller, webhook_id: str) -> HttpResponseBase:
    found = _webhook(caller, webhook_id)
    return _changed(found, caller, parse_part(decode(read_body(request)), found))


def _changed(found: Webhook, caller: Caller, draft: services.WebhookDraft) -> HttpResponseBase:
    try:
        made = services.change(webhook=found, by=caller.actor, draft=draft)
    except services.NotLive:
        raise ServiceError(409, ENDED) from None
    return answer(presenters.webhook(made))


@endpoint(MANAGE)
def webhook_remove(_request: HttpRequest, caller: Caller, webhook_id: str) -> HttpResponseBase:
    services.remove(webhook=_webhook(caller, webhook_id), by=caller.actor)
    return HttpResponse(status=204, content_type="application/json")


@endpoint(MANAGE, body=False)
def webhook_challenge(_request: HttpRequest, caller: Caller, webhook_id: str) -> HttpResponseBase:
    found = _webhook(caller, webhook_id)
    try:
        made = services.challenge_again(webhook=found, by=caller.actor)
    except services.NotLive:
        raise ServiceError(409, ENDED) from None
    return answer(presenters.webhook(made))


@endpoint(MANAGE)
def delivery_list(request: HttpRequest, caller: Caller, webhook_id: str) -> HttpResponseBase:
    found = _webhook(caller, webhook_id)
    size, status, before = read_deliveries(request.GET)
    start = _delivery(found, before) if before else None
    page = reading.list_deliveries(found, size=size, status=status, before=start)
    return answer(presenters.deliveries(page, found.url))


@endpoint(MANAGE, body=False)
def delivery_again(
    _request: HttpRequest, caller: Caller, webhook_id: str, delivery_id: str
) -> HttpResponseBase:
    found = _webhook(caller, webhook_id)
    try:
        sent = services.redeliver(delivery=_delivery(found, delivery_id), by=caller.actor)
    except services.NotLive:
        raise ServiceError(
            409, "Nothing is sent to this webhook now: ask for its challenge first."
        ) from None
    event = journal.find([sent.event_id]).get(sent.event_id)
    return answer(presenters.delivery(sent, event, (), found.url))


@endpoint(MANAGE)
def event_list(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    since, limit = read_journal(request.GET)
    organization_id = caller.organization.pk
    last = journal.last_position(organization_id)
    page = journal.page(organization_id, since, limit)
    return answer(presenters.events(page, since, last, caller.credential.client_id))


def key_read(_request: HttpRequest, key_id: str) -> HttpResponseBase:
    """A public key, for whoever verifies a signature."""
    public_id = reading.as_uuid(key_id)
    pem = signing.public_pem(public_id) if public_id else None
    if pem is None:
        raise ServiceError(404, "There is no key with this id.")
    return HttpResponse(pem, content_type="application/x-pem-file")


@login_not_required
@require_safe
def key_set(_request: HttpRequest) -> HttpResponse:
    """All public keys at the address where libraries look for them."""
    return HttpResponse(json.dumps(signing.key_set()), content_type="application/jwk-set+json")


def validation_visit(_request: HttpRequest, token: str) -> HttpResponseBase:
    """Whoever was told this address, by a POST to the webhook's, shows that they read it."""
    if not challenges.visit(token):
        raise ServiceError(404, "This address is not valid, or not valid any more.")
    return answer(Visited("active"))


def _webhook(caller: Caller, webhook_id: str) -> Webhook:
    found = reading.find_webhook(caller.organization, webhook_id)
    if found is None:
        raise ServiceError(404, "There is no webhook with this id.")
    return found


def _delivery(webhook: Webhook, delivery_id: str) -> Delivery:
    found = reading.find_delivery(webhook, delivery_id)
    if found is None:
        raise ServiceError(404, "There is no delivery with this id.")
    return found


webhooks = resource(GET=webhook_list, POST=webhook_create)
webhook = resource(
    GET=webhook_detail, PUT=webhook_replace, PATCH=webhook_change, DELETE=webhook_remove
)
challenge = resource(POST=webhook_challenge)
deliveries = resource(GET=delivery_list)
redeliver = resource(POST=delivery_again)
events = resource(GET=event_list)
key = resource(GET=key_read)
visit = resource(GET=validation_visit)
