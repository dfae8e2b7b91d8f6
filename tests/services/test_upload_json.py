"""JSON is the body that the contract has for programs, of any length."""

from __future__ import annotations

import pytest

from jobs.models import PrivacyRequest
from jobs.uploads import submitting
from privacyportal.organizations.models import Member
from tests.services.uploading import confirm, document_of, receive, report


def test_json_is_the_contracts_body_of_any_length(member: Member) -> None:
    body = document_of(member.organization, 2340, requestId="spring", priority="low")

    upload = receive(member, body, "spring.json")
    assert (upload.state, upload.people, upload.jobs) == ("ready", 2340, 2340)
    confirm(member, upload)
    submitting.work()

    made = PrivacyRequest.objects.order_by("pk")
    assert [r.request_id for r in made] == ["spring-1", "spring-2", "spring-3"]
    assert {(r.priority, r.channel) for r in made} == {("low", "upload")}
    again = receive(member, body, "spring.json")
    assert again.state == "wrong"
    assert report(again).problems[0].value == "spring-1"


def test_problems_of_json_have_their_lines(member: Member) -> None:
    body = document_of(member.organization, 150, include=["crm", "nowhere"]).replace(
        b'"key": "k107"', b'"key": ""'
    )

    upload = receive(member, body, "wrong.json")

    assert upload.state == "wrong"
    lines = body.decode().splitlines()
    found = {p.place: (lines[p.line - 1].strip(), p.sentence) for p in report(upload).problems}
    assert found["users[107].key"] == ('"key": "",', "This must not be empty.")
    assert found["include[1]"][0] == '"nowhere"'


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "not JSON"),
        (b"[1]", "must be a JSON object"),
        (b'{"users": NaN}', "NaN is not a JSON number"),
    ],
)
def test_what_is_no_json_says_why(member: Member, body: bytes, told: str) -> None:
    upload = receive(member, body, "wrong.json")

    assert upload.state == "wrong"
    assert told in report(upload).problems[0].sentence
