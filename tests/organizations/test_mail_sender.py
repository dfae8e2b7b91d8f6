"""From whom an organization's mails are: safe against forged headers, and against being refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization
from privacyportal.organizations.services import mails
from tests.api.bodies import ORGANIZATION
from tests.api.conftest import organization
from tests.organizations.test_invitations import invite
from tests.sessions import signed_in

__all__ = ["organization"]


@pytest.fixture(autouse=True)
def operator(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Privacy portal <portal@operator.example>"
    settings.MAIL_SENDER_DOMAINS = {"allowed.example": ""}


@pytest.fixture
def administrator(organization: Organization) -> Client:
    return signed_in(organization, "administrator")


def save(client: Client, name: str = "", address: str = "") -> Any:
    return client.post("/settings/mail/", {"mail_name": name, "mail_address": address})


def headers(client: Client) -> tuple[str, str]:
    """From and Reply-To of the mail that comes next, as it is sent."""
    client.post("/settings/mail/try/")
    message = mail.outbox[-1].message()
    return str(message["From"]), str(message["Reply-To"] or "")


def test_a_foreign_address_is_answered_and_the_portal_sends(administrator: Client) -> None:
    assert headers(administrator) == ("Privacy portal <portal@operator.example>", "")

    save(administrator, "Nord AB", "privacy@nord.example")

    expected = ("Nord AB <portal@operator.example>", "privacy@nord.example")
    assert headers(administrator) == expected
    invite(administrator)
    assert str(mail.outbox[-1].message()["From"]) == expected[0]
    assert mail.outbox[-1].reply_to == ["privacy@nord.example"]


@pytest.mark.parametrize(("owner", "sends"), [(ORGANIZATION, True), ("Other@PortalOrg", False)])
def test_a_domain_may_be_one_organizations(
    administrator: Client, settings: Any, owner: str, sends: bool
) -> None:
    settings.MAIL_SENDER_DOMAINS = {"nord.example": owner}
    save(administrator, "Nord AB", "privacy@nord.example")

    assert ("privacy@nord.example" in headers(administrator)[0]) == sends


def test_an_address_that_the_operator_allows_is_the_sender(administrator: Client) -> None:
    save(administrator, "Nord AB", "privacy@Allowed.example")

    assert headers(administrator)[0].lower() == "nord ab <privacy@allowed.example>"
    save(administrator, "Nord AB", "privacy@sub.allowed.example")
    assert "portal@operator.example" in headers(administrator)[0]


def test_names_of_any_letters_arrive_whole(administrator: Client) -> None:
    save(administrator, 'Åsa "Privacy", Östra', "")

    from email.header import decode_header, make_header
    from email.utils import parseaddr

    name, address = parseaddr(headers(administrator)[0])
    assert str(make_header(decode_header(name))) == 'Åsa "Privacy", Östra'
    assert address == "portal@operator.example"


@pytest.mark.parametrize(
    "name",
    [
        "Nord\r\nBcc: all@example.org",
        "Nord\nX: y",
        "Nord\u2028X",
        "\u202eevil",
        "a@b.example",
        "<x",
    ],
)
def test_a_name_that_is_more_than_a_name_is_refused(
    organization: Organization, administrator: Client, name: str
) -> None:
    answer = save(administrator, name, "not an address")

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"mail_name", "mail_address"}
    organization.refresh_from_db()
    assert organization.mail_name == ""


def test_subjects_have_no_line_breaks_whatever_was_typed(organization: Organization) -> None:
    organization.name = "Nord\nBcc: all@example.org"
    made = mails.made(organization, f"About {organization.name}", "text", to=["a@example.org"])

    assert "\n" not in made.subject
    assert "Bcc" not in made.message()


def test_changes_are_on_record(administrator: Client) -> None:
    save(administrator, "Nord AB", "privacy@nord.example")
    save(administrator, "Nord AB", "privacy@nord.example")

    event = AuditEvent.objects.get(verb="organization.change")
    assert AuditDetail.objects.get(pk=event.pk).detail["mail_name"] == {
        "before": "", "after": "Nord AB",
    }  # fmt: skip


def test_a_server_that_is_away_is_told(
    administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", away)

    page = administrator.post("/settings/mail/try/", follow=True).content.decode()

    assert "The mail could not be sent" in page
