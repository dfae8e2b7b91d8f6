"""Who is let in: every header missing or wrong, in the contract's order."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import AccessToken, Organization
from privacyportal.organizations.permissions import CONTRACT, Permission
from privacyportal.organizations.services import credentials
from tests.api.bodies import document
from tests.api.conftest import JOBS, Program, make_program

BODY = document()
ENDPOINTS = [
    ("GET", JOBS, Permission.PRIVACY_READ),
    ("POST", JOBS, Permission.PRIVACY_WRITE),
    ("GET", f"{JOBS}/00000000-0000-4000-8000-000000000000", Permission.PRIVACY_READ),
    ("GET", f"{JOBS}/00000000-0000-4000-8000-000000000000/content", Permission.CONTENT_READ),
    ("GET", "/data/core/privacy/namespaces", Permission.PRIVACY_READ),
    ("GET", "/data/privacy/gdpr", Permission.PRIVACY_READ),
    ("POST", "/data/privacy/gdpr/", Permission.PRIVACY_WRITE),
]


def refusal(response) -> tuple[int, str]:
    return response.status_code, response.json()["error_code"]


@pytest.mark.parametrize(("method", "path", "permission"), ENDPOINTS)
def test_no_endpoint_answers_a_caller_without_headers(db, method, path, permission) -> None:
    response = Client().generic(method, path, b"{}", content_type="application/json")

    assert refusal(response) == (403, "403000")
    assert response.json() == {"error_code": "403000", "message": "Api Key is required"}
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("absent", "expected"),
    [
        (["x-api-key"], (403, "403000")),
        (["Authorization"], (401, "403010")),
        (["x-gw-ims-org-id"], (400, "400003")),
        (["x-api-key", "Authorization", "x-gw-ims-org-id"], (403, "403000")),
        (["Authorization", "x-gw-ims-org-id"], (401, "403010")),
    ],
)
def test_a_missing_header_is_named(program: Program, absent, expected) -> None:
    assert refusal(program.without(*absent).get()) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x_api_key": "nobody"}, (403, "403003")),
        ({"x_api_key": " "}, (403, "403000")),
        ({"Authorization": "Bearer wrong"}, (401, "401013")),
        ({"Authorization": "Bearer "}, (401, "403010")),
        ({"Authorization": "Basic d3Jvbmc6d3Jvbmc="}, (401, "401013")),
        ({"x_gw_ims_org_id": "Nobody@PortalOrg"}, (403, "403025")),
        ({"x_api_key": "nobody", "Authorization": "Bearer wrong"}, (403, "403003")),
        ({"Authorization": "Bearer wrong", "x_gw_ims_org_id": "x"}, (401, "401013")),
    ],
)
def test_a_wrong_header_is_named_in_the_order_of_the_checks(
    program: Program, headers, expected
) -> None:
    assert refusal(program.having(**headers).get()) == expected


def test_token_key_and_organization_of_another_tenant_do_not_mix(
    program: Program, stranger: Program
) -> None:
    for name in ("Authorization", "x-api-key", "x-gw-ims-org-id"):
        mixed = program.having(**{name.replace("-", "_"): stranger.headers[name]})

        assert refusal(mixed.get()) == (403, "403025")


def test_two_programs_of_one_organization_do_not_share_tokens(
    program: Program, organization: Organization
) -> None:
    other = make_program(organization)

    mixed = program.having(Authorization=other.headers["Authorization"])

    assert refusal(mixed.get()) == (403, "403025")


def test_an_expired_token_is_not_valid(program: Program) -> None:
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert refusal(program.get()) == (401, "401013")


def test_a_revoked_credential_is_out_at_once(program: Program) -> None:
    assert program.get(regulation="gdpr").status_code == 200

    credentials.revoke(credential=program.credential, by=SYSTEM)

    assert refusal(program.get(regulation="gdpr")) == (403, "403003")
    response = Client().post(
        "/ims/token/v3",
        {"client_id": program.credential.client_id, "client_secret": program.secret},
    )
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_client"


@pytest.mark.parametrize(("method", "path", "permission"), ENDPOINTS)
def test_one_permission_opens_an_endpoint_and_all_others_do_not(
    organization: Organization, method: str, path: str, permission: Permission
) -> None:
    only = make_program(organization, permission)
    others = make_program(organization, *(p for p in CONTRACT if p != permission))

    allowed = Client().generic(
        method, path, b"{}", content_type="application/json", headers=only.headers
    )
    refused = Client().generic(
        method, path, b"{}", content_type="application/json", headers=others.headers
    )

    assert allowed.status_code in (200, 400, 404)
    assert refused.status_code == 403
    assert permission in refused.json()["errors"]["detail"]
    assert refused.json()["status"] == 403


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        "application/vnd.adobe.platform.gdpr+json",
        "application/vnd.adobe.v1+json; version=1",
    ],
)
def test_json_content_types_are_accepted(program: Program, content_type: str) -> None:
    assert program.post(BODY, content_type=content_type).status_code == 202


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"]
)
def test_other_content_types_are_refused(program: Program, content_type: str) -> None:
    response = program.post(BODY, content_type=content_type)

    assert response.status_code == 400
    assert response.json()["detail"] == "A valid content-type must be specified"


def test_permission_comes_before_content_type_and_that_before_size(
    organization: Organization, program: Program, settings
) -> None:
    settings.API_BODY_LIMIT = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    reader = make_program(organization, Permission.PRIVACY_READ)

    assert reader.post(BODY, content_type="text/plain").status_code == 403
    assert program.post(BODY, content_type="text/plain").status_code == 400
    assert program.post(b"{" * 11).status_code == 413
    assert program.post(b"{" * 10).status_code == 400


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense", "*/*;q=0"])
def test_accept_and_other_headers_are_ignored(program: Program, accept: str) -> None:
    response = program.having(Accept=accept, x_sandbox_name="prod", foo="1").get(regulation="gdpr")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"


def test_a_use_is_noted(program: Program) -> None:
    program.get(regulation="gdpr")

    program.credential.refresh_from_db()
    assert timezone.now() - program.credential.last_used_at < timedelta(minutes=1)
