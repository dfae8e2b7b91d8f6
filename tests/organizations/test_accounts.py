"""Signing in and out, the second factor, and the limits on guessing, as a browser meets them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core import mail
from django.core.cache import cache
from django.test import Client

from privacyportal.mailbox.nowhere import NOWHERE
from privacyportal.organizations.models import User, UserSession

LOGIN = "/accounts/login/"
ACTIVATE = "/accounts/2fa/totp/activate/"
PASSWORD = "a long password"
HOUR = "2026-11-24 12:00 +0000"


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann@example.org", PASSWORD, name="Ann")


def sign_in(email: str = "ann@example.org", password: str = PASSWORD, **more: str) -> Client:
    client = Client()
    client.answer = client.post(LOGIN, {"login": email, "password": password, **more})  # type: ignore[attr-defined]
    return client


def is_signed_in(client: Client) -> bool:
    return bool(client.get("/accounts/2fa/").status_code == 200)


def problems(client: Client) -> list[str]:
    return re.findall(r'role="alert">.*?<p>(.*?)</p>', client.answer.content.decode(), re.DOTALL)  # type: ignore[attr-defined]


def code_of(secret: str) -> str:
    """What a code app would show."""
    [_before, now, _after] = auth.yield_hotp_counters_from_time()
    return auth.format_hotp_value(auth.hotp_value(secret, now))


def activated(client: Client) -> str:
    """Turns the second factor on, and tells the secret."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    shown = client.get(ACTIVATE).content.decode()
    secret = str(re.search(r'id="secret">([A-Z2-7]+)<', shown)[1])  # type: ignore[index]
    assert client.post(ACTIVATE, {"code": code_of(secret)}).status_code == 302
    return secret


def test_a_person_signs_in_by_e_mail_whatever_its_letter_case(ann: User) -> None:
    client = sign_in("ANN@example.org")

    assert client.answer["Location"] == "/"  # type: ignore[attr-defined]
    assert is_signed_in(client)


def test_one_is_led_to_where_one_wanted_to_go_but_never_elsewhere(ann: User) -> None:
    assert sign_in(next="/requests/new/").answer["Location"] == "/requests/new/"  # type: ignore[attr-defined]
    assert sign_in(next="https://evil.example/").answer["Location"] == "/"  # type: ignore[attr-defined]
    assert 'value="/requests/new/"' in Client().get(f"{LOGIN}?next=/requests/new/").content.decode()


def test_an_unknown_address_and_a_wrong_password_are_told_in_the_same_words(ann: User) -> None:
    wrong = problems(sign_in(password="another password"))
    unknown = problems(sign_in("nobody@example.org"))

    assert wrong == unknown == ["E-mail or password is wrong."]


def test_guessing_one_persons_password_ends_in_429_even_with_the_right_one(ann: User) -> None:
    answers = [sign_in(password=f"guess {n}").answer for n in range(6)]  # type: ignore[attr-defined]
    right = sign_in().answer  # type: ignore[attr-defined]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert right.status_code == 429
    assert right["Retry-After"] == "300"
    assert "Too many tries" in right.content.decode()


def test_guessing_many_addresses_from_one_place_ends_in_429(ann: User) -> None:
    answers = [sign_in(f"p{n}@example.org").answer.status_code for n in range(11)]  # type: ignore[attr-defined]

    assert answers == [200] * 10 + [429]


def test_a_closed_account_is_told_so_only_with_its_password(ann: User) -> None:
    User.objects.update(is_active=False)

    assert sign_in().answer["Location"] == "/accounts/inactive/"  # type: ignore[attr-defined]
    assert problems(sign_in(password="wrong")) == ["E-mail or password is wrong."]
    assert "This account is closed" in Client().get("/accounts/inactive/").content.decode()


def test_nobody_makes_an_account_by_themselves(db: None) -> None:
    page = Client().get("/accounts/signup/")
    Client().post("/accounts/signup/", {"email": "eve@example.org", "password1": PASSWORD})

    assert "Accounts are made by invitation" in page.content.decode()
    assert not User.objects.exists()


def test_the_second_factor_is_turned_on_and_asked_for_from_then_on(ann: User) -> None:
    with time_machine.travel(HOUR, tick=False) as clock:
        client = sign_in()
        secret = activated(client)
        clock.shift(60)  # type: ignore[union-attr]
        client = sign_in()
        asked = client.answer["Location"]  # type: ignore[attr-defined]
        before = is_signed_in(client)
        refused = client.post(asked, {"code": "000000"})
        done = client.post(asked, {"code": code_of(secret)})
        after = is_signed_in(client)

    assert asked == "/accounts/2fa/authenticate/"
    assert not before
    assert "This code is wrong or was used already." in refused.content.decode()
    assert done["Location"] == "/"
    assert after


