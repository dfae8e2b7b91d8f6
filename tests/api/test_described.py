"""The published description holds: every operation is in it, its examples are what it says, and
whatever is sent is answered as it says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from jsonschema_rs import Draft202012Validator
from pytest_django.live_server_helper import LiveServer
from schemathesis.checks import (
    not_a_server_error,
)
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from jobs.api.describe_webhooks import DESK
from privacyportal.api.middleware import BASES
from privacyportal.api.openapi import OPERATIONS, document
from privacyportal.organizations.permissions import GRANTABLE
from tests.api.bodies import ORGANIZATION
from tests.api.bodies import document as body
from tests.api.conftest import make_organization, make_program
from tests.api.work import submit

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
BOUNDED = bounds(
    max_examples=12,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ALIASES = re.compile(r"/(data/privacy/gdpr|ims/token/v2)")
TOLD = document("http://testserver")
NAMES = [operation.name for operation in OPERATIONS]


def served() -> Iterator[tuple[str, str]]:
    """(method, path) of every resource of the API, without its other spellings."""
    for route, view in _walk(get_resolver()):
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: "{" + _camel(m[1]) + "}", f"/{route}")
        if path.startswith(BASES) and not ALIASES.match(path) and not path.endswith("/"):
            yield from ((method, path) for method in getattr(view, "methods", ()))


def _walk(resolver: URLResolver, route: str = "") -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        here = f"{route}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield here, entry.callback
        else:
            yield from _walk(entry, here)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def test_every_operation_is_described_and_no_other() -> None:
    assert sorted(served()) == sorted((o.method, o.path) for o in OPERATIONS)
    assert len(set(NAMES)) == len(NAMES)


def contents() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every body of the description, with its place."""
    for path, methods in TOLD["paths"].items():
        for method, told in methods.items():
            bodies = {"request": told.get("requestBody", {}), **told["responses"]}
            for where, one in bodies.items():
                for content in one.get("content", {}).values():
                    yield f"{method} {path} {where}", content


@pytest.mark.parametrize(
    ("place", "content"), contents(), ids=lambda x: x if isinstance(x, str) else ""
)
def test_every_body_has_an_example_that_is_one(place: str, content: Mapping[str, Any]) -> None:
    if content["schema"].get("format") == "binary":
        return
    given = [one["value"] for one in content.get("examples", {}).values()]
    given += [content["example"]] if "example" in content else []

    schema = {**content["schema"], "components": TOLD["components"]}
    assert given
    for example in given:
        Draft202012Validator(schema).validate(example)


def test_anyone_reads_it_and_it_names_this_portal(db: None, settings: Any) -> None:
    answer = Client().get("/data/core/privacy/openapi.json")

    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"
    assert answer.json()["servers"] == [{"url": settings.PORTAL_URL}]


def test_the_page_shows_every_operation(db: None) -> None:
    page = Client().get("/docs/api/").content.decode()

    for operation in OPERATIONS:
        assert f'id="{operation.name}"' in page
        assert operation.path in page
    assert "not affiliated" in page


@pytest.mark.parametrize("name", NAMES)
def test_its_examples_are_accepted(db: None, name: str) -> None:
    organization = make_organization("0A1B2C3D4E5F@PortalOrg", "crm", "webShop")
    program = make_program(organization, *GRANTABLE)
    operation = next(o for o in OPERATIONS if o.name == name)
    if operation.permission is None or not operation.body:
        return
    [job] = submit(program, body(organization.ims_org_id))
    webhook = program.post(DESK, "/data/core/privacy/webhooks").json()["webhookId"]
    path = operation.path.replace("{jobId}", str(job.public_id)).replace("{webhookId}", webhook)

    for example in operation.body.examples.values():
        answer = program.post(example, path, method=operation.method)
        assert answer.status_code == operation.answers[0].status, answer.content


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_sent_is_answered_as_described(
    live_server: LiveServer, settings: Any, name: str
) -> None:
    settings.API_RATE_PER_MINUTE = settings.API_TOKENS_PER_MINUTE = 0
    organization = make_organization(ORGANIZATION, "crm")
    program = make_program(organization, *GRANTABLE)
    [job] = submit(program, body(ORGANIZATION))
    webhook = program.post(DESK, "/data/core/privacy/webhooks").json()["webhookId"]
    known = {"jobId": str(job.public_id), "webhookId": webhook}
    told = document(live_server.url)
    schema = schemathesis.openapi.from_dict(told)
    operation = next(o for o in OPERATIONS if o.name == name)
    api = schema[operation.path][operation.method]

    @BOUNDED
    @given(case=api.as_strategy())
    def send(case: schemathesis.Case) -> None:
        for place, there in known.items():  # about half of the time
            if str(case.path_parameters.get(place, "f"))[0] in "0123456":
                case.path_parameters[place] = there
        case.call_and_validate(
            base_url=live_server.url, headers=program.headers, checks=list(CHECKS), timeout=20
        )

    send()
