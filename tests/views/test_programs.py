"""The pages of programs: set up, a secret shown once and replaced, a program revoked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Webhook
from jobs.rules.events import Kind
from jobs.services import webhooks
from jobs.services.webhooks import WebhookDraft
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import (
    AccessToken,
    ApiCredential,
    Organization,
    UserSession,
)
from privacyportal.organizations.services import credentials
from tests.api.conftest import Program
from tests.sessions import signed_in

SHOP = {"name": "web shop", "permissions": ["privacy_read", "privacy_write"]}
SECRET = re.compile(r'id="secret" value="([^"]+)"')


def at(credential: ApiCredential, tail: str = "") -> str:
    return f"/programs/{credential.public_id}/{tail}"


def shown(client: Client, path: str) -> str:
    """The secret that a page shows, or ""."""
    answer = client.get(path)
    assert answer["Cache-Control"] == "no-store, private"
    found = SECRET.search(answer.content.decode())
    return found[1] if found else ""


def token(credential: ApiCredential, secret: str) -> str:
    issued = credentials.issue_token(client_id=credential.client_id, client_secret=secret)
    return issued[0] if issued else ""


def test_a_program_is_set_up_and_its_secret_is_shown_once(
    administrator: Client, organization: Organization
) -> None:
    answer = administrator.post("/programs/new/", SHOP)
    made = ApiCredential.objects.get()
    kept = str(list(UserSession.objects.values_list("session_data", flat=True)))
    data: SessionBase = administrator.session
    sealed = str(dict(data.items()))

    first, second = shown(administrator, answer["Location"]), shown(administrator, at(made))

    assert answer["Location"] == at(made)
    assert token(made, first)
    assert second == ""
    assert first not in kept + sealed
    assert first not in str([*AuditEvent.objects.values(), *AuditDetail.objects.values()])
    assert (made.name, made.permissions) == ("web shop", SHOP["permissions"])
    assert made.created_by == "administrator@example.org"
    page = administrator.get(at(made)).content.decode()
    assert "Submit requests" in page
    assert "Download packages" not in page


def test_what_is_missing_is_told_at_its_field(administrator: Client) -> None:
    answer = administrator.post("/programs/new/", {"permissions": ["reveal"]})

    assert answer.status_code == 422
    assert "Give it a name" in answer.content.decode()
    assert set(answer.context["form"].errors) == {"name", "permissions"}
    assert not ApiCredential.objects.exists()


def test_a_secret_is_replaced_and_the_old_one_works_until_its_time(
    administrator: Client, program: Program
) -> None:
    credential = program.credential
    until = timezone.localtime(timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")

    administrator.post(at(credential, "rotate/"), {"how": "until", "until": until})
    fresh = shown(administrator, at(credential))
    unused = administrator.get(at(credential)).content.decode()
    both = [bool(token(credential, secret)) for secret in (program.secret, fresh)]
    used = administrator.get(at(credential)).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        later = [bool(token(credential, secret)) for secret in (program.secret, fresh)]

    assert "Nobody has used it since" in unused
    assert both == [True, True]
    assert "something still has it" in used
    assert later == [False, True]
    assert program.get(regulation="gdpr").status_code == 200


def test_the_old_secret_is_ended_before_its_time(administrator: Client, program: Program) -> None:
    fresh = credentials.rotate(
        credential=program.credential, by=SYSTEM, until=timezone.now() + timedelta(days=2)
    )

    answer = administrator.post(at(program.credential, "old-secret/end/"), follow=True)

    assert "is ended." in answer.content.decode()
    assert not token(program.credential, program.secret)
    assert token(program.credential, fresh)
    assert program.get(regulation="gdpr").status_code == 200
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs[-2:] == ["credential.rotate", "credential.end_previous"]


def test_a_secret_that_is_known_ends_at_once_with_its_tokens(
    administrator: Client, program: Program
) -> None:
    administrator.post(at(program.credential, "rotate/"), {"how": "now", "until": ""})

    assert not token(program.credential, program.secret)
    assert program.get(regulation="gdpr").status_code == 401
    assert token(program.credential, shown(administrator, at(program.credential)))


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("", "Say until when"),
        ("2020-01-01T00:00", "over already"),
        ("2099-01-01T00:00", "within the next 90 days"),
        ("soon", "Write a day and an hour"),
    ],
)
def test_a_time_that_cannot_be_is_told(
    administrator: Client, program: Program, until: str, words: str
) -> None:
    answer = administrator.post(at(program.credential, "rotate/"), {"how": "until", "until": until})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert token(program.credential, program.secret)


def test_the_time_is_that_of_the_reader(administrator: Client, program: Program) -> None:
    """The organization's is Stockholm."""
    with time_machine.travel("2026-01-10 12:00 +0000", tick=False):
        administrator.post(
            at(program.credential, "rotate/"), {"how": "until", "until": "2026-01-11T09:00"}
        )

    program.credential.refresh_from_db()
    assert f"{program.credential.previous_until:%H:%M %Z}" == "08:00 UTC"


