"""The list of people and the page of one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Job, SavedDraft
from jobs.services import saved_drafts
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.keys.services import destroy
from privacyportal.organizations.models import Organization
from tests.api.bodies import document, identity, user
from tests.api.conftest import Program
from tests.api.work import close, submit
from tests.consent.conftest import CONSENT, call
from tests.sessions import signed_in
from tests.views.pages import FRAGMENT, read

EMAIL = "ann.berg@example.com"


def url(job: Job, rest: str = "") -> str:
    return f"/people/{job.data_subject.public_id}/{rest}"


def ask(program: Program, key: str, email: str = EMAIL, **more: object) -> Job:
    body = document(users=[user(key, ids=[identity(value=email)], **more)])
    return submit(program, body)[0]


def test_people_are_named_to_officers_and_masked_to_others(
    program: Program, organization: Organization, officer: Client
) -> None:
    job = ask(program, "Ann Berg")
    auditor = signed_in(organization, "auditor")

    for path in ("/people/", url(job)):
        assert "Ann Berg" in read(officer, path)
        page = read(auditor, path)
        assert "Ann Berg" not in page
        assert "A••••• B•••••" in page
        assert "Reveal" not in page
    assert EMAIL not in read(officer, url(job))


def test_staff_and_strangers_see_nobody(
    program: Program, organization: Organization, stranger: Program
) -> None:
    job = ask(program, "ann")
    staff = signed_in(organization, "staff")
    foreign = signed_in(stranger.credential.organization, "officer")

    assert staff.get("/people/").status_code == staff.get(url(job)).status_code == 403
    assert foreign.get(url(job)).status_code == 404
    assert foreign.post(url(job, f"identities/{job.public_id}/0/reveal/")).status_code == 404
    assert url(job) not in read(foreign, f"/people/?found={job.data_subject.public_id}")


def test_who_is_looked_up_stands_in_no_url(program: Program, officer: Client) -> None:
    job, other = ask(program, "ann"), ask(program, "CUST-1")

    one = officer.post("/people/", {"who": "CUST-1"})
    two = officer.post("/people/", {"who": EMAIL.upper()})
    none = officer.post("/people/", {"who": "nobody@example.com"})

    assert one["Location"] == url(other)
    assert set(two["Location"].removeprefix("/people/?found=").split(",")) == {
        str(job.data_subject.public_id),
        str(other.data_subject.public_id),
    }
    page = read(officer, two["Location"])
    assert url(job) in page
    assert url(other) in page
    assert "No person has this key or identity." in none.content.decode()
    assert "nobody@example.com" not in none.content.decode()


def test_the_page_tells_what_was_asked_what_is_due_and_who_is_alike(
    program: Program, officer: Client
) -> None:
    first, second = ask(program, "ann"), ask(program, "ann", action=["delete"])
    other = ask(program, "CUST-1")
    close(first)
    close(second, outcome_detail="sql.kept", outcome_params={"kept": 2, "reasons": "bookkeeping."})
    third = ask(program, "ann")

    page = read(officer, url(first))

    for job in (first, second, third):
        assert f"/jobs/{job.public_id}/" in page
    assert "3 requests, 3 jobs" in page
    assert "1 open" in page
    assert "2 records are kept: bookkeeping." in page
    assert "1 other key shares an identity with this person." in page
    assert url(other) in page
    assert "every 15s" in page
    close(third)
    assert "every 15s" not in read(officer, url(first))


def test_choices_of_any_of_the_identities_are_told(program: Program, officer: Client) -> None:
    job = ask(program, "ann")
    assert "has not chosen anything" in read(officer, url(job))
    assert program.post(call(EMAIL, out=False), CONSENT).status_code == 202
    assert program.post(call(EMAIL), CONSENT).status_code == 202

    page = read(officer, url(job))

    assert "Opted out of sale" in page
    assert page.index("Opted out</span>") < page.index("Opted in</span>")
    assert EMAIL not in page


def test_an_identity_is_revealed_and_that_is_on_record(program: Program, officer: Client) -> None:
    job = ask(program, "ann")
    path = url(job, f"identities/{job.public_id}/0/reveal/")

    part = officer.post(path, headers=FRAGMENT)
    whole = officer.post(path)

    assert EMAIL in part.content.decode()
    assert EMAIL in whole.content.decode()
    assert part["Cache-Control"] == "no-store, private"
    assert AuditEvent.objects.filter(verb="identity.reveal").count() == 2
    assert officer.get(path)["Location"] == url(job)
    other = ask(program, "bo", "bo@example.com")
    for wrong in (f"identities/{job.public_id}/7", f"identities/{other.public_id}/0"):
        assert officer.post(url(job, f"{wrong}/reveal/")).status_code == 404


def test_a_forgotten_person_is_told_so(program: Program, officer: Client) -> None:
    job = ask(program, "ann")
    destroy(job.request.data_key_id)

    page = read(officer, url(job))

    assert "Forgotten person" in page
    assert "1 request of this person was forgotten." in page
    assert "The identities of this person were removed." in page
    assert "Forgotten person" in read(officer, "/people/")


def test_a_request_is_begun_with_the_person_filled_in(
    program: Program, organization: Organization, officer: Client
) -> None:
    job = ask(program, "K-1")
    ids = [identity("phone", "+46 70 123 45 67"), identity(value=EMAIL.upper())]
    submit(program, document(users=[user("K-1", ids=ids)]))
    assert "Request for this person" in read(officer, url(job))

    answer = officer.post(url(job, "request/"))

    draft = SavedDraft.objects.get()
    assert answer["Location"] == f"/requests/new/?draft={draft.public_id}"
    page = read(officer, answer["Location"])
    assert f"K-1 | phone: +46 70 123 45 67, email: {EMAIL.upper()}" in page
    assert '<option value="gdpr" selected>' in page
    assert AuditEvent.objects.get(verb="person.request").target_id == str(
        job.data_subject.public_id
    )
    assert EMAIL not in str(list(AuditDetail.objects.values("detail"))).lower()
    assert "Request for this person" not in read(signed_in(organization, "auditor"), url(job))
    assert officer.get(url(job, "request/"))["Location"] == url(job)


def test_a_draft_is_only_begun_where_there_is_room_and_somebody_is_known(
    program: Program, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(program, "ann")
    monkeypatch.setattr(saved_drafts, "MOST", 0)
    full = officer.post(url(job, "request/"), follow=True)
    monkeypatch.undo()
    destroy(job.request.data_key_id)

    assert "You have 0 drafts already." in full.content.decode()
    assert not AuditEvent.objects.filter(verb="person.request").exists()
    assert officer.post(url(job, "request/")).status_code == 404
    assert "Request for this person" not in read(officer, url(job))


def test_the_record_of_a_person_is_a_file(program: Program, officer: Client) -> None:
    job = ask(program, "ann")

    answer = officer.get(url(job, "export.csv"))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Cache-Control"] == "no-store, private"
    assert str(job.public_id) in answer.content.decode()
    assert url(job, "export.csv") in read(officer, url(job))


def test_pages_take_as_many_queries_for_one_as_for_many(program: Program, officer: Client) -> None:
    counts: dict[str, list[int]] = {"list": [], "person": []}
    for n in range(2):
        job = ask(program, "ann")
        ask(program, f"other {n}", f"{n}@example.com")
        for name, path in (("list", "/people/"), ("person", url(job))):
            with CaptureQueriesContext(connection) as queries:
                read(officer, path)
            counts[name].append(len(queries))

    assert counts["list"][0] == counts["list"][1] <= 14
    assert counts["person"][0] == counts["person"][1] <= 24
