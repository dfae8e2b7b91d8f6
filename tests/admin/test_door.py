"""Who gets in: the operator, through the product's own sign-in, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from privacyportal.organizations.models import Organization, User
from tests.sessions import signed_in


@pytest.mark.parametrize("role", ["administrator", "officer", "staff", "auditor"])
def test_members_do_not_get_in(organization: Organization, role: str) -> None:
    client = signed_in(organization, role)

    assert client.get("/admin/").status_code in (302, 403)
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/jobs/job/", follow=True).status_code == 403


def test_a_half_operator_does_not_get_in_nor_meets_a_second_sign_in(
    organization: Organization,
) -> None:
    client = signed_in(organization, "officer")
    User.objects.update(is_staff=True)

    assert client.get("/admin/login/").status_code == 403
    answer = client.post("/admin/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403


def test_one_signs_in_through_the_products_own_door(db: None) -> None:
    asked = Client().get("/admin/jobs/job/", follow=True)

    assert asked.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert "Sign in" in asked.content.decode()


def test_the_second_factor_stands_before_the_admin(operator: Client) -> None:
    person = User.objects.get()
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    client = Client()

    answer = client.post(
        "/accounts/login/",
        {"login": person.email, "password": "a long password", "next": "/admin/"},
    )

    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/admin/").status_code == 302


def test_an_operator_without_a_second_factor_is_led_to_set_one_up(
    operator: Client, settings: Any
) -> None:
    settings.OPERATOR_SECOND_FACTOR = True

    led = operator.get("/admin/jobs/job/", follow=True)

    assert led.redirect_chain[-1][0] == "/accounts/2fa/"
    assert "Administration opens once the code app is turned on." in led.content.decode()
    TOTP.activate(User.objects.get(), "JBSWY3DPEHPK3PXP")
    assert operator.get("/admin/jobs/job/").status_code == 200
