"""What was done for a person, as a file."""

from __future__ import annotations

import csv
import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jobs.models import Job
from jobs.services import person_export
from jobs.services.person_export import export
from privacyportal.actors import Actor
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.keys.services import destroy
from tests.api.bodies import document, identity, user
from tests.api.conftest import Program, organization, program
from tests.api.work import close, submit
from tests.consent.conftest import CONSENT, call

__all__ = ["organization", "program"]

OFFICER = Actor("user", "officer", "Olof")
EMAIL = "ann.berg@example.com"


def ask(program: Program, key: str = "ann", **more: Any) -> Job:
    return submit(program, document(users=[user(key, ids=[identity(value=EMAIL)], **more)]))[0]


def rows(job: Job, *, clear: bool = True) -> list[dict[str, str]]:
    zone = ZoneInfo("Europe/Stockholm")
    text = export(person=job.data_subject, by=OFFICER, clear=clear, zone=zone)
    assert EMAIL not in text
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_each_product_of_each_job_and_each_choice_is_a_row(program: Program) -> None:
    job = ask(program)
    close(job, outcome_detail="sql.kept", outcome_params={"kept": 2, "reasons": "bookkeeping."})
    later = ask(program, action=["delete"])
    ask(program, "somebody else")
    assert program.post(call(EMAIL), CONSENT).status_code == 202

    found = rows(job)

    by_job = [(row["Job"], row["Action"], row["Status"], row["Product code"]) for row in found]
    assert by_job == [
        (str(later.public_id), "Delete", "Submitted", "crm"),
        (str(job.public_id), "Access", "Complete", "crm"),
        ("", "Choice about the sale of data", "Opted out", ""),
    ]
    assert {row["Person"] for row in found} == {"ann"}
    assert found[1]["Message"] == "2 records are kept: bookkeeping."
    assert found[1]["Law"] == "GDPR, European Union and EEA"
    assert found[1]["Due"] == job.due_on.isoformat()
    assert found[2]["Message"] == "email a•••••@e•••••.com"
    assert found[2]["Channel"] == "API"


def test_it_is_on_record_and_who_may_not_reveal_gets_the_key_masked(program: Program) -> None:
    job = ask(program, "ann.berg@x.se")

    [row] = rows(job, clear=False)

    assert row["Person"] == "a•••••@x•••••.se"
    event = AuditEvent.objects.get(verb="person.export")
    assert (event.target_kind, event.target_id) == ("person", str(job.data_subject.public_id))
    told = AuditDetail.objects.get(event_id=event.pk).detail
    assert told == {"jobs": 1, "choices": 0, "people": "masked", "actor": "Olof"}


def test_who_was_forgotten_has_a_record_still(program: Program) -> None:
    job = ask(program)
    destroy(job.request.data_key_id)

    [row] = rows(job)

    assert (row["Person"], row["Job"]) == ("Forgotten person", str(job.public_id))


def test_a_record_ends_and_says_so(
    program: Program, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    jobs = [ask(program) for _ in range(4)]
    monkeypatch.setattr(person_export, "MOST", 3)

    with django_assert_max_num_queries(18):
        found = rows(jobs[0])

    assert [row["Job"] for row in found[:3]] == [str(job.public_id) for job in jobs[:0:-1]]
    assert found[3]["Person"] == "Older jobs than these 3 are not in this file."
