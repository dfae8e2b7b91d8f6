"""Webhooks over the API: registered, changed, read, and of no other organization."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.events.outbox import tell_responses
from jobs.events.publisher import publish
from jobs.models import Delivery, DeliveryTry, ProductResponse, Webhook
from jobs.models.places import webhook_place
from jobs.services import webhooks
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.keys.services import Destroyed, sealer
from privacyportal.organizations.models import Organization
from privacyportal.organizations.permissions import CONTRACT, Permission
from tests.api.bodies import document, user
from tests.api.conftest import Program, make_organization, make_program
from tests.api.work import close, submit

HOOKS = "/data/core/privacy/webhooks"
EVENTS = "/data/core/privacy/events"
ALL = [f"com.adobe.platform.gdpr.{kind}" for kind in
       ("jobcomplete", "joberror", "productcomplete", "producterror")]  # fmt: skip
BODY = {"name": "warehouse", "url": "https://hooks.example.org/in?key=very-secret"}


@pytest.fixture
def manager(organization: Organization) -> Program:
    return make_program(organization, Permission.EVENTS_MANAGE)


@pytest.fixture
def other(db: None) -> Program:
    return make_program(make_organization("Other@PortalOrg"), Permission.EVENTS_MANAGE)


def send(program: Program, method: str, path: str, body: Any = None) -> HttpResponse:
    headers = {
        **program.headers,
        **({"Content-Type": "application/json"} if body is not None else {}),
    }
    data = json.dumps(body).encode() if body is not None else b""
    content_type = "application/json" if body is not None else ""
    return Client().generic(method, path, data, content_type, headers=headers)


def made(program: Program, **changes: Any) -> dict[str, Any]:
    answer = program.post({**BODY, **changes}, HOOKS)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def told(program: Program, people: int = 1) -> None:
    """Jobs that were done, and their products' events, published."""
    writer = make_program(program.credential.organization)
    body = document(users=[user(f"p{n}") for n in range(people)], include=["crm", "WebShop"])
    jobs = submit(writer, body)
    for job in jobs:
        close(job)
        tell_responses(ProductResponse.objects.filter(job=job).values_list("pk", flat=True))
    publish()


def test_a_webhook_is_registered_and_its_secret_is_shown_once(manager: Program) -> None:
    first = made(manager)

    again = manager.get(f"{HOOKS}/{first['webhookId']}").json()
    secret = first.pop("secret")
    row = Webhook.objects.get()
    assert first == again
    assert first["status"] == "pending"
    assert first["events"] == ALL
    assert first["clientId"] == manager.credential.client_id
    assert len(secret) == 43
    assert secret.encode() not in bytes(row.secret_sealed)
    opened = sealer(row.data_key_id).open(row.secret_sealed, webhook_place(row.pk))
    assert opened.decode() == secret


def test_the_list_has_the_organizations_own(manager: Program, other: Program) -> None:
    ids = [made(manager)["webhookId"] for _ in range(3)]
    made(other)

    listed = manager.get(HOOKS).json()

    assert [one["webhookId"] for one in listed["webhooks"]] == ids
    assert listed["totalRecords"] == 3
    assert not any("secret" in one for one in listed["webhooks"])


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["name", "url"]),
        ({"name": " ", "url": 5}, ["name", "url"]),
        ({"name": "a" * 201, "url": "http://example.org/"}, ["name", "url"]),
        ({**BODY, "url": "https://169.254.169.254/"}, ["url"]),
        ({**BODY, "url": "https://user:pw@localhost/#x"}, ["url", "url"]),
        ({**BODY, "events": []}, ["events"]),
        ({**BODY, "events": "all"}, ["events"]),
        ({**BODY, "events": [ALL[0], "jobcomplete", 7]}, ["events[1]", "events[2]"]),
        ({"url": "nothing", "events": ["x"]}, ["name", "url", "events[0]"]),
        ([], [""]),
    ],
)
def test_everything_that_is_wrong_is_said_together(
    manager: Program, body: Any, paths: list[str]
) -> None:
    answer = send(manager, "POST", HOOKS, body)

    assert answer.status_code == 400
    assert [one["path"] for one in answer.json()["report"]["errors"]] == paths
    assert answer.json()["errors"]["errorCode"] == 400
    assert not Webhook.objects.exists()


def test_put_replaces_and_patch_changes(manager: Program) -> None:
    path = f"{HOOKS}/{made(manager, events=ALL[:1])['webhookId']}"
    Webhook.objects.update(state="active")

    renamed = send(manager, "PATCH", path, {"name": "other"}).json()
    fewer = send(manager, "PATCH", path, {"events": ALL[1:3]}).json()
    moved = send(manager, "PATCH", path, {"url": "https://hooks.example.org/new"}).json()
    whole = send(manager, "PUT", path, {"name": "n", "url": "https://hooks.example.org/new"})

    assert (renamed["name"], renamed["events"], renamed["status"]) == ("other", ALL[:1], "active")
    assert (fewer["events"], fewer["status"]) == (ALL[1:3], "active")
    assert moved["status"] == "pending"
    assert whole.json()["events"] == ALL
    assert send(manager, "PUT", path, {"name": "n"}).status_code == 400
    assert send(manager, "PATCH", path, {"events": None}).status_code == 400
    assert send(manager, "PATCH", path, {}).status_code == 200


