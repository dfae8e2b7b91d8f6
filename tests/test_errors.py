"""The pages of errors: in the product's look, with nothing internal, and without a database."""

from __future__ import annotations

import pytest
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from privacyportal import urls
from privacyportal.errors import server_error
from privacyportal.organizations.models import Organization
from tests.api.conftest import organization
from tests.sessions import signed_in

__all__ = ["organization"]


def fault(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the secret of ann@example.org")


def damaged(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("the secret of ann@example.org")


class Urls:
    handler500 = urls.handler500
    urlpatterns = [*urls.urlpatterns, path("fault/", fault), path("damaged/", damaged)]


@pytest.fixture
def officer(organization: Organization) -> Client:
    client = signed_in(organization, "officer")
    client.raise_request_exception = False
    return client


def text_of(answer: HttpResponse) -> str:
    text = answer.content.decode()
    assert 'class="door narrow"' in text
    assert "/static/portal." in text
    assert "ann@example.org" not in text
    return text


def test_an_unknown_address_is_404_in_words(officer: Client) -> None:
    answer = officer.get("/nothing/")

    assert answer.status_code == 404
    assert "There is nothing here" in text_of(answer)


def test_what_a_role_may_not_see_is_403_and_names_the_role(organization: Organization) -> None:
    answer = signed_in(organization, "auditor").get("/requests/new/")

    assert answer.status_code == 403
    assert f"You are signed in as Auditor of {organization}." in text_of(answer)


@override_settings(ROOT_URLCONF=Urls)
def test_a_damaged_request_is_400_in_words(officer: Client) -> None:
    answer = officer.get("/damaged/")

    assert answer.status_code == 400
    assert "This could not be read" in text_of(answer)


@override_settings(ROOT_URLCONF=Urls)
def test_a_fault_of_ours_tells_its_reference_and_nothing_internal(officer: Client) -> None:
    answer = officer.get("/fault/")

    assert answer.status_code == 500
    text = text_of(answer)
    assert answer["x-request-id"] in text
    assert "RuntimeError" not in text


def test_the_page_of_a_fault_needs_no_database() -> None:
    """pytest-django refuses every query of a test that does not ask for the database."""
    request = HttpRequest()
    request.META["HTTP_X_REQUEST_ID"] = "7f1c-09ad"
    request.COOKIES["theme"] = "dark"

    text = server_error(request).content.decode()

    assert "7f1c-09ad" in text
    assert 'data-bs-theme="dark"' in text


def test_a_form_without_its_token_is_403_in_words(organization: Organization) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/accounts/login/", {"login": "a@example.org", "password": "x"})

    assert answer.status_code == 403
    assert "The page was open too long" in text_of(answer)
