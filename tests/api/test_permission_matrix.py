"""The five permissions, each alone and each missing, on every endpoint and method of the API. An
endpoint or method that has no row fails the first test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver, reverse

from jobs.models import Job
from privacyportal.organizations.models import Organization
from privacyportal.organizations.permissions import GRANTABLE, Permission
from tests.api.bodies import document
from tests.api.conftest import Program, make_program
from tests.api.work import close, give, submit

READ, WRITE = Permission.PRIVACY_READ, Permission.PRIVACY_WRITE
CONTENT, EVENTS = Permission.CONTENT_READ, Permission.EVENTS_MANAGE

# Method and URL → the one permission that opens it, and what who has it is answered.
NEEDS: dict[str, tuple[Permission, int]] = {
    "GET jobs-api:jobs": (READ, 200),
    "POST jobs-api:jobs": (WRITE, 202),
    "GET jobs-api:job": (READ, 200),
    "GET jobs-api:content": (CONTENT, 200),
    "POST jobs-api:child-job": (WRITE, 202),
    "GET jobs-api:namespaces": (READ, 200),
    "POST jobs-api:namespaces": (WRITE, 201),
    "GET jobs-api:older-jobs": (READ, 200),
    "POST jobs-api:older-jobs": (WRITE, 202),
    "GET jobs-api:older-job": (READ, 200),
    "GET jobs-api:older-content": (CONTENT, 200),
    "POST jobs-api:older-child": (WRITE, 202),
    "POST jobs-api:older-child-job": (WRITE, 202),
    "POST consent-api:consent": (Permission.OPT_OUT_WRITE, 400),
    "POST consent-api:lookup": (Permission.OPT_OUT_READ, 400),
    "POST consent-api:gpc": (Permission.OPT_OUT_WRITE, 400),
    "GET jobs-api:events": (EVENTS, 200),
    "GET jobs-api:webhooks": (EVENTS, 200),
    "POST jobs-api:webhooks": (EVENTS, 400),
    "GET jobs-api:webhook": (EVENTS, 404),
    "PUT jobs-api:webhook": (EVENTS, 404),
    "PATCH jobs-api:webhook": (EVENTS, 404),
    "DELETE jobs-api:webhook": (EVENTS, 404),
    "POST jobs-api:challenge": (EVENTS, 404),
    "GET jobs-api:deliveries": (EVENTS, 404),
    "POST jobs-api:redeliver": (EVENTS, 404),
}
# What needs no credential: the description, and what receivers of events read.
FOR_ALL = {
    "GET openapi", "GET jobs-api:webhook-key", "GET jobs-api:webhook-validation",
    "GET jobs-api:callback",
    "POST jobs-api:callback",
}  # fmt: skip
# Not the gateway's: the way to a token needs none.
OPEN = {"ims/token/v2", "ims/token/v2/", "ims/token/v3", "ims/token/v3/"}


def endpoints() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(name or "", route, methods) of every view that the gateway guards."""
    for resolver in get_resolver().url_patterns:
        for entry in getattr(resolver, "url_patterns", ()):
            methods = getattr(getattr(entry, "callback", None), "methods", ())
            if isinstance(entry, URLPattern) and methods:
                space = f"{resolver.namespace}:" if resolver.namespace else ""
                yield f"{space}{entry.name}" if entry.name else "", str(entry.pattern), methods


def test_every_endpoint_and_method_has_a_row() -> None:
    named = {route: (name, methods) for name, route, methods in endpoints() if name}
    rows = {f"{method} {name}" for name, methods in named.values() for method in methods}
    # The optional slash is the same view; anything else without a name is a hole in the table.
    unnamed = {route for name, route, _ in endpoints() if not name} - OPEN

    assert rows == set(NEEDS) | FOR_ALL
    assert all(route.removesuffix("/") in named for route in unnamed)


@pytest.fixture
def job(program: Program, settings: Any, tmp_path: Path) -> Job:
    settings.PACKAGE_DIR = tmp_path
    (job,) = submit(program, document())
    give(job, "crm", {"crm.json": b"{}"}, tmp_path)
    close(job)
    return job


def call(program: Program, line: str, job: Job) -> int:
    method, name = line.split()
    pattern = next(str(route) for found, route, _ in endpoints() if found == name)
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
    path = reverse(name, kwargs=dict.fromkeys(wanted, str(job.public_id)))
    if method == "GET":
        return program.get(path, regulation="gdpr").status_code
    body = {"name": program.credential.client_id} if "namespaces" in name else document()
    return program.post(body, path, method=method).status_code


@pytest.mark.parametrize("line", NEEDS)
def test_one_permission_opens_it_and_the_others_together_do_not(
    organization: Organization, job: Job, line: str
) -> None:
    needed, status = NEEDS[line]

    for permission in GRANTABLE:
        alone = make_program(organization, permission)
        others = make_program(organization, *(p for p in GRANTABLE if p != permission))
        opens = permission == needed
        assert call(alone, line, job) == (status if opens else 403), permission
        assert call(others, line, job) == (403 if opens else status), permission