def test_a_removed_one_is_gone_and_its_secret_forgotten(manager: Program) -> None:
    path = f"{HOOKS}/{made(manager)['webhookId']}"

    answer = send(manager, "DELETE", path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert manager.get(path).status_code == 404
    assert manager.get(HOOKS).json()["webhooks"] == []
    with pytest.raises(Destroyed):
        sealer(Webhook.objects.get().data_key_id)


def test_an_organization_has_twenty_at_most(manager: Program, other: Program) -> None:
    for _ in range(webhooks.MOST):
        last = made(manager)

    refused = manager.post(BODY, HOOKS)
    made(other)
    send(manager, "DELETE", f"{HOOKS}/{last['webhookId']}")

    assert refused.status_code == 409
    made(manager)


def test_the_challenge_is_made_again_on_demand(manager: Program) -> None:
    path = f"{HOOKS}/{made(manager)['webhookId']}"
    Webhook.objects.update(state="disabled", reason="not_visited")
    before = manager.get(path).json()

    answer = send(manager, "POST", f"{path}/challenge")

    assert before["statusReason"] == "not_visited"
    assert "five minutes" in before["statusDetail"]
    assert answer.status_code == 200
    assert answer.json()["status"] == "pending"
    assert "statusReason" not in answer.json()


def test_each_act_is_on_record_without_address_or_secret(manager: Program) -> None:
    path = f"{HOOKS}/{made(manager)['webhookId']}"
    send(manager, "PATCH", path, {"url": "https://hooks.example.org/other-secret"})
    send(manager, "POST", f"{path}/challenge")
    send(manager, "DELETE", path)

    verbs = AuditEvent.objects.filter(target_kind="webhook").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "webhook.create", "webhook.change", "webhook.challenge", "webhook.delete",
    ]  # fmt: skip
    details = str(list(AuditDetail.objects.values_list("detail", flat=True)))
    assert "secret" not in details
    assert "hooks.example.org" not in details


def test_the_contracts_five_permissions_do_not_open_it(organization: Organization) -> None:
    program = make_program(organization, *CONTRACT)

    answer = program.get(HOOKS)

    assert answer.status_code == 403
    assert "events_manage" in answer.json()["detail"]
    assert program.get(EVENTS).status_code == 403


def test_the_permission_for_events_opens_nothing_else(manager: Program) -> None:
    assert manager.get(regulation="gdpr").status_code == 403


def test_another_organizations_webhook_is_not_there(manager: Program, other: Program) -> None:
    told_id = made(manager)["webhookId"]
    Webhook.objects.update(state="active")
    told(manager)
    delivery = Delivery.objects.first()
    assert delivery is not None
    path = f"{HOOKS}/{told_id}"
    calls = [
        ("GET", path, None),
        ("PUT", path, BODY),
        ("PATCH", path, {}),
        ("DELETE", path, None),
        ("POST", f"{path}/challenge", None),
        ("GET", f"{path}/deliveries", None),
        ("POST", f"{path}/deliveries/{delivery.public_id}/redeliver", None),
    ]

    for method, where, body in calls:
        answer = send(other, method, where, body)
        assert answer.status_code == 404, (method, where)
        assert answer.json()["detail"] == "There is no webhook with this id."
    assert Webhook.objects.get().deleted_at is None


def test_a_delivery_is_of_its_own_webhook(manager: Program) -> None:
    first, second = made(manager), made(manager)
    Webhook.objects.filter(public_id=first["webhookId"]).update(state="active")
    told(manager)
    delivery = Delivery.objects.first()
    assert delivery is not None
    path = f"{HOOKS}/{second['webhookId']}/deliveries/{delivery.public_id}/redeliver"

    assert send(manager, "POST", path).status_code == 404


def test_deliveries_are_listed_with_what_was_sent_and_answered(manager: Program) -> None:
    path = f"{HOOKS}/{made(manager)['webhookId']}"
    Webhook.objects.update(state="active")
    told(manager)
    delivery = Delivery.objects.order_by("-pk").first()
    assert delivery is not None
    for number, (status, error) in enumerate([(503, ""), (None, "timeout")]):
        DeliveryTry.objects.create(
            organization=delivery.organization, delivery_id=delivery.pk,
            webhook_id=delivery.webhook_id, number=number, started_at=timezone.now(),
            milliseconds=40, status=status, error=error, good=False,
        )  # fmt: skip
    Delivery.objects.filter(pk=delivery.pk).update(tries=2)

    page = manager.get(f"{path}/deliveries").json()

    one = page["deliveries"][0]
    assert len(page["deliveries"]) == 2
    assert page["next"] is None
    assert one["deliveryId"] == str(delivery.public_id)
    assert (one["status"], one["retryCount"]) == ("open", 1)
    assert one["nextTry"].endswith("Z")
    assert one["request"]["type"] == ALL[2]
    assert one["request"]["message"] in ("crm.access.complete", "WebShop.access.complete")
    answers = [(t["retryCount"], t["status"], t["error"]) for t in one["tries"]]
    assert answers == [(1, None, "timeout"), (0, 503, None)]


