"""A file that was confirmed can be taken back until its first request is made."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection

from jobs.models import PrivacyRequest, Upload, UploadPart
from jobs.services import submission
from jobs.uploads import submitting, uploads
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import Member
from tests.services.conftest import member_of
from tests.services.uploading import confirm, let_begin, people, receive


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
