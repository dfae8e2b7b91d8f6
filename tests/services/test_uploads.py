"""Uploads: sealed, read to the last problem, and submitted once, whatever dies meanwhile."""

from __future__ import annotations

import json
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone, translation

from jobs.engine.housekeeping import keep_house
from jobs.models import Job, KnownColumns, PrivacyRequest, Upload, UploadPart
from jobs.services import submission
from jobs.uploads import known, reading, submitting, uploads
from jobs.uploads.report import Choices, Report
from privacyportal.audit.models import AuditEvent
from privacyportal.keys.models import DataKey
from privacyportal.organizations.models import Member, Organization
from tests.api.bodies import document, user
from tests.services.test_saved_drafts import member_of

HEADING = "key,action,regulation,products,email"


@pytest.fixture
def member(organization: Organization) -> Member:
    return member_of(organization)


def receive(member: Member, body: str | bytes, name: str = "people.csv") -> Upload:
    """Uploaded, and read."""
    data = body.encode() if isinstance(body, str) else body
    upload = uploads.receive(member=member, name=name, body=data)
    reading.read_now(upload)
    upload.refresh_from_db()
    return upload


def people(count: int, action: str = "access") -> str:
    rows = [f"K{n},{action},gdpr,crm,p{n}@example.org" for n in range(count)]
    return "\n".join([HEADING, *rows])


def report(upload: Upload) -> Report:
    found = uploads.report(upload)
    assert found is not None
    return found


def confirm(member: Member, upload: Upload) -> None:
    """Confirmed, and too late to take back."""
    uploads.confirm(member=member, public_id=upload.public_id, revision=upload.revision)
    let_begin()


def let_begin() -> None:
    Upload.objects.filter(state="submitting").update(
        submitted_at=timezone.now() - timedelta(seconds=11)
    )


def document_of(organization: Organization, count: int, **more: Any) -> bytes:
    users = [user(f"k{n}") for n in range(count)]
    return json.dumps(document(organization.ims_org_id, users=users, **more), indent=1).encode()


def test_a_file_becomes_the_request_it_says(member: Member) -> None:
    rows = ["K1,access+delete,gdpr,crm; webshop,ann@example.org", "K2,access,ccpa,crm,bo@x.example"]

    upload = receive(member, "\n".join([HEADING, *rows]))
    assert (upload.state, upload.people, upload.jobs) == ("ready", 2, 3)
    assert not PrivacyRequest.objects.exists()
    confirm(member, upload)
    submitting.work()

    upload.refresh_from_db()
    assert upload.state == "submitted"
    made = PrivacyRequest.objects.order_by("pk")
    assert [(r.regulation, r.channel, r.submitted_by_id) for r in made] == [
        ("gdpr", "upload", member.user.actor.id),
        ("ccpa", "upload", member.user.actor.id),
    ]
    assert Job.objects.count() == 3
    assert AuditEvent.objects.filter(verb="upload.submit").count() == 1


def test_nothing_of_it_lies_in_clear_and_its_key_dies_with_it(member: Member) -> None:
    upload = receive(member, people(2).replace("K0", "Karin-Key"), name="anna-berg.csv")
    key = upload.data_key_id
    assert Upload.objects.get().content_sealed

    with connection.cursor() as cursor:
        cursor.execute("SELECT u::text, p::text FROM jobs_upload u, jobs_uploadpart p")
        told = str(cursor.fetchall()) + str(
            [bytes(row.content_sealed) for row in UploadPart.objects.all()]
            + [bytes(Upload.objects.get().content_sealed or b"")]
        )
    for said in ("@example", "Karin", "anna-berg"):
        assert said not in told
    confirm(member, upload)
    submitting.work()

    upload = Upload.objects.get()
    assert DataKey.objects.get(pk=key).destroyed_at
    assert upload.content_sealed is upload.report_sealed is upload.choices_sealed is None
    assert set(UploadPart.objects.values_list("content_sealed", flat=True)) == {None}
    assert uploads.name(upload) == "anna-berg.csv"


def test_after_seven_days_it_is_forgotten(member: Member) -> None:
    old, fresh = receive(member, people(1)), receive(member, people(1))
    assert old.expires_at - old.created_at >= timedelta(days=7) - timedelta(seconds=5)
    Upload.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    keep_house()

    assert list(Upload.objects.values_list("pk", flat=True)) == [fresh.pk]
    assert DataKey.objects.get(pk=old.data_key_id).destroyed_at
    assert not UploadPart.objects.filter(upload_id=old.pk).exists()


