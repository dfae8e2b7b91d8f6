"""Client id and secret for a token."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.api.conftest import Program


def ask(program: Program, path: str = "/ims/token/v3", **changes: str | None):
    parameters = {
        "client_id": program.credential.client_id,
        "client_secret": program.secret,
        "grant_type": "client_credentials",
        "scope": "openid,AdobeID",
        **changes,
    }
    return Client().post(path, {name: v for name, v in parameters.items() if v is not None})


@pytest.mark.parametrize("path", ["/ims/token/v3", "/ims/token/v3/", "/ims/token/v2"])
def test_a_token_opens_the_api(program: Program, path: str) -> None:
    response = ask(program, path)

    given = response.json()
    assert response.status_code == 200
    assert (given["token_type"], given["expires_in"]) == ("bearer", 86399)
    assert response.headers["Cache-Control"] == "no-store"
    fresh = program.having(Authorization=f"bearer {given['access_token']}")
    assert fresh.get(regulation="gdpr").status_code == 200


def test_parameters_may_stand_in_the_query(program: Program) -> None:
    query = urlencode(
        {
            "client_id": program.credential.client_id,
            "client_secret": program.secret,
            "grant_type": "client_credentials",
        }
    )

    assert Client().post(f"/ims/token/v3?{query}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_secret": None}, "invalid_request"),
        ({"client_id": ""}, "invalid_request"),
        ({"client_id": "a\0b"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_refusal_speaks_oauth(program: Program, changes, error: str) -> None:
    response = ask(program, **changes)

    assert response.status_code == 400
    assert response.json()["error"] == error
    assert response.json()["error_description"]
    assert "access_token" not in response.json()


def test_a_form_that_cannot_be_read_is_a_clear_error(db) -> None:
    response = Client().generic("POST", "/ims/token/v3", b"x", "multipart/form-data")

    assert response.status_code == 400
    assert response.json()["detail"] == "The body of the request cannot be read."


def test_a_token_is_not_fetched_with_get(program: Program) -> None:
    response = Client().get("/ims/token/v3")

    assert response.status_code == 405
    assert response.json()["status"] == 405


def test_neither_secret_nor_query_reaches_the_logs(
    program: Program, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    Client().post(f"/ims/token/v3?client_id=x&client_secret={program.secret}")
    program.get(regulation="ann@example.com")

    logged = caplog.text + "".join(capfd.readouterr())
    assert "request_finished" in logged
    assert "POST /ims/token/v3" in logged
    assert program.secret not in logged
    assert "ann@example.com" not in logged
    assert "client_secret" not in logged
