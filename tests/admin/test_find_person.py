"""A person is found by what a letter says: by POST, by fingerprint, in every organization."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import DataSubject, Identity, Job
from jobs.services import namespaces
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization, User
from tests.admin.conftest import url
from tests.api.bodies import document, identity, user
from tests.api.conftest import Program, make_organization, make_program
from tests.api.work import submit

PAGE = "/admin/find-person/"


@pytest.fixture
def ann(program: Program) -> list[Job]:
    """Known to two organizations, by two keys and one address."""
    other = make_organization("1B@PortalOrg", "crm")
    body = document(users=[user("ann-2", ids=[identity(value="ann@example.com")])])
    body["companyContexts"][0]["value"] = "1B@PortalOrg"
    body["include"] = ["crm"]
    own = document(
        users=[
            user("ann-1", ids=[identity(value="ann@example.com")]),
            user("eva", ids=[identity(value="eva@example.com")]),
        ]
    )
    return [submit(program, own)[0], submit(make_program(other), body)[0]]


def found(client: Client, text: str) -> set[int]:
    answer = client.post(PAGE, {"text": text})
    assert answer.status_code == 200
    return {one.person.pk for one in answer.context["found"]}


def test_an_identity_finds_its_people_in_every_organization(
    operator: Client, ann: list[Job]
) -> None:
    people = {job.data_subject_id for job in ann}

    assert found(operator, "ann@example.com") == people
    assert found(operator, " ANN@Example.com ") == people
    assert found(operator, "email: ann@example.com") == people
    assert found(operator, "ann-1") == {ann[0].data_subject_id}
    assert found(operator, "ann@example") == found(operator, "nobody") == set()


def test_what_is_found_is_links_and_numbers(operator: Client, ann: list[Job]) -> None:
    text = operator.post(PAGE, {"text": "ann-1"}).content.decode()

    assert url(DataSubject, "change", ann[0].data_subject_id) in text
    assert f"{url(Job, 'changelist')}?data_subject={ann[0].data_subject_id}" in text
    assert str(ann[0].request) in text


def test_an_organizations_own_namespace_is_known(
    operator: Client, program: Program, organization: Organization
) -> None:
    namespaces.register(organization=organization, by=SYSTEM, name="Loyalty")
    body = document(users=[user("per", ids=[identity("Loyalty", "card-12345", type="custom")])])
    [job, *_] = submit(program, body)

    assert found(operator, "card-12345") == {job.data_subject_id}


def test_looking_is_recorded_where_it_found_somebody_and_for_whom_is_not(
    operator: Client, ann: list[Job]
) -> None:
    make_organization("2C@PortalOrg", "crm")
    found(operator, "ann@example.com")

    acts = AuditEvent.objects.filter(verb="person.find")
    assert {(act.organization_id, act.actor_id) for act in acts} == {
        (job.organization_id, str(User.objects.get().public_id)) for job in ann
    }
    details = AuditDetail.objects.filter(event_id__in=[act.pk for act in acts])
    assert all(one.detail["found"] == 1 and "ann" not in str(one.detail) for one in details)


def test_more_organizations_take_no_more_queries(operator: Client, ann: list[Job]) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            found(operator, "nobody@example.com")
        return len(queries)

    few = asked()
    for n in range(8):
        make_organization(f"M{n}@PortalOrg", "crm")

    assert asked() == few


def test_nothing_typed_stands_in_an_address_or_is_kept(
    operator: Client, ann: list[Job], caplog: Any
) -> None:
    answer = operator.post(PAGE, {"text": "ann@example.com"})
    asked = operator.get(PAGE, {"text": "ann@example.com"})

    assert "no-store" in answer["Cache-Control"]
    assert "?" not in answer.request["QUERY_STRING"]
    assert asked.context["found"] is None
    assert "ann@example.com" not in caplog.text


def test_a_fingerprint_finds_in_the_lists_and_a_value_does_not(
    operator: Client, ann: list[Job]
) -> None:
    row = Identity.objects.filter(request_subject=ann[0].request_subject_id).first()
    assert row is not None

    def listed(model: Any, text: str) -> set[int]:
        rows = operator.get(url(model, "changelist"), {"q": text}).context["cl"].result_list
        return {one.pk for one in rows}

    shown = operator.get(url(Identity, "change", row.pk)).content.decode()
    mark = bytes(row.fingerprint).hex()
    assert mark in shown
    assert listed(Identity, mark) == {row.pk}
    assert listed(Identity, mark.upper()) == {row.pk}
    key = bytes(ann[0].data_subject.key_fingerprint).hex()
    assert listed(DataSubject, key) == {ann[0].data_subject_id}
    assert listed(Identity, "ann@example.com") == listed(DataSubject, "ann-1") == set()
    assert listed(Identity, mark[:-1]) == set()
