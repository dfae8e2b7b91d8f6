"""How the portal looks to one person: language, time zone, shortcuts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from privacyportal.organizations.forms import zone_names
from privacyportal.organizations.models import Member, User
from tests.api.conftest import make_organization

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Member:
    user = User.objects.create_user("ann@example.org", name="Ann")
    organization = make_organization("First@PortalOrg", "crm")
    return Member.objects.create(organization=organization, user=user, role="officer")


@pytest.fixture
def client(member: Member) -> Client:
    client = Client()
    client.force_login(member.user, backend=BACKEND)
    return client


def test_what_is_chosen_stays(client: Client, member: Member) -> None:
    sent = {"name": "Ann Berg", "language": "sv", "time_zone": "Asia/Tokyo"}

    answer = client.post("/preferences/", sent)

    assert answer.status_code == 302
    user = User.objects.get(pk=member.user.pk)
    assert (user.name, user.language, user.time_zone) == ("Ann Berg", "sv", "Asia/Tokyo")
    assert not user.shortcuts


def test_what_is_none_is_told_and_not_kept(client: Client, member: Member) -> None:
    answer = client.post("/preferences/", {"time_zone": "Mars/Olympus", "language": "en"})

    assert answer.status_code == 422
    assert "This is not a time zone." in answer.content.decode()
    assert User.objects.get(pk=member.user.pk).time_zone == ""


def test_the_language_of_ones_own_goes_before_the_browsers(client: Client) -> None:
    swedish = {"HTTP_ACCEPT_LANGUAGE": "sv"}
    assert 'lang="sv"' in client.get("/preferences/", **swedish).content.decode()[:200]

    answer = client.post("/language/", {"language": "en", "next": "/preferences/"})

    assert answer["Location"] == "/preferences/"
    assert 'lang="en"' in client.get("/preferences/", **swedish).content.decode()[:200]


def test_before_sign_in_a_cookie_keeps_the_language() -> None:
    visitor = Client()

    visitor.post("/language/", {"language": "sv"})

    assert 'lang="sv"' in visitor.get("/accounts/login/").content.decode()[:200]
    visitor.post("/language/", {"language": "tlh"})
    assert visitor.cookies["django_language"].value == "sv"


def test_hours_are_those_of_the_reader(member: Member) -> None:
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert member.zone.key == member.organization.time_zone
    member.user.time_zone = "Asia/Tokyo"

    assert f"{noon.astimezone(member.zone):%H}" == "21"


def test_zones_are_those_of_places() -> None:
    names = zone_names()

    assert {"UTC", "Europe/Stockholm", "America/Argentina/Buenos_Aires"} <= set(names)
    assert not {"EST", "Etc/GMT+5", "posix/Europe/Stockholm"} & set(names)
