"""The form that submits a request: what it makes, what it refuses, and that it makes it once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Identity, Job, PrivacyRequest, Product, RequestSubject
from jobs.models.places import key_place
from jobs.services import namespaces
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditEvent
from privacyportal.keys.services import sealer
from privacyportal.organizations.models import Organization
from tests.sessions import signed_in

URL = "/requests/new/"
REQUEST_ID = "17640000001234567RX-104"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-11-24 12:00 +0000", tick=False):
        yield


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "regulation": "gdpr",
        "received_on": "2026-11-20",
        "channel": "letter",
        "external_reference": "CASE-17",
        "actions": ["access"],
        "products": ["crm", "WebShop"],
        "namespace": "email",
        "people": "ann@example.com",
        "request_id": REQUEST_ID,
        **changes,
    }


def refused(answer: HttpResponse) -> str:
    assert answer.status_code == 422
    assert not PrivacyRequest.objects.exists()
    text = answer.content.decode()
    assert 'id="problems" role="alert" tabindex="-1" autofocus' in text
    return text


@pytest.mark.parametrize(
    ("role", "status"),
    [("officer", 200), ("staff", 200), ("administrator", 403), ("auditor", 403)],
)
def test_only_who_may_write_gets_the_form(
    organization: Organization, role: str, status: int
) -> None:
    client = signed_in(organization, role)

    assert client.get(URL).status_code == status
    assert client.post(URL, filled()).status_code == (302 if status == 200 else 403)
    assert PrivacyRequest.objects.count() == (1 if status == 200 else 0)


def test_it_makes_the_request_that_was_typed(officer: Client) -> None:
    answer = officer.post(URL, filled(people="K-1 | ann@example.com, phone: +46 70 1234"))

    request = PrivacyRequest.objects.get()
    job = Job.objects.get()
    assert answer["Location"] == f"/jobs/{job.public_id}/"
    assert (request.regulation, request.channel) == ("gdpr", "letter")
    assert (request.external_reference, request.request_id) == ("CASE-17", REQUEST_ID)
    assert request.submitted_by == "officer@example.org"
    assert job.due_on == date(2026, 12, 20)
    assert {r.product_code for r in job.responses.all()} == {"crm", "WebShop"}
    email, phone = Identity.objects.order_by("position")
    assert (email.namespace, phone.namespace) == ("email", "phone")
    key = sealer(request.data_key_id)
    assert key.open(email.value_sealed, f"identity:{email.pk}:value") == b"ann@example.com"


def test_the_message_says_what_was_made_and_by_when_it_is_due(officer: Client) -> None:
    officer.post(URL, filled(people="ann@example.com\nbo@example.com"))

    told = officer.get(URL).content.decode()

    assert f"2 jobs submitted as request {REQUEST_ID}." in told
    assert "Due Sun 20 December 2026." in told


def test_several_jobs_lead_to_the_dashboard(officer: Client) -> None:
    answer = officer.post(URL, filled(people="ann@example.com\nbo@example.com"))

    assert answer["Location"] == "/"
    assert Job.objects.count() == 2


def test_the_same_form_sent_twice_makes_one_request(officer: Client) -> None:
    first = officer.post(URL, filled())
    again = officer.post(URL, filled())

    assert first["Location"] == again["Location"]
    assert PrivacyRequest.objects.count() == Job.objects.count() == 1
    assert "submitted already" in officer.get(URL).content.decode()


def test_a_form_that_was_changed_since_asks_before_it_makes_a_second_request(
    officer: Client,
) -> None:
    officer.post(URL, filled())

    answer = officer.post(URL, filled(people="bo@example.com"))

    assert answer.status_code == 422
    assert f"submitted this form already, as request {REQUEST_ID}" in answer.content.decode()
    assert PrivacyRequest.objects.count() == 1
    fresh = answer.context["form"]["request_id"].value()
    assert officer.post(URL, filled(people="bo@example.com", request_id=fresh)).status_code == 302
    assert PrivacyRequest.objects.count() == 2


def test_anothers_request_id_gives_nothing_of_theirs(
    officer: Client, organization: Organization
) -> None:
    officer.post(URL, filled())

    answer = signed_in(organization, "staff").post(URL, filled())

    assert answer.status_code == 422
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"regulation": ""}, "Choose a law."),
        ({"received_on": "2026-11-25"}, "This day is still to come."),
        ({"received_on": "0026-11-24"}, "This is more than ten years ago."),
        ({"received_on": "soon"}, "This is not a date."),
        ({"actions": []}, "Choose access, delete or both."),
        ({"products": []}, "Choose one product at least."),
        ({"products": ["theirs"]}, "theirs is not one of the available choices"),
        ({"channel": "api"}, "api is not one of the available choices"),
        ({"people": " \n "}, "Write one person at least."),
        ({"people": "a@example.com\nlars@example,se"}, "Line 2: “lars@example,se” is not"),
        ({"people": "nul\0@example.com"}, "Null characters are not allowed."),
    ],
)
def test_a_problem_is_said_and_nothing_is_stored(
    officer: Client, changes: dict[str, Any], sentence: str
) -> None:
    assert sentence in refused(officer.post(URL, filled(**changes)))


def test_all_problems_are_told_together_and_what_was_typed_is_kept(officer: Client) -> None:
    people = "lars@example,se\nbo@example.com\nsomething"

    text = refused(officer.post(URL, filled(regulation="", actions=[], people=people)))

    assert "4 things to mend. Nothing was submitted." in text
    assert people in text
    assert 'value="CASE-17"' in text
    assert 'value="2026-11-20"' in text
    assert '<option value="letter" selected>' in text
    assert '<a href="#id_people">Line 3: “something” is not an e-mail address.</a>' in text


def test_a_likely_mend_is_a_button_that_needs_no_script(officer: Client) -> None:
    people = "ann@example.com\nlars@example,se"
    offered = refused(officer.post(URL, filled(people=people)))
    assert 'name="mend" value="0">lars@example.se</button>' in offered

    mended = officer.post(URL, filled(people=people, mend="0"))

    assert "ann@example.com\nlars@example.se</textarea>" in mended.content.decode()
    assert not PrivacyRequest.objects.exists()


def test_a_delete_is_asked_for_in_words_that_the_server_checks(officer: Client) -> None:
    sent = filled(actions=["delete", "access"], people="ann@example.com\nbo@example.com")

    asked = refused(officer.post(URL, sent))
    wrong = refused(officer.post(URL, {**sent, "confirm": "delete 3 people"}))
    done = officer.post(URL, {**sent, "confirm": " Delete  2 PEOPLE "})

    assert "Type “delete 2 people” to go on." in asked
    assert 'name="confirm"' in asked
    assert 'value="delete 3 people"' in wrong
    assert done.status_code == 302
    assert [j.action for j in Job.objects.order_by("pk")] == ["access", "delete"] * 2


def test_a_right_that_the_law_does_not_grant_is_a_warning_not_a_refusal(officer: Client) -> None:
    asked = officer.get(
        URL, {"regulation": "apa_aus", "actions": "delete"}, headers={"HX-Request": "true"}
    ).content.decode()
    done = officer.post(
        URL, filled(regulation="apa_aus", actions=["delete"], confirm="delete 1 person")
    )

    assert "does not grant the action delete" in asked
    assert done.status_code == 302


def test_htmx_gets_the_note_on_the_law(officer: Client) -> None:
    query = {"regulation": "gdpr", "received_on": "2026-01-31", "actions": "access"}

    answer = officer.get(URL, query, headers={"HX-Request": "true"})

    text = answer.content.decode()
    assert text.startswith('<div id="law-note"')
    assert "28 February 2026" in text
    assert "1 month from receipt" in text
    assert "HX-Request" in answer["Vary"]


def test_htmx_gets_the_review_and_stores_nothing(officer: Client) -> None:
    sent = filled(actions=["access", "delete"], confirm="delete")

    text = officer.post(URL, sent, headers={"HX-Request": "true"}).content.decode()

    assert text.startswith('<aside class="panel" id="review"')
    assert "Type <b>delete 1 person</b>" in " ".join(text.split())
    assert "Submit 2 jobs" in text
    assert "field-bad" not in text
    assert not PrivacyRequest.objects.exists()


def test_a_form_that_is_far_from_whole_has_a_review_all_the_same(officer: Client) -> None:
    for sent in ({}, {"regulation": "x", "received_on": "x", "actions": "x", "people": "x"}):
        assert officer.post(URL, sent, headers={"HX-Request": "true"}).status_code == 200
        assert officer.post(URL, sent).status_code == 422
        assert officer.get(URL, sent, headers={"HX-Request": "true"}).status_code == 200


def test_paused_products_say_so_and_are_not_chosen_by_themselves(
    officer: Client, organization: Organization
) -> None:
    Product.objects.filter(code="crm").update(paused_at="2026-11-01T00:00Z")

    text = officer.get(URL).content.decode()

    assert 'value="crm">' in text
    assert 'value="WebShop" checked>' in text
    assert "Work waits until the product is resumed." in text


def test_a_person_without_a_key_gets_one_that_tells_nothing_and_is_the_same_next_time(
    officer: Client,
) -> None:
    officer.post(URL, filled(people="ann@example.com\nbo@example.com"))
    officer.post(URL, filled(people="ANN@example.com, phone: 070-123456", request_id=""))

    ann, bo, again = RequestSubject.objects.order_by("pk").select_related("request")
    keys = [
        sealer(row.request.data_key_id).open(row.key_sealed, key_place(row.pk)).decode()
        for row in (ann, bo, again)
    ]
    assert keys[0].startswith("P-")
    assert keys[0] == keys[2] != keys[1]
    assert ann.data_subject_id == again.data_subject_id != bo.data_subject_id
    assert "ann@example.com" not in officer.get("/").content.decode()


def test_identities_stand_in_no_record_of_acts(officer: Client) -> None:
    officer.post(URL, filled())

    assert "ann@example.com" not in str(list(AuditEvent.objects.values()))


def test_a_thousand_people_take_as_many_queries_as_one(officer: Client) -> None:
    counts = []
    for number in (2, 1, 1000):  # the first also makes the organization's key
        people = "\n".join(f"p{n}@example.com" for n in range(number))
        with CaptureQueriesContext(connection) as queries:
            answer = officer.post(
                URL, filled(people=people, request_id=f"1764000000123{number:04}RX-104")
            )
        assert answer.status_code == 302
        counts.append(len(queries))

    assert counts[1] == counts[2]
    assert Job.objects.count() == 1003


def test_a_registered_namespace_may_be_named_and_keeps_its_number(
    officer: Client, organization: Organization
) -> None:
    unknown = officer.post(URL, filled(people="loyalty: 77")).content.decode()
    assert "is not a namespace" in unknown
    made = namespaces.register(organization=organization, by=SYSTEM, name="Loyalty")

    officer.post(URL, filled(people="loyalty: 77"))
    page = officer.get(URL).content.decode()

    found = Identity.objects.get()
    assert (found.namespace, found.namespace_given) == ("loyalty", "Loyalty")
    assert (found.qualifier, found.namespace_id) == ("custom", made.number)
    assert '<option value="loyalty"' in page