def test_deliveries_are_paged_and_filtered(manager: Program) -> None:
    path = f"{HOOKS}/{made(manager)['webhookId']}/deliveries"
    Webhook.objects.update(state="active")
    told(manager, people=3)
    first = Delivery.objects.order_by("pk").first()
    assert first is not None
    Delivery.objects.filter(pk=first.pk).update(state="delivered", closed_at=timezone.now())

    seen: list[str] = []
    query: dict[str, Any] = {"size": 4}
    while True:
        page = manager.get(path, **query).json()
        seen += [one["deliveryId"] for one in page["deliveries"]]
        if not page["next"]:
            break
        query["before"] = page["next"]

    newest_first = Delivery.objects.order_by("-pk").values_list("public_id", flat=True)
    assert seen == [str(public_id) for public_id in newest_first]
    delivered = manager.get(path, status="delivered").json()["deliveries"]
    assert [one["deliveryId"] for one in delivered] == [str(first.public_id)]
    assert manager.get(path, status="lost", size=101).status_code == 400
    assert manager.get(path, before="nothing").status_code == 404


def test_a_longer_list_takes_no_more_queries(manager: Program) -> None:
    path = f"{HOOKS}/{made(manager)['webhookId']}/deliveries"
    Webhook.objects.update(state="active")
    counts = []
    for people in (1, 15):
        told(manager, people)
        with CaptureQueriesContext(connection) as queries:
            manager.get(path)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_redelivery_is_refused_while_nothing_is_sent(manager: Program) -> None:
    path = f"{HOOKS}/{made(manager)['webhookId']}"
    Webhook.objects.update(state="active")
    told(manager)
    delivery = Delivery.objects.first()
    assert delivery is not None
    Delivery.objects.update(state="failed", closed_at=timezone.now() - timedelta(hours=1), tries=9)
    again = f"{path}/deliveries/{delivery.public_id}/redeliver"

    done = send(manager, "POST", again)
    Webhook.objects.update(state="disabled", reason="failing")
    refused = send(manager, "POST", again)

    assert done.status_code == 200
    assert (done.json()["status"], done.json()["retryCount"]) == ("open", 0)
    assert refused.status_code == 409
    assert AuditEvent.objects.filter(verb="webhook.redeliver").count() == 1


def test_the_journal_is_read_from_a_position(manager: Program, other: Program) -> None:
    told(manager, people=2)

    first = manager.get(EVENTS, limit=3).json()
    rest = manager.get(EVENTS, since=first["next"]).json()
    end = manager.get(EVENTS, since=rest["next"]).json()

    assert [one["position"] for one in first["events"]] == [1, 2, 3]
    assert [one["position"] for one in rest["events"]] == [4]
    assert (end["events"], end["next"], end["last"]) == ([], 4, 4)
    event = first["events"][0]["event"]
    assert event["specversion"] == "1.0"
    assert event["recipientclientid"] == manager.credential.client_id
    assert event["data"]["value"]["message"].endswith(".access.complete")
    assert other.get(EVENTS).json() == {"events": [], "next": 0, "last": 0}


@pytest.mark.parametrize("query", [{"since": "-1"}, {"since": "x"}, {"limit": 0}, {"limit": 1001}])
def test_parameters_of_the_journal_are_checked(manager: Program, query: dict[str, Any]) -> None:
    answer = manager.get(EVENTS, **query)

    assert answer.status_code == 400
    assert [one["path"] for one in answer.json()["report"]["errors"]] == list(query)


def test_a_post_without_a_body_needs_no_content_type(manager: Program) -> None:
    path = f"{HOOKS}/{made(manager)['webhookId']}/challenge"

    assert Client().generic("POST", path, headers=manager.headers).status_code == 200
    assert Client().generic("POST", HOOKS, headers=manager.headers).status_code == 400


def test_a_registration_that_comes_again_is_one_and_tells_its_secret_once(
    manager: Program,
) -> None:
    marked = manager.having(Idempotency_Key="mine")

    first, second = (marked.post(BODY, HOOKS) for _ in range(2))

    assert first.status_code == second.status_code == 200
    shown = first.json()
    assert shown.pop("secret")
    assert second.json() == shown
    assert Webhook.objects.count() == 1


def test_of_two_removals_one_is_on_record(manager: Program) -> None:
    made(manager)
    webhook = Webhook.objects.get()

    for _ in range(2):
        webhooks.remove(webhook=webhook, by=manager.credential.actor)

    assert AuditEvent.objects.filter(verb="webhook.delete").count() == 1