def test_a_third_secret_ends_the_first(program: Program) -> None:
    until = timezone.now() + timedelta(days=2)
    second = credentials.rotate(credential=program.credential, by=SYSTEM, until=until)
    third = credentials.rotate(credential=program.credential, by=SYSTEM, until=until)

    works = [bool(token(program.credential, one)) for one in (program.secret, second, third)]

    assert works == [False, True, True]


def test_revoking_says_what_ends_and_ends_it(
    administrator: Client, program: Program, organization: Organization
) -> None:
    draft = WebhookDraft("warehouse", "https://example.org/in", tuple(Kind))
    client_id = program.credential.client_id
    webhook, _secret = webhooks.create(
        organization=organization, by=SYSTEM, client_id=client_id, draft=draft
    )
    other, _secret = webhooks.create(
        organization=organization, by=SYSTEM, client_id="other", draft=draft
    )
    Webhook.objects.update(state="active")

    asked = administrator.get(at(program.credential, "revoke/")).content.decode()
    answer = administrator.post(at(program.credential, "revoke/"), follow=True)
    again = administrator.post(at(program.credential, "revoke/"), follow=True)

    assert "1 webhook of it is stopped" in asked
    assert "is revoked." in answer.content.decode()
    assert "revoked in the meantime" in again.content.decode()
    assert not AccessToken.objects.exists()
    webhook.refresh_from_db()
    other.refresh_from_db()
    assert (webhook.state, webhook.reason) == ("disabled", "revoked")
    assert other.state == "active"
    with pytest.raises(webhooks.NotLive):
        webhooks.challenge_again(webhook=webhook, by=SYSTEM)
    page = administrator.get(f"/webhooks/{webhook.public_id}/").content.decode()
    assert "The program that it is told to was revoked." in page
    with pytest.raises(credentials.Revoked):
        credentials.rotate(credential=program.credential, by=SYSTEM, until=None)


def test_a_revoked_program_cannot_be_replaced_in_an_old_page(
    administrator: Client, program: Program
) -> None:
    credentials.revoke(credential=program.credential, by=SYSTEM)

    for tail, given in (("rotate/", {"how": "now"}), ("old-secret/end/", {})):
        answer = administrator.post(at(program.credential, tail), given, follow=True)
        assert "was revoked in the meantime" in answer.content.decode()


def test_no_program_of_others_is_there(administrator: Client, stranger: Program) -> None:
    paths = [at(stranger.credential, tail) for tail in ("", "rotate/", "revoke/")]
    posts = [at(stranger.credential, tail) for tail in ("rotate/", "revoke/", "old-secret/end/")]

    assert [administrator.get(path).status_code for path in paths] == [404] * 3
    assert [administrator.post(path).status_code for path in posts] == [404] * 3
    assert stranger.credential.name not in administrator.get("/programs/").content.decode()


@pytest.mark.parametrize("role", ["officer", "staff", "auditor"])
def test_only_administrators_set_programs_up(
    organization: Organization, program: Program, role: str
) -> None:
    client = signed_in(organization, role)

    paths = ["/programs/", "/programs/new/", at(program.credential)]
    assert [client.get(path).status_code for path in paths] == [403] * 3
    assert client.post(at(program.credential, "revoke/")).status_code == 403


def test_as_many_queries_for_three_as_for_thirty(
    administrator: Client, organization: Organization
) -> None:
    counts = []
    for more in (3, 27):
        for _ in range(more):
            credentials.create(organization=organization, by=SYSTEM, name="x", permissions=[])
        with CaptureQueriesContext(connection) as queries:
            administrator.get("/programs/")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 7


def test_a_list_without_programs_teaches(administrator: Client) -> None:
    assert "No programs yet" in administrator.get("/programs/").content.decode()


def test_a_secret_is_shown_on_its_own_page_only(administrator: Client, program: Program) -> None:
    made: Any = administrator.post("/programs/new/", SHOP)

    assert shown(administrator, at(program.credential)) == ""
    assert shown(administrator, made["Location"]) != ""
