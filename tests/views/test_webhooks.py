"""The pages of webhooks: registered, paused, changed, and what was sent to each."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.events import queue, signing
from jobs.events.outbox import tell_responses
from jobs.events.publisher import publish
from jobs.models import Delivery, DeliveryTry, Webhook
from jobs.models.webhooks import WebhookState
from jobs.rules.events import Kind
from jobs.services import webhook_watch, webhooks
from jobs.services.webhooks import WebhookDraft
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import Organization
from privacyportal.organizations.services import credentials
from tests.api.bodies import document
from tests.api.conftest import Program, make_organization
from tests.api.work import close, submit
from tests.sessions import signed_in

URL = "https://hooks.example.org/secret-path?token=1"
SECRET = re.compile(r'id="secret" value="([^"]+)"')


def make(organization: Organization, state: str = "active", client_id: str = "x") -> Webhook:
    draft = WebhookDraft("warehouse", URL, tuple(Kind))
    made, _secret = webhooks.create(
        organization=organization, by=SYSTEM, client_id=client_id, draft=draft
    )
    Webhook.objects.filter(pk=made.pk).update(state=state)
    made.refresh_from_db()
    return made


def deliver(webhook: Webhook, state: str, event_id: int = 1, status: int | None = 500) -> Delivery:
    now = timezone.now()
    made = Delivery.objects.create(
        organization=webhook.organization, webhook=webhook, event_id=event_id, state=state,
        tries=1, not_before=now, last_try_at=now + timedelta(hours=1), created_at=now,
        closed_at=None if state == "open" else now,
    )  # fmt: skip
    DeliveryTry.objects.create(
        organization=webhook.organization, delivery_id=made.pk, webhook_id=webhook.pk, number=0,
        started_at=now, milliseconds=41, status=status, error="" if status else "timeout",
        good=state == "delivered",
    )  # fmt: skip
    return made


def at(webhook: Webhook, tail: str = "") -> str:
    return f"/webhooks/{webhook.public_id}/{tail}"


def test_a_webhook_is_registered_and_its_secret_shown_once(
    administrator: Client, program: Program
) -> None:
    given = {
        "name": "warehouse", "url": URL, "kinds": ["1", "2"],
        "program": program.credential.client_id,
    }  # fmt: skip

    answer = administrator.post("/webhooks/new/", given)
    made = Webhook.objects.get()
    first = administrator.get(answer["Location"]).content.decode()
    second = administrator.get(at(made)).content.decode()

    assert answer["Location"] == at(made)
    assert (made.state, made.kinds) == ("pending", [1, 2])
    assert made.client_id == program.credential.client_id
    assert SECRET.search(first)
    assert not SECRET.search(second)
    assert "Is being challenged" in second
    assert 'hx-trigger="every 3s"' in second
    assert AuditEvent.objects.filter(verb="webhook.create").exists()


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"name": ""}, "name", "Give it a name"),
        ({"url": "http://example.org/"}, "url", "must begin with https"),
        ({"url": "https://10.0.0.1/"}, "url", "is private"),
        ({"url": "here"}, "url", "must begin with"),
        ({"kinds": []}, "kinds", "Choose what is told"),
        ({"program": "somebody-elses"}, "program", "valid choice"),
    ],
)
def test_problems_stand_at_their_fields(
    administrator: Client, program: Program, given: dict[str, object], field: str, words: str
) -> None:
    right = {
        "name": "warehouse", "url": URL, "kinds": ["1"], "program": program.credential.client_id,
    }  # fmt: skip

    answer = administrator.post("/webhooks/new/", {**right, **given})

    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert not Webhook.objects.exists()


def test_a_program_comes_first_and_twenty_are_the_most(
    administrator: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "A program comes first" in administrator.get("/webhooks/new/").content.decode()
    assert "No webhooks yet" in administrator.get("/webhooks/").content.decode()
    made, _ = credentials.create(organization=organization, by=SYSTEM, name="x", permissions=[])
    make(organization)
    monkeypatch.setattr(webhooks, "MOST", 1)

    answer = administrator.post(
        "/webhooks/new/",
        {"name": "second", "url": URL, "kinds": ["1"], "program": made.client_id},
    )

    assert "which is the most" in answer.content.decode()


def test_the_list_tells_how_each_does_without_secret_addresses(
    administrator: Client, organization: Organization
) -> None:
    webhook = make(organization)
    deliver(webhook, "failed")
    deliver(webhook, "delivered", event_id=2, status=204)

    answer = administrator.get("/webhooks/")
    page = answer.content.decode()

    [row] = answer.context["rows"]
    assert (row.lately.tries, row.lately.failed) == (2, 1)
    assert "hooks.example.org" in page
    assert "secret-path" not in page


def test_as_many_queries_for_one_as_for_many(
    administrator: Client, organization: Organization
) -> None:
    counts = []
    for more in (1, 9):
        for _ in range(more):
            webhook = make(organization)
            deliver(webhook, "failed")
        for number in range(more):
            deliver(webhook, "open", event_id=10 + number)
        found = []
        for path in ("/webhooks/", at(webhook)):
            with CaptureQueriesContext(connection) as queries:
                administrator.get(path)
            found.append(len(queries))
        counts.append(found)

    assert counts[0] == counts[1]
    assert max(counts[0]) <= 14


def test_pausing_is_no_failure_and_resuming_needs_no_challenge(
    administrator: Client, organization: Organization
) -> None:
    webhook = make(organization)

    paused = administrator.post(at(webhook, "pause/"), follow=True).content.decode()
    webhook_watch.watch()
    twice = administrator.post(at(webhook, "pause/"), follow=True).content.decode()
    state = Webhook.objects.get().state
    resumed = administrator.post(at(webhook, "resume/"), follow=True).content.decode()

    assert "warehouse is paused." in paused
    assert "Nothing is sent." in paused
    assert mail.outbox == []
    assert "Nothing was done" in twice
    assert state == "disabled"
    assert "warehouse goes on." in resumed
    assert Webhook.objects.get().state == "active"
    assert (
        "Nothing was done"
        in administrator.post(at(webhook, "resume/"), follow=True).content.decode()
    )
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["webhook.create", "webhook.pause", "webhook.resume"]


def test_a_disabled_one_says_why_and_is_challenged_again(
    administrator: Client, organization: Organization
) -> None:
    webhook = make(organization, "disabled")
    Webhook.objects.update(reason="challenge_failed")

    page = administrator.get(at(webhook)).content.decode()
    administrator.post(at(webhook, "challenge/"))

    assert "The receiver did not answer the challenge." in page
    assert Webhook.objects.get().state == "pending"


@pytest.mark.parametrize("state", WebhookState.values)
def test_every_state_has_a_page(
    administrator: Client, organization: Organization, state: str
) -> None:
    webhook = make(organization, state)
    Webhook.objects.update(visit_until=timezone.now())

    page = administrator.get(at(webhook))
    fragment = administrator.get(at(webhook), headers={"HX-Request": "true"})

    assert page.status_code == 200
    assert fragment.content.decode().startswith('<div id="webhook"')


def test_another_address_is_challenged(administrator: Client, organization: Organization) -> None:
    webhook = make(organization)
    shown = administrator.get(at(webhook, "change/")).content.decode()
    given = {"name": "store", "url": "https://example.org/other", "kinds": ["3"]}

    administrator.post(at(webhook, "change/"), given)
    wrong = administrator.post(at(webhook, "change/"), {**given, "url": "x"})

    assert f'value="{URL}"' in shown
    webhook.refresh_from_db()
    assert (webhook.name, webhook.kinds, webhook.state) == ("store", [3], "pending")
    assert wrong.status_code == 422


def test_removing_is_asked_and_forgets(administrator: Client, organization: Organization) -> None:
    webhook = make(organization)

    asked = administrator.get(at(webhook, "remove/")).content.decode()
    administrator.post(at(webhook, "remove/"))

    assert "its secret is forgotten" in asked
    assert administrator.get(at(webhook)).status_code == 404
    assert "No webhooks yet" in administrator.get("/webhooks/").content.decode()


def test_an_event_that_was_sent_can_be_read(
    administrator: Client, organization: Organization, program: Program
) -> None:
    webhook = make(organization)
    [job] = submit(program, document())
    close(job)
    tell_responses(job.responses.values_list("pk", flat=True))
    publish()

    answer = administrator.get(at(webhook))

    row = answer.context["rows"][0]
    assert row.message.endswith(".access.complete")
    assert f'"jobId": "{job.public_id}"' in row.body
    assert "x-adobe-event-code" in answer.content.decode()
    assert f"/jobs/{job.public_id}/" in answer.content.decode()


def test_deliveries_show_request_and_answer(
    administrator: Client, organization: Organization, program: Program
) -> None:
    webhook = make(organization)
    deliver(webhook, "failed", status=503)
    deliver(webhook, "failed", event_id=2, status=None)
    deliver(webhook, "delivered", event_id=3, status=204)

    every = administrator.get(at(webhook))
    failed = administrator.get(at(webhook, "?status=failed"))
    page = every.content.decode()

    assert len(every.context["rows"]) == 3
    assert len(failed.context["rows"]) == 2
    assert "HTTP 503" in page
    assert "The receiver took too long." in page
    assert "The event is forgotten" in page
    assert len(administrator.get(at(webhook, "?status=odd&before=odd")).context["rows"]) == 3


def test_older_deliveries_follow(
    administrator: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs.views import webhook_detail

    monkeypatch.setattr(webhook_detail, "PAGE", 2)
    webhook = make(organization)
    for number in range(3):
        deliver(webhook, "failed", event_id=number)

    first = administrator.get(at(webhook))
    second = administrator.get(at(webhook, f"?before={first.context['older']}"))

    assert (len(first.context["rows"]), len(second.context["rows"])) == (2, 1)
    assert second.context["older"] is None


def test_one_is_sent_again_and_all_that_failed(
    administrator: Client, organization: Organization
) -> None:
    webhook = make(organization)
    one = deliver(webhook, "delivered", event_id=1, status=204)
    for number in range(2, 5):
        deliver(webhook, "failed", event_id=number)

    again = administrator.post(at(webhook, f"deliveries/{one.public_id}/send/"), follow=True)
    every = administrator.post(at(webhook, "deliveries/send/"), follow=True)
    none = administrator.post(at(webhook, "deliveries/send/"), follow=True)

    assert "The event is sent again." in again.content.decode()
    assert "3 events are sent again." in every.content.decode()
    assert "No event has failed." in none.content.decode()
    assert set(Delivery.objects.values_list("state", "tries")) == {("open", 0)}
    assert AuditEvent.objects.filter(verb="webhook.redeliver_failed").count() == 2


def test_only_so_many_are_looked_at_and_sent(organization: Organization) -> None:
    webhook = make(organization)
    for number in range(6):
        deliver(webhook, "failed", event_id=number)

    assert queue.again_failed(webhook.pk, timezone.now(), look=4, most=3) == 3
    assert queue.again_failed(webhook.pk, timezone.now(), look=4, most=3) == 1
    assert Delivery.objects.filter(state="failed").count() == 2


def test_nothing_is_sent_again_while_it_is_paused(
    administrator: Client, organization: Organization
) -> None:
    webhook = make(organization)
    one = deliver(webhook, "failed")
    webhooks.pause(webhook=webhook, by=SYSTEM)

    for path in (f"deliveries/{one.public_id}/send/", "deliveries/send/"):
        answer = administrator.post(at(webhook, path), follow=True)
        assert "Nothing was done" in answer.content.decode()
    assert Delivery.objects.get().state == "failed"


def test_where_the_keys_are_is_said(administrator: Client, organization: Organization) -> None:
    webhook = make(organization)
    before = administrator.get(at(webhook)).content.decode()
    key = signing.signer().keys[1]
    after = administrator.get(at(webhook)).content.decode()

    assert "made at the first delivery" in before
    assert f"/data/core/privacy/webhook-keys/{key.public_id}.pem" in after


def test_no_webhook_of_others_is_there(administrator: Client) -> None:
    webhook = make(make_organization("Else@PortalOrg"))
    one = deliver(webhook, "failed")
    gets = ("", "change/", "remove/")
    posts = (
        "change/", "remove/", "pause/", "resume/", "challenge/", "deliveries/send/",
        f"deliveries/{one.public_id}/send/",
    )  # fmt: skip

    assert [administrator.get(at(webhook, tail)).status_code for tail in gets] == [404] * 3
    assert [administrator.post(at(webhook, tail)).status_code for tail in posts] == [404] * 7
    mine = make(Organization.objects.get(ims_org_id="0A1B2C@PortalOrg"))
    for wrong in (one.public_id, uuid4()):
        assert administrator.post(at(mine, f"deliveries/{wrong}/send/")).status_code == 404


@pytest.mark.parametrize("role", ["officer", "staff", "auditor"])
def test_only_administrators_set_webhooks_up(organization: Organization, role: str) -> None:
    client = signed_in(organization, role)
    webhook = make(organization)

    assert [client.get(path).status_code for path in ("/webhooks/", at(webhook))] == [403] * 2
    assert client.post(at(webhook, "remove/")).status_code == 403