def test_a_code_works_once(ann: User) -> None:
    with time_machine.travel(HOUR, tick=False):
        secret = activated(sign_in())
        answers = [
            sign_in().post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code
            for _ in range(2)
        ]

    assert answers == [302, 200]


def test_guessing_codes_ends_in_429(ann: User) -> None:
    with time_machine.travel(HOUR, tick=False):
        activated(sign_in())
        client = sign_in()
        answers = [
            client.post("/accounts/2fa/authenticate/", {"code": f"00000{n}"}).status_code
            for n in range(6)
        ]

    assert answers == [200] * 5 + [429]


def test_the_secret_is_shown_as_picture_and_text_and_kept_sealed(ann: User) -> None:
    with time_machine.travel(HOUR, tick=False):
        client = sign_in()
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        shown = client.get(ACTIVATE)
        secret = activated(client)

    assert 'src="data:image/svg+xml;base64,' in shown.content.decode()
    assert "img-src 'self' data:" in shown["Content-Security-Policy"]
    assert secret not in str(list(Authenticator.objects.values("data")))


def test_a_recovery_code_signs_in_once(ann: User) -> None:
    with time_machine.travel(HOUR, tick=False):
        client = sign_in()
        activated(client)
        shown = client.get("/accounts/2fa/recovery-codes/").content.decode()
        codes = re.findall(r"<li>(\d{8})</li>", shown)
        file = client.get("/accounts/2fa/recovery-codes/download/").content.decode()
        first, second = sign_in(), sign_in()
        for one in (first, second):
            one.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        signed_in = [is_signed_in(first), is_signed_in(second)]

    assert len(codes) == 10
    assert file.split() == codes
    assert signed_in == [True, False]


def test_the_second_factor_is_turned_off_after_confirming_that_it_is_oneself(ann: User) -> None:
    with time_machine.travel(HOUR, tick=False) as clock:
        client = sign_in()
        activated(client)
        clock.shift(3600)  # type: ignore[union-attr]
        confirm = client.get("/accounts/2fa/totp/deactivate/")
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        asked = client.get("/accounts/2fa/totp/deactivate/")
        client.post("/accounts/2fa/totp/deactivate/")

    assert "/reauthenticate/" in confirm["Location"]
    assert "Turn off the code app?" in asked.content.decode()
    assert not Authenticator.objects.exists()


def test_a_forgotten_password_is_replaced_through_a_link_that_works_once(ann: User) -> None:
    sent = Client().post("/accounts/password/reset/", {"email": "ann@example.org"})
    link = str(re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1])  # type: ignore[index]
    client = Client()
    form = client.get(link, follow=True)
    path = form.redirect_chain[-1][0]
    new = {"password1": "quite another one", "password2": "quite another one"}
    client.post(path, new)

    assert sent["Location"] == "/accounts/password/reset/done/"
    assert "Choose a new password" in form.content.decode()
    assert is_signed_in(sign_in(password="quite another one"))
    assert "This link is used up" in Client().get(link, follow=True).content.decode()


def test_asking_for_a_link_tells_nobody_whether_an_address_has_an_account(ann: User) -> None:
    known = Client().post("/accounts/password/reset/", {"email": "ann@example.org"})
    unknown = Client().post("/accounts/password/reset/", {"email": "eve@example.org"})

    assert known["Location"] == unknown["Location"]
    assert known.status_code == unknown.status_code == 302


@pytest.mark.parametrize("address", ["ann@example.org", "eve@example.org"])
def test_a_link_that_cannot_be_sent_is_not_promised(
    ann: User, settings: Any, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    settings.EMAIL_BACKEND = NOWHERE

    told = Client().post("/accounts/password/reset/", {"email": address})

    assert told.status_code == 503
    assert "No mail could be sent" in told.content.decode()
    assert "NoMailServer" in caplog.text
    assert address not in caplog.text


def test_signing_out_is_confirmed_by_a_button_and_ends_the_session(ann: User) -> None:
    client = sign_in()
    asked = client.get("/accounts/logout/")
    still = is_signed_in(client)
    client.post("/accounts/logout/")

    assert "Sign out?" in asked.content.decode()
    assert still
    assert not is_signed_in(client)
    assert not UserSession.objects.filter(pk=client.session.session_key).exists()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/accounts/reauthenticate/",
    ],
)
def test_pages_of_the_account_are_in_the_products_look(ann: User, path: str) -> None:
    text = sign_in().get(path).content.decode()

    assert "/static/portal." in text
    assert "<style" not in text
    assert "style=" not in text
    assert not re.search(r"<script(?![^>]*src=)", text)


def test_signed_out_pages_show_no_rail(db: None) -> None:
    for path in (LOGIN, "/accounts/password/reset/", "/accounts/signup/", "/accounts/inactive/"):
        text = Client().get(path).content.decode()

        assert 'class="door narrow"' in text
        assert "<nav" not in text


def test_one_does_not_change_ones_own_address(ann: User) -> None:
    assert sign_in().get("/accounts/email/").status_code == 404
