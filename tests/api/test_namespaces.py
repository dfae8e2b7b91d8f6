"""Namespaces of an organization's own: registered, recognized, listed, on record."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.models import CustomNamespace, Identity
from jobs.rules.namespaces import STANDARD
from jobs.services import namespaces
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization
from privacyportal.organizations.permissions import Permission
from tests.api.bodies import document, user
from tests.api.conftest import Program, make_program
from tests.api.looking import rows
from tests.api.work import submit
from tests.races import together

PATH = "/data/core/privacy/namespaces"


def listed(program: Program) -> dict[str, dict[str, Any]]:
    return {n["namespace"]: n for n in program.get(PATH).json()}


def test_a_namespace_is_registered_and_listed(program: Program, stranger: Program) -> None:
    answer = program.post({"name": " Loyalty Card ", "description": "Number of the card"}, PATH)

    made = answer.json()
    assert answer.status_code == 201
    assert made.pop("description") == "Number of the card"
    assert made == listed(program)["Loyalty Card"]
    assert made["namespace"] == made["code"] == made["name"] == "Loyalty Card"
    assert made["type"] == "custom"
    assert made["custom"] is True
    assert made["namespaceId"] == made["id"] > max(n.id for n in STANDARD)
    assert set(listed(stranger)) == {n.name for n in STANDARD}


def test_who_registered_what_is_on_record(program: Program) -> None:
    number = program.post({"name": "Loyalty"}, PATH).json()["id"]

    event = AuditEvent.objects.get(verb="namespace.register")
    assert (event.target_kind, event.target_id) == ("namespace", str(number))
    assert event.actor_id == str(program.credential.public_id)
    assert AuditDetail.objects.get(pk=event.pk).detail["name"] == "Loyalty"
    assert CustomNamespace.objects.get().created_by == "warehouse"


@pytest.mark.parametrize("name", ["LOYALTY", " loyalty ", "Email", "ecid"])
def test_a_name_that_is_taken_is_409(program: Program, name: str) -> None:
    program.post({"name": "Loyalty"}, PATH)
    before = rows()

    answer = program.post({"name": name}, PATH)

    assert answer.status_code == answer.json()["status"] == 409
    assert rows() == before


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ([], "", "wrong_type"),
        ({}, "name", "required"),
        ({"name": 7}, "name", "wrong_format"),
        ({"name": "0012"}, "name", "wrong_format"),
        ({"name": " "}, "name", "empty"),
        ({"name": ["a"]}, "name", "wrong_type"),
        ({"name": "n" * 256}, "name", "too_long"),
        ({"name": "a\nb"}, "name", "wrong_format"),
        ({"name": "a", "description": 1.5}, "", ""),
        ({"name": "a", "description": {}}, "description", "wrong_type"),
        ({"name": "a", "description": "d" * 1001}, "description", "too_long"),
    ],
)
def test_a_bad_body_is_a_clear_error(program: Program, body: Any, path: str, code: str) -> None:
    before = rows()

    answer = program.post(body if isinstance(body, dict) else b"[]", PATH)

    if not code:
        assert answer.status_code == 201
        return
    (problem,) = answer.json()["report"]["errors"]
    assert (answer.status_code, problem["path"], problem["code"]) == (400, path, code)
    assert rows() == before


def test_the_parser_knows_them_by_name_and_by_number(program: Program) -> None:
    number = program.post({"name": "https://shop.example/Card"}, PATH).json()["id"]
    ids = [
        {"namespace": "HTTPS://shop.example/card", "value": "1"},
        {"namespace": "https://shop.example/card", "value": "2", "type": "custom"},
        {"namespaceId": number, "value": "3"},
        {"namespace": str(number), "value": "4", "type": "namespaceId"},
    ]

    (job,) = submit(program, document(users=[user(ids=ids)]))

    found = Identity.objects.filter(request_subject=job.request_subject).order_by("position")
    assert {i.namespace for i in found} == {"https://shop.example/card"}
    assert {i.namespace_id for i in found} == {number}
    assert [i.qualifier for i in found] == ["custom", "custom", "custom", "namespaceId"]


def test_another_organizations_namespace_is_unknown(program: Program, stranger: Program) -> None:
    program.post({"name": "Loyalty"}, PATH)
    ids = [{"namespace": "Loyalty", "value": "1"}]

    (job,) = submit(stranger, document("Other@PortalOrg", users=[user(ids=ids)]))

    assert Identity.objects.get(request_subject=job.request_subject).qualifier == "unregistered"


def test_each_organization_may_have_the_same_name(program: Program, stranger: Program) -> None:
    one = program.post({"name": "Loyalty"}, PATH).json()
    two = stranger.post({"name": "Loyalty"}, PATH).json()

    assert one["id"] != two["id"]


def test_only_writers_register(organization: Organization) -> None:
    reader = make_program(organization, Permission.PRIVACY_READ)

    assert reader.post({"name": "a"}, PATH).status_code == 403
    assert reader.get(PATH).status_code == 200


def test_their_number_is_bounded(
    program: Program, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(namespaces, "MOST", 2)
    for name in "ab":
        namespaces.register(organization=organization, by=SYSTEM, name=name)

    assert program.post({"name": "c"}, PATH).status_code == 400
    assert CustomNamespace.objects.count() == 2


def test_two_that_register_one_name_at_once_are_one_201_and_one_409(racer: Program) -> None:
    for n in range(5):
        answers = together(*[lambda n=n: racer.post({"name": f"n {n}"}, PATH)] * 2)

        assert sorted(a.status_code for a in answers) == [201, 409]
        assert CustomNamespace.objects.count() == n + 1
