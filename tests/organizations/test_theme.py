"""The theme and the organization are chosen by forms, kept, and lead back to where one was."""

from __future__ import annotations

import pytest
from django.test import Client

from privacyportal.organizations.models import Member, Organization, User
from tests.api.conftest import make_organization, organization
from tests.sessions import client_of

__all__ = ["organization"]


@pytest.fixture
def client(organization: Organization) -> Client:
    person = User.objects.create_user("ann@example.org", "a long password")
    Member.objects.create(organization=organization, user=person, role="officer")
    return client_of(person)


def test_a_chosen_theme_is_in_the_page_from_its_first_byte(client: Client) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": "/?status=open"})

    assert answer["Location"] == "/?status=open"
    assert '<html lang="en" data-bs-theme="dark">' in client.get("/").content.decode()


def test_the_system_decides_again_where_no_theme_is_chosen(client: Client) -> None:
    client.post("/theme/", {"theme": "light"})

    client.post("/theme/", {"theme": "system"})

    assert '<html lang="en">' in client.get("/").content.decode()


def test_a_theme_may_be_chosen_before_signing_in(db: None) -> None:
    answer = Client().post("/theme/", {"theme": "dark", "next": "/accounts/login/"})

    assert answer["Location"] == "/accounts/login/"
    assert answer.cookies["theme"].value == "dark"


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_led_away_from_the_portal(client: Client, away: str) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": away})["Location"] == "/"


def test_a_cookie_that_is_no_theme_is_not_shown(client: Client) -> None:
    client.cookies["theme"] = '"><script>'

    assert "data-bs-theme" not in client.get("/").content.decode()


def test_who_is_in_one_organization_has_nothing_to_choose(client: Client) -> None:
    assert "/organization/" not in client.get("/").content.decode()


def test_who_is_in_several_goes_from_one_to_the_other(client: Client) -> None:
    other = make_organization("Other@PortalOrg")
    person = User.objects.get(email="ann@example.org")
    Member.objects.create(organization=other, user=person, role="auditor")

    before = client.get("/").content.decode()
    answer = client.post("/organization/", {"organization": str(other.public_id)})

    assert 'action="/organization/"' in before
    assert answer["Location"] == "/"
    assert client.get("/").context["organization"] == other


@pytest.mark.parametrize("chosen", ["stranger", "nonsense", ""])
def test_an_organization_of_others_cannot_be_chosen(client: Client, chosen: str) -> None:
    stranger = make_organization("Other@PortalOrg")
    value = str(stranger.public_id) if chosen == "stranger" else chosen

    assert client.post("/organization/", {"organization": value}).status_code == 404


def test_who_belongs_nowhere_is_told_what_to_do(db: None) -> None:
    person = User.objects.create_user("new@example.org", "a long password")
    client = client_of(person)

    page = client.get("/").content.decode()

    assert "You belong to no organization yet" in page
    assert "new@example.org" in page
