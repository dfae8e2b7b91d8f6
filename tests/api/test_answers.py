"""What every answer has: JSON, a request id, no-store; also where nothing is, and on our faults."""

import logging

import pytest
from django.test import Client

from jobs.api import reading
from tests.api.conftest import JOBS, Program


@pytest.mark.parametrize(
    "path",
    [
        "/data/core/privacy",
        "/data/core/privacy/",
        "/data/core/privacy/nothing",
        "/data/core/privacy/jobs/1/2/3",
        "/data/core/privacy/webhooks/1/nothing",
        "/data/privacy/gdpr/1/nothing/",
        "/ims/token/v9",
        "/ims/token",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_path_is_404_in_json(db, path: str, method: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, path)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["x-request-id"]
    assert response.json() == {
        "errors": {
            "errorType": f"uri={path}",
            "errorCode": 404,
            "title": "Not Found",
            "detail": "There is nothing at this address.",
        },
        "title": "Not Found",
        "detail": "There is nothing at this address.",
        "status": 404,
        "report": {"errors": []},
        "totalRecords": 0,
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", JOBS, "GET, POST"),
        ("DELETE", f"{JOBS}/1", "GET"),
        ("POST", f"{JOBS}/1/content", "GET"),
        ("PATCH", "/data/privacy/gdpr/", "GET, POST"),
        ("OPTIONS", "/data/core/privacy/namespaces", "GET, POST"),
    ],
)
def test_a_wrong_method_is_405_in_json(program: Program, method, path, allowed) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, path, headers=program.headers)

    assert response.status_code == 405
    assert response.headers["Allow"] == allowed
    assert response.json()["errors"]["errorCode"] == 405


def test_a_slash_at_the_end_changes_nothing(program: Program) -> None:
    for path in (JOBS, "/data/privacy/gdpr", "/data/core/privacy/namespaces"):
        plain = program.get(path, regulation="gdpr")
        slashed = program.get(f"{path}/", regulation="gdpr")

        assert plain.status_code == slashed.status_code == 200
        assert plain.json() == slashed.json()


def test_a_callers_request_id_is_kept_where_it_is_fit_for_logs(program: Program) -> None:
    kept = program.having(x_request_id="trace-1.2:3").get(regulation="gdpr")
    long = program.having(x_request_id="1" * 65).get(regulation="gdpr")
    odd = program.having(x_request_id="ann@example.com").get(regulation="gdpr")

    assert kept.headers["x-request-id"] == "trace-1.2:3"
    assert len(long.headers["x-request-id"]) == len(odd.headers["x-request-id"]) == 36


def test_nothing_of_the_api_is_stored_by_caches(program: Program) -> None:
    for response in (program.get(regulation="gdpr"), program.get(), Client().get("/ims/token/")):
        assert response.headers["Cache-Control"] == "no-store"


def test_a_bad_host_is_told_in_json_too(db) -> None:
    logging.getLogger("django.security.DisallowedHost").disabled = True

    response = Client().get(JOBS, headers={"Host": "evil.example"})

    logging.getLogger("django.security.DisallowedHost").disabled = False
    assert response.status_code in (400, 403)
    assert response.headers["Content-Type"] == "application/json"


def test_a_fault_of_ours_tells_a_request_id_and_nothing_internal(
    program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    value = "ann@example.com"

    def fail(*_args: object) -> None:
        raise RuntimeError(f"{value} broke it")

    monkeypatch.setattr(reading, "list_jobs", fail)

    response = program.having(x_request_id="trace-7").get(regulation="gdpr")

    assert response.status_code == 500
    assert response.json()["title"] == "Internal Server Error"
    assert response.json()["detail"].endswith("trace-7")
    assert "RuntimeError" not in response.content.decode()
    assert "RuntimeError" in caplog.text
    assert value not in response.content.decode() + caplog.text


def test_answers_are_in_english_whatever_the_caller_reads(program: Program) -> None:
    swedish = program.having(Accept_Language="sv").get(regulation="nolaw")

    assert "is not one of" in swedish.json()["detail"]


def test_namespaces_are_listed_with_their_ids(program: Program) -> None:
    listed = program.get("/data/core/privacy/namespaces").json()

    assert {entry["namespace"]: entry["namespaceId"] for entry in listed} == {
        "Email": 6,
        "Phone": 7,
        "AdCloud": 411,
        "CORE": 0,
        "ECID": 4,
        "TNTID": 9,
        "IDFA": 20915,
        "GAID": 20914,
        "WAID": 8,
        "AAID": 10,
    }
    assert all(entry["type"] == "standard" for entry in listed)
