"""Every URL of the product for every persona. A URL that is in no table fails the first test, so
that nobody adds one without saying who may open it."""

from __future__ import annotations

import pytest

from privacyportal.organizations.models import User
from tests.access.table import (
    ACCOUNT,
    ADMIN,
    API,
    FOR_EVERYBODY,
    NOTHING_HERE,
    PAGES,
    PERSONAS,
    ROLES,
)
from tests.access.urls import EVERY
from tests.access.world import World
from tests.sessions import client_of


def test_every_url_is_in_a_table() -> None:
    known = {line.split()[1] for line in (*PAGES, *API)} | set(ACCOUNT)
    routes = {route for name, route in EVERY if name in known} | known

    missing = [
        name or route
        for name, route in EVERY
        if name not in known
        and route.removesuffix("/") not in routes  # the API's optional slash
        and route not in NOTHING_HERE
        and not route.startswith(ADMIN)
    ]

    assert missing == []
    assert {name for name in known if "/" not in name} <= {name for name, _ in EVERY}


def test_each_persona_gets_what_the_table_says(world: World) -> None:
    tables = PAGES | API
    got = {}

    for line in tables:
        method, name = line.split()
        query = "?regulation=gdpr" if name.endswith("jobs") and method == "GET" else ""
        path = world.path(name) + query
        got[line] = {who: world.answered(who, method, path) for who in PERSONAS}

    assert got == {
        line: dict(zip(PERSONAS, expected.split(), strict=True))
        for line, expected in tables.items()
    }


def test_the_slash_at_the_end_changes_nothing_for_anybody(world: World) -> None:
    for line in API:
        method, name = line.split()
        path, query = world.path(name), "?regulation=gdpr" if name.endswith("jobs") else ""
        for who in PERSONAS if method == "GET" else ():
            plain, slashed = (world.answered(who, method, path + end + query) for end in ("", "/"))
            assert plain == slashed, (line, who)


def test_pages_of_the_account_are_open_or_ask_to_sign_in(world: World) -> None:
    asking = ("anonymous", *ROLES)

    got = {
        name: [world.answered(who, "GET", world.path(name)) for who in asking] for name in ACCOUNT
    }

    signed_out_in = {name: expected.split() for name, expected in ACCOUNT.items()}
    assert got == {name: [out, *[in_] * len(ROLES)] for name, (out, in_) in signed_out_in.items()}


def test_nobody_but_the_operator_sees_anything_of_the_admin(world: World) -> None:
    world.clients["operator"] = client_of(User.objects.create_superuser("operator@example.org"))
    names = [name for name, route in EVERY if route.startswith(ADMIN) and name]
    assert len(names) > 80

    for path in map(world.path, names):
        for who in ("anonymous", "administrator"):
            assert world.ask(who, "GET", path).status_code in (302, 403, 404), (who, path)
        assert world.ask("operator", "GET", path).status_code in (200, 302, 403, 404, 405), path
    for who in PERSONAS:
        assert world.ask(who, "GET", "/admin/").status_code == 302, who
    assert world.ask("operator", "GET", "/admin/").status_code == 200


@pytest.mark.parametrize("path", ["/ims/token/v9", "/data/core/privacy/nothing"])
def test_unknown_addresses_of_the_api_are_404_in_json_for_everybody(
    world: World, path: str
) -> None:
    for who in PERSONAS:
        answer = world.ask(who, "GET", path)
        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_no_page_answers_a_method_that_it_does_not_know(world: World, method: str) -> None:
    """Whatever it is answered with, nothing of the job is shown or changed."""
    for line in PAGES:
        path = world.path(line.split()[1])
        answer = world.ask("stranger", method, path)
        assert answer.status_code in (200, 302, 404, 405), path
        assert world.job_id not in answer.content.decode()


def test_a_person_of_no_organization_sees_nothing(world: World) -> None:
    person = User.objects.create_user("nobody@example.org")
    client = world.clients["nobody"] = client_of(person)

    for line in PAGES:
        method, name = line.split()
        status = world.ask("nobody", method, world.path(name)).status_code
        if name == "jobs:job-list":
            assert "belong to no organization" in client.get("/").content.decode()
        elif name in FOR_EVERYBODY:
            assert status in (200, 302, 410, 503)
        else:
            assert status in (403, 404), name