def test_a_worker_that_dies_between_two_requests_makes_nothing_twice(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = receive(member, people(2500))
    assert upload.parts.count() == 3
    confirm(member, upload)
    submit, calls = submission.submit, []

    class Killed(BaseException):
        pass

    def killed_at_the_second(**given: Any) -> Any:
        done = submit(**given)
        calls.append(done)
        if len(calls) == 2:
            raise Killed
        return done

    monkeypatch.setattr(submission, "submit", killed_at_the_second)
    with pytest.raises(Killed):
        submitting.work()
    assert PrivacyRequest.objects.count() == 1
    assert Upload.objects.get().state == "submitting"
    monkeypatch.setattr(submission, "submit", submit)
    submitting.work()
    submitting.work()

    assert Upload.objects.get().state == "submitted"
    assert PrivacyRequest.objects.count() == 3
    assert Job.objects.count() == 2500
    ids = UploadPart.objects.order_by("number").values_list("request_id", flat=True)
    assert list(ids) == list(PrivacyRequest.objects.order_by("pk").values_list("pk", flat=True))


def test_a_part_that_fails_keeps_nobody_waiting(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload, other = receive(member, people(1)), receive(member, people(1))
    confirm(member, upload)
    confirm(member, other)
    submit = submission.submit
    failing = [True]

    def fails_once(**given: Any) -> Any:
        if failing.pop() if failing else False:
            raise ValueError
        return submit(**given)

    monkeypatch.setattr(submission, "submit", fails_once)
    submitting.work()

    assert [u.state for u in Upload.objects.order_by("pk")] == ["submitting", "submitted"]
    part = upload.parts.get()
    assert (part.failures, len(part.reference), part.done_at) == (1, 8, None)
    assert part.not_before > timezone.now()
    submitting.work()
    assert Upload.objects.get(pk=upload.pk).state == "submitting"
    UploadPart.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    submitting.work()
    assert [u.state for u in Upload.objects.order_by("pk")] == ["submitted", "submitted"]


def test_what_keeps_failing_is_tried_ever_more_seldom_or_when_somebody_says_so(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = receive(member, people(1))
    confirm(member, upload)
    submit = submission.submit

    def fails(**given: Any) -> Any:
        raise ValueError("p0@example.org")

    monkeypatch.setattr(submission, "submit", fails)
    waits = []
    for _ in range(8):
        UploadPart.objects.update(not_before=None)
        before = timezone.now()
        submitting.work()
        waits.append(round((upload.parts.get().not_before - before).total_seconds(), -1))
    assert waits == [10, 20, 40, 80, 160, 320, 600, 600]
    monkeypatch.setattr(submission, "submit", submit)
    submitting.work()
    assert not PrivacyRequest.objects.exists()

    other = member_of(member.organization, "other")
    assert not uploads.try_again(member=other, public_id=upload.public_id)
    assert uploads.try_again(member=member, public_id=upload.public_id)
    submitting.work()

    assert Upload.objects.get().state == "submitted"


def test_nothing_begins_while_it_can_be_taken_back(member: Member) -> None:
    upload = receive(member, people(3))
    uploads.confirm(member=member, public_id=upload.public_id, revision=upload.revision)
    submitting.work()
    assert not PrivacyRequest.objects.exists()

    uploads.take_back(member=member, public_id=upload.public_id)

    upload.refresh_from_db()
    assert (upload.state, upload.submitted_at, upload.parts.count()) == ("ready", None, 1)
    assert AuditEvent.objects.filter(verb="upload.undo").count() == 1
    let_begin()
    submitting.work()
    assert not PrivacyRequest.objects.exists()
    confirm(member, upload)
    submitting.work()
    assert PrivacyRequest.objects.count() == 1


def test_what_has_begun_is_not_taken_back(member: Member) -> None:
    upload, other = receive(member, people(1500)), member_of(member.organization, "other")
    confirm(member, upload)
    submitting.submit_next()

    with pytest.raises(uploads.Changed):
        uploads.take_back(member=member, public_id=upload.public_id)
    with pytest.raises(Upload.DoesNotExist):
        uploads.take_back(member=other, public_id=upload.public_id)
    submitting.work()

    assert PrivacyRequest.objects.count() == 2
    with pytest.raises(uploads.Changed):
        uploads.take_back(member=member, public_id=upload.public_id)


@pytest.mark.django_db(transaction=True)
def test_who_takes_back_while_a_request_is_made_is_too_late(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = receive(member, people(1))
    confirm(member, upload)
    submit, begun, answers = submission.submit, Event(), list[str]()

    def take_back() -> None:
        try:
            uploads.take_back(member=member, public_id=upload.public_id)
            answers.append("taken back")
        except uploads.Changed:
            answers.append("too late")
        finally:
            connection.close()

    def slowly(**given: Any) -> Any:
        thread.start()
        begun.wait(1)
        return submit(**given)

    thread = Thread(target=take_back)
    monkeypatch.setattr(submission, "submit", slowly)
    submitting.work()
    thread.join(30)

    assert answers == ["too late"]
    assert PrivacyRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_back_before_it_was_locked_is_not_made(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = receive(member, people(1))
    confirm(member, upload)
    look = submitting._next

    def look_too_early() -> UploadPart | None:
        part = look()
        Upload.objects.update(state="ready")
        return part

    monkeypatch.setattr(submitting, "_next", look_too_early)
    assert submitting.submit_next()

    assert not PrivacyRequest.objects.exists()


def test_what_was_not_reviewed_is_not_submitted(member: Member) -> None:
    upload = receive(member, people(1))
    again = uploads.replace(
        member=member, public_id=upload.public_id, name="b.csv", body=people(9).encode()
    )
    reading.read_now(again)

    with pytest.raises(uploads.Changed):
        confirm(member, upload)
    assert Upload.objects.get().people == 9
    assert [part.people for part in UploadPart.objects.all()] == [9]


def test_a_large_file_is_left_to_the_workers_who_say_how_far_they_are(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 100)
    monkeypatch.setattr(reading, "TELL_EVERY", 0)
    told = []
    found = reading._Teller.__call__
    monkeypatch.setattr(
        reading._Teller, "__call__", lambda self, done: (told.append(done), found(self, done))
    )
    upload = receive(member, people(5000))
    assert upload.state == "reading"
    assert not told

    submitting.work()

    upload.refresh_from_db()
    assert (upload.state, upload.people) == ("ready", 5000)
    assert len(told) > 3


def test_a_file_that_is_replaced_while_it_is_read_counts_as_the_new_one(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = uploads.receive(member=member, name="a.csv", body=people(3).encode())
    read = reading.read_csv

    def slowly(*given: Any) -> Any:
        found = read(*given)
        uploads.replace(
            member=member, public_id=upload.public_id, name="b.csv", body=people(7).encode()
        )
        return found

    monkeypatch.setattr(reading, "read_csv", slowly)
    reading.read_now(upload)
    monkeypatch.setattr(reading, "read_csv", read)
    upload.refresh_from_db()
    assert upload.state == "reading"
    submitting.work()

    upload.refresh_from_db()
    assert (upload.state, upload.people, uploads.name(upload)) == ("ready", 7, "b.csv")


def test_a_file_that_kills_its_readers_is_given_up(member: Member) -> None:
    upload = uploads.receive(member=member, name="a.csv", body=people(1).encode())
    Upload.objects.update(tries=3, lease_until=timezone.now() + timedelta(seconds=9))
    assert not reading.read_next()
    Upload.objects.update(lease_until=timezone.now() - timedelta(seconds=9))

    assert reading.read_next()

    upload.refresh_from_db()
    assert upload.state == "wrong"
    assert "fault on our side" in report(upload).problems[0].sentence


def test_a_member_has_a_few_at_most_and_only_his_own(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST", 2)
    other = member_of(member.organization, "other")
    mine = receive(member, people(1))
    receive(member, people(1))

    with pytest.raises(uploads.TooMany):
        receive(member, people(1))
    receive(other, people(1))

    assert len(uploads.newest(member)) == 2
    assert uploads.find(other, mine.public_id) is None
    assert not uploads.discard(member=other, public_id=mine.public_id)
    assert uploads.discard(member=member, public_id=mine.public_id)
    assert DataKey.objects.get(pk=mine.data_key_id).destroyed_at


def test_what_columns_are_is_kept_when_the_file_is_replaced(member: Member) -> None:
    body = "Customer;E-mail address;Remarks\n17;ann@example.org;called\n"
    upload = receive(member, body)
    assert upload.state == "columns"
    assert [(c.label, c.meaning, c.sure) for c in report(upload).columns] == [
        ("Customer", "key", False),
        ("E-mail address", "identity:Email", False),
        ("Remarks", "", False),
    ]
    assert report(upload).columns[1].samples == ["a•••••@e•••••.org"]
    assert report(upload).missing == ["action", "regulation", "products"]
    said = {"Customer": "key", "E-mail address": "identity:Email", "Remarks": "ignore"}
    chosen = Choices(columns=said, regulation="gdpr", products=["crm"], action="delete")

    again = uploads.choose(member=member, public_id=upload.public_id, choices=chosen)
    reading.read_now(again)
    again.refresh_from_db()
    assert (again.state, again.jobs) == ("ready", 1)
    uploads.replace(
        member=member, public_id=upload.public_id, name="b.csv", body=f"{body}18;bo@x.se;-".encode()
    )
    reading.read_now(again)

    again.refresh_from_db()
    assert (again.state, again.people) == ("ready", 2)


def test_the_next_file_with_the_same_columns_comes_mapped(member: Member) -> None:
    body = "Kund;Mejladress 2;Vad;Anm\n17;ann@example.org;delete;called\n"
    said = {"Kund": "key", "Mejladress 2": "identity:Email", "Vad": "action", "Anm": "ignore"}
    first = receive(member, body)
    assert first.state == "columns"
    chosen = Choices(columns=said, regulation="gdpr", products=["crm"])
    uploads.choose(member=member, public_id=first.public_id, choices=chosen)

    again = receive(member, body.replace("17", "18"))
    other = receive(member_of(member.organization, "other"), body)
    wider = receive(member, body.replace("Anm", "Notes"))

    assert [(c.meaning, c.sure) for c in report(again).columns] == [
        (meaning, True) for meaning in said.values()
    ]
    # The law and the products are asked again: a file of this kind may be of another law.
    assert (again.state, report(again).missing) == ("columns", ["regulation", "products"])
    assert not any(c.sure for c in report(other).columns)
    assert not any(c.sure for c in report(wider).columns)
    kept = str(list(KnownColumns.objects.values()))
    assert "Kund" not in kept
    assert "Mejladress" not in kept


def test_a_file_whose_columns_say_all_is_ready_at_once_the_second_time(member: Member) -> None:
    body = "Kund,action,regulation,products,Mejladress 2\n1,access,gdpr,crm,ann@example.org\n"
    meanings = ["key", "action", "regulation", "products", "identity:Email"]
    said = dict(zip(body.splitlines()[0].split(","), meanings, strict=True))
    first = receive(member, body)
    uploads.choose(member=member, public_id=first.public_id, choices=Choices(columns=said))

    assert receive(member, body).state == "ready"


def test_columns_of_so_many_files_are_remembered(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "MOST", 2)
    said = Choices(columns={"a": "key"})
    for labels in (["a"], ["a", "b"], ["a"], ["a", "c"]):
        known.remember(member, labels, said)

    assert KnownColumns.objects.count() == 2
    assert known.recall(member, ["a"]).columns == {"a": "key"}
    assert known.recall(member, ["a", "b"]) == Choices()


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


def test_problems_are_told_in_the_language_of_who_reads_them(member: Member) -> None:
    rows = ["K1,access,gdrp,crm,a@x.example", "K2,access,gdpr,crm,070 123 45 67"]
    with translation.override("sv"):
        csv = receive(member, "\n".join([HEADING, *rows]))
    body = document_of(member.organization, 2).replace(b'"key": "k1"', b'"key": ""')
    json_file = receive(member, body, "wrong.json")

    english = [p.sentence for p in report(csv).problems]
    with translation.override("sv"):
        swedish = [p.sentence for p in report(csv).problems]
        [empty] = [p.sentence for p in report(json_file).problems]

    assert english[0] == "No such law. Did you mean gdpr?"
    assert english[1].startswith("“070 123 45 67” is not an e-mail address. Did you mean")
    assert swedish[0] == "Det finns ingen sådan lag. Menade du gdpr?"
    assert swedish[1].startswith("“070 123 45 67” är ingen e-postadress. Menade du")
    assert empty == "Det får inte vara tomt."


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
