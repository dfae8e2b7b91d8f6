"""Inviting people: by mail, in their language, with a link that works once; and who may."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from privacyportal.actors import SYSTEM, Actor
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Invitation, Member, Organization, User
from privacyportal.organizations.permissions import Role
from privacyportal.organizations.services import invitations, members
from tests.api.conftest import make_organization, organization
from tests.sessions import signed_in

__all__ = ["organization"]
BOSS = Actor("user", "boss", "Boss")
LINK = re.compile(r"http://\S+?(/invitations/\S+/)")
NEW = {"name": "Eva Ek", "password": "a long password of eva"}


@pytest.fixture
def administrator(organization: Organization) -> Client:
    return signed_in(organization, "administrator")


def invite(client: Client, email: str = "eva@example.org", **more: str) -> str:
    """The path of the link that was mailed."""
    given = {"email": email, "role": "officer", "language": "en", **more}
    answer = client.post("/members/invite/", given)
    assert answer.status_code == 302, answer.context["form"].errors
    return link()


def link() -> str:
    return str(LINK.search(str(mail.outbox[-1].body))[1])  # type: ignore[index]


def test_somebody_is_invited_sets_a_password_and_is_in(
    administrator: Client, organization: Organization
) -> None:
    path = invite(administrator, "Eva@Example.ORG")
    eva = Client()

    shown = eva.get(path).content.decode()
    answer = eva.post(path, NEW)

    assert "Your role: Privacy officer." in shown
    assert answer["Location"] == "/"
    member = Member.objects.get(user__email="eva@example.org")
    assert (member.role, member.user.name, member.user.language) == ("officer", "Eva Ek", "en")
    assert member.seen_at is not None
    assert eva.get("/").context["organization"] == organization
    assert "This invitation was accepted" in Client().get(path).content.decode()
    signed_in = Client().post(
        "/accounts/login/", {"login": "eva@example.org", "password": NEW["password"]}
    )
    assert signed_in["Location"] == "/"


def test_the_mail_is_in_the_language_of_whoever_is_invited(administrator: Client) -> None:
    User.objects.create_user("sven@example.org", language="en")

    invite(administrator, language="sv")
    invite(administrator, "sven@example.org", language="sv")

    swedish, english = mail.outbox
    assert "http" in str(swedish.body)
    assert 'lang="sv"' in str(swedish.alternatives[0].content)  # type: ignore[attr-defined]
    assert 'lang="en"' in str(english.alternatives[0].content)  # type: ignore[attr-defined]
    assert english.to == ["sven@example.org"]


def test_a_member_of_another_organization_signs_in_and_joins_a_second(
    administrator: Client, organization: Organization
) -> None:
    elsewhere = make_organization("Else@PortalOrg")
    bo = signed_in(elsewhere, "officer")
    path = invite(administrator, "officer@example.org", role="auditor")

    asked = Client().get(path).content.decode()
    offered = bo.get(path).content.decode()
    bo.post(path)

    assert f"/accounts/login/?next={quote(path)}" in asked
    assert "You are signed in as officer@example.org." in offered
    assert bo.get("/").context["organization"] == organization
    assert set(User.objects.get(email="officer@example.org").organizations.all()) == {
        organization, elsewhere,
    }  # fmt: skip
    bo.post("/organization/", {"organization": str(elsewhere.public_id)})
    assert bo.get("/").context["organization"] == elsewhere


def test_somebody_else_who_is_signed_in_is_told_to_sign_out(
    administrator: Client, organization: Organization
) -> None:
    path = invite(administrator)

    shown = administrator.get(path).content.decode()
    administrator.post(path, NEW)

    assert "the invitation is for eva@example.org" in shown
    assert not User.objects.filter(email="eva@example.org").exists()
    left = administrator.post("/accounts/logout/", {"next": path})
    assert left["Location"] == path


def test_nobody_joins_with_somebody_elses_link(administrator: Client) -> None:
    User.objects.create_user("eva@example.org")
    path = invite(administrator)
    other = signed_in(make_organization("Else@PortalOrg"), "staff")

    other.post(path)
    Client().post(path, NEW)

    assert Invitation.objects.get().is_open


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "", "password": NEW["password"]}, "Write your name"),
        ({"name": "Eva", "password": ""}, "Choose a password"),
        ({"name": "Eva", "password": "short"}, "too short"),
        ({"name": "Eva", "password": "password123"}, "too common"),
        ({"name": "Eva", "password": "eva@example.org"}, "too similar"),
    ],
)
def test_what_is_missing_is_told_at_its_field(
    administrator: Client, given: dict[str, str], words: str
) -> None:
    path = invite(administrator)

    answer = Client().post(path, given)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Invitation.objects.get().is_open


def test_a_link_ends_with_its_time_with_a_newer_one_and_with_the_invitation(
    administrator: Client,
) -> None:
    first = invite(administrator)
    invitation = Invitation.objects.get()
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        over = Client().get(first)
    administrator.post(f"/members/invitations/{invitation.public_id}/send/")
    second = link()
    replaced, good = Client().get(first), Client().get(second)
    asked = administrator.get(f"/members/invitations/{invitation.public_id}/withdraw/")
    administrator.post(f"/members/invitations/{invitation.public_id}/withdraw/")
    withdrawn = Client().post(second, NEW)

    assert (over.status_code, "has expired" in over.content.decode()) == (410, True)
    assert "This link does not work" in replaced.content.decode()
    assert good.status_code == 200
    assert "Withdraw the invitation of eva@example.org?" in asked.content.decode()
    assert (withdrawn.status_code, "was withdrawn" in withdrawn.content.decode()) == (410, True)
    assert not User.objects.filter(email="eva@example.org").exists()
    answer = administrator.post(f"/members/invitations/{invitation.public_id}/send/", follow=True)
    assert "accepted or withdrawn in the meantime" in answer.content.decode()


@pytest.mark.parametrize("token", ["nonsense", "a:b", "x" * 3000])
def test_a_link_that_nobody_signed_is_none(db: None, token: str) -> None:
    answer = Client().get(f"/invitations/{token}/")

    assert answer.status_code == 410


def test_an_address_is_invited_once_and_no_member_is(
    administrator: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite(administrator)
    given = {"email": "EVA@example.org", "role": "staff", "language": "en"}

    twice = administrator.post("/members/invite/", given)
    member = administrator.post("/members/invite/", {**given, "email": "administrator@example.org"})
    nothing = administrator.post("/members/invite/", {"language": "en"})
    monkeypatch.setattr(invitations, "MOST", 1)
    full = administrator.post("/members/invite/", {**given, "email": "bo@example.org"})

    assert "is invited already" in twice.content.decode()
    assert "is a member already" in member.content.decode()
    assert "Write the address" in nothing.content.decode()
    assert "Choose a role" in nothing.content.decode()
    assert "1 invitations are open" in full.content.decode()
    assert [one.status_code for one in (twice, member, nothing, full)] == [422] * 4
    assert Invitation.objects.count() == 1


def test_a_mail_that_could_not_be_sent_is_told_and_sent_later(
    administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", fail)
        answer = administrator.post(
            "/members/invite/",
            {"email": "eva@example.org", "role": "staff", "language": "en"},
            follow=True,
        )
    page = administrator.get("/members/").content.decode()

    assert "could not be sent" in answer.content.decode()
    assert "Mail not sent" in page
    administrator.post(f"/members/invitations/{Invitation.objects.get().public_id}/send/")
    assert len(mail.outbox) == 1
    assert Invitation.objects.get().sent_at is not None


def test_every_step_is_on_record_without_the_address(
    administrator: Client, organization: Organization
) -> None:
    invite(administrator)
    invitation = Invitation.objects.get()
    administrator.post(f"/members/invitations/{invitation.public_id}/send/")
    Client().post(link(), NEW)

    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == [
        "member.invite", "member.invite_again", "member.accept_invitation", "member.add",
    ]  # fmt: skip
    kept = [*AuditEvent.objects.values(), *AuditDetail.objects.values()]
    assert "eva@example.org" not in str(kept)


def test_nothing_in_the_database_is_a_link(administrator: Client) -> None:
    path = invite(administrator)
    token = path.split("/")[2]

    assert token not in str(list(Invitation.objects.values()))


def test_of_two_who_accept_the_second_is_too_late(organization: Organization) -> None:
    made = invitations.invite(
        organization=organization, by=BOSS, email="eva@example.org", role=Role.STAFF, language="en"
    )
    invitations.accept_as_new(invitation=made, name="Eva", password="a long password of eva")

    with pytest.raises(invitations.NotOpen):
        invitations.accept(invitation=made, user=User.objects.get())
    assert Member.objects.count() == 1


def test_who_became_a_member_meanwhile_keeps_the_role(organization: Organization) -> None:
    made = invitations.invite(
        organization=organization, by=BOSS, email="eva@example.org", role=Role.STAFF, language="en"
    )
    eva = User.objects.create_user("eva@example.org")
    members.add(organization=organization, by=SYSTEM, user=eva, role=Role.OFFICER)

    assert invitations.accept(invitation=made, user=eva).role == "officer"
