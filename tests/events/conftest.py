"""Organizations with webhooks at real receivers, and a dispatcher that is turned by hand."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.test import Client
from django.utils import timezone

from jobs.events.dispatcher import Dispatcher
from jobs.events.publisher import publish
from jobs.models import Delivery, Webhook
from jobs.rules.events import Kind
from jobs.services import webhooks
from jobs.services.webhooks import WebhookDraft
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.engine.conftest import Trial, trial
from tests.events.receiver import Receiver, Request, receiving

__all__ = ["trial"]

Receivers = Callable[[], Receiver]


@pytest.fixture(autouse=True)
def on_this_machine(settings: Any) -> None:
    settings.OUTBOUND_ALLOW_HTTP = settings.OUTBOUND_ALLOW_LOOPBACK = True
    settings.WEBHOOK_SECONDS = 2.0
    settings.PORTAL_URL = "http://portal.test"


@pytest.fixture
def receivers() -> Iterator[Receivers]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(receiving())


@pytest.fixture
def receiver(receivers: Receivers) -> Receiver:
    return receivers()


@pytest.fixture
def dispatcher() -> Iterator[Dispatcher]:
    made = Dispatcher(8)
    yield made
    made.stop()
    made._pool.shutdown()


def register(
    organization: Organization, url: str, *kinds: Kind, dispatcher: Dispatcher | None = None
) -> Webhook:
    """A webhook that is challenged where there is a dispatcher."""
    draft = WebhookDraft("warehouse", url, kinds or tuple(Kind))
    made, _ = webhooks.create(
        organization=organization, by=SYSTEM, client_id="program", draft=draft
    )
    if dispatcher:
        dispatcher.work_off()
        made.refresh_from_db()
    return made


def happen(trial: Trial, *words: str) -> None:
    """People whose deletes end as their words say; the events are published."""
    trial.submit(*words)
    trial.work()
    publish()


def due_now() -> None:
    """As if the minutes until the next try were over."""

    Delivery.objects.filter(closed_at=None).update(not_before=timezone.now())


def states() -> list[tuple[str, int]]:
    """State and tries of each delivery."""
    return list(Delivery.objects.order_by("pk").values_list("state", "tries"))


def verified(request: Request, slot: int) -> bool:
    """Whether the signature holds with the public key that anybody can read at its path."""
    pem = Client().get(request.headers[f"x-adobe-public-key{slot}-path"]).content
    key: Any = load_pem_public_key(pem)
    signature = base64.b64decode(request.headers[f"x-adobe-digital-signature-{slot}"])
    key.verify(signature, request.body, padding.PKCS1v15(), SHA256())
    return True
