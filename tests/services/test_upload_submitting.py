"""A file becomes its requests once, whatever dies or fails meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs.models import Job, PrivacyRequest, Upload, UploadPart
from jobs.services import submission
from jobs.uploads import reading, submitting, uploads
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import Member
from tests.services.conftest import member_of
from tests.services.uploading import HEADING, confirm, people, receive


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
