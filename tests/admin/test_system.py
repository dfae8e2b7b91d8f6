"""The operator's page of the whole installation."""

from __future__ import annotations

import pytest
from django.test import Client

from privacyportal.organizations.models import User
from tests.api.bodies import document
from tests.api.conftest import Program, organization, program
from tests.api.work import submit
from tests.views.test_job_list import signed_in

__all__ = ["organization", "program"]


@pytest.fixture
def operator(db: None) -> Client:
    person = User.objects.create_superuser("operator@example.org", "a long password")
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_what_is_well_and_what_waits(operator: Client, program: Program) -> None:
    submit(program, document())

    assert 'href="/admin/system/"' in operator.get("/admin/").content.decode()
    answer = operator.get("/admin/system/")

    assert answer.status_code == 200
    assert answer.context["checks"]["database"].ok
    assert not answer.context["checks"]["workers"].ok
    [crm] = [row for row in answer.context["rows"] if row["product"].code == "crm"]
    assert crm["health"].waiting.number > 0
    assert "PostgreSQL" in answer.content.decode()


def test_members_do_not_get_in(program: Program) -> None:
    administrator = signed_in(program.credential.organization, "administrator")

    assert administrator.get("/admin/system/").status_code in (302, 403)
