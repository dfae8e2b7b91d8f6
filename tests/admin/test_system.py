"""The operator's page of the whole installation."""

from __future__ import annotations

from typing import Any

from django.test import Client

from privacyportal.mailbox.nowhere import NOWHERE
from tests.api.bodies import document
from tests.api.conftest import Program
from tests.api.work import submit
from tests.sessions import signed_in


def test_what_is_well_and_what_waits(operator: Client, program: Program) -> None:
    submit(program, document())

    assert 'href="/admin/system/"' in operator.get("/admin/").content.decode()
    answer = operator.get("/admin/system/")

    assert answer.status_code == 200
    checks = {str(name): check for name, check in answer.context["checks"]}
    assert checks["Database"].ok
    assert not checks["Workers"].ok
    work = {str(word): count.number for word, _place, count in answer.context["work"]}
    assert (work["Open jobs"], work["Under a lease"]) == (1, 0)
    assert work["Responses due"] > 0
    assert set(answer.context["queues"]) == {"count", "deliver", "sweep", "work"}
    assert "jobs_job" in {table.name for table in answer.context["tables"]}
    [crm] = [row for row in answer.context["rows"] if row["product"].code == "crm"]
    assert crm["health"].waiting.number > 0
    assert "PostgreSQL" in answer.content.decode()


def test_members_do_not_get_in(program: Program) -> None:
    administrator = signed_in(program.credential.organization, "administrator")

    assert administrator.get("/admin/system/").status_code in (302, 403)


def test_without_a_broker_the_page_says_so(operator: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    text = operator.get("/admin/system/").content.decode()

    assert "The broker does not answer" in text
    assert "Not well" in text


def test_each_number_leads_to_its_list(operator: Client) -> None:
    for _word, place, _count in operator.get("/admin/system/").context["work"]:
        assert operator.get(f"/admin/{place}").status_code == 200, place


def test_an_installation_that_can_send_no_mail_says_so(operator: Client, settings: Any) -> None:
    assert "No mail server is set" not in operator.get("/admin/system/").content.decode()

    settings.EMAIL_BACKEND = NOWHERE

    assert "No mail server is set" in operator.get("/admin/system/").content.decode()
