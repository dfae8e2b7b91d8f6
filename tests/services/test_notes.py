"""Notes, attachments and the assignee of a request: sealed, forgotten with it, on record."""

from __future__ import annotations

import json

import pytest

from jobs.models import PrivacyRequest, RequestAttachment, RequestNote
from jobs.services import assignees, notes
from privacyportal.actors import Actor
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.keys.crypto import Unreadable
from privacyportal.keys.models import Purpose
from privacyportal.keys.services import create_data_key, destroy
from privacyportal.organizations.models import Member, Organization, User
from tests.api.bodies import document
from tests.api.conftest import make_program
from tests.api.work import submit

ANN, BO = Actor("user", "1", "Ann"), Actor("user", "2", "Bo")
SECRET = "Her son called: +46 70 1"


@pytest.fixture
def request_(organization: Organization) -> PrivacyRequest:
    [job] = submit(make_program(organization), document(organization.ims_org_id))
    return job.request


def test_a_note_is_read_back_and_is_in_clear_nowhere(request_: PrivacyRequest) -> None:
    made = notes.add_note(request=request_, by=ANN, text=SECRET)
    notes.attach(request=request_, by=BO, name="son.txt", body=SECRET.encode())

    board = notes.read(request_, ANN)
    assert [(n.text, n.author, n.own) for n in board.notes] == [(SECRET, "Ann", True)]
    assert [(f.name, f.size, f.own) for f in board.files] == [("son.txt", len(SECRET), False)]
    assert SECRET.encode() not in bytes(made.text_sealed)
    file = RequestAttachment.objects.get()
    assert b"son" not in bytes(file.name_sealed) + bytes(file.body_sealed)


def test_it_opens_with_the_requests_key_and_in_its_own_place_only(
    request_: PrivacyRequest,
) -> None:
    one = notes.add_note(request=request_, by=ANN, text="one")
    two = notes.add_note(request=request_, by=ANN, text="two")
    RequestNote.objects.filter(pk=one.pk).update(text_sealed=two.text_sealed)
    with pytest.raises(Unreadable):
        notes.read(request_, ANN)

    RequestNote.objects.filter(pk=one.pk).update(text_sealed=one.text_sealed)
    other = create_data_key(organization_id=request_.organization_id, purpose=Purpose.REQUEST)
    request_.data_key_id = other.id
    with pytest.raises(Unreadable):
        notes.read(request_, ANN)


def test_who_forgets_the_request_forgets_what_was_written_to_it(request_: PrivacyRequest) -> None:
    notes.add_note(request=request_, by=ANN, text=SECRET)
    file = notes.attach(request=request_, by=ANN, name="a.txt", body=b"1")
    destroy(request_.data_key_id)

    assert notes.read(request_, ANN) == notes.Board(forgotten=True)
    assert notes.count(request_) == (1, 1)
    with pytest.raises(notes.Destroyed):
        notes.open_file(request=request_, by=ANN, public_id=file.public_id)
    with pytest.raises(notes.Destroyed):
        notes.add_note(request=request_, by=ANN, text="more")


def test_only_its_author_takes_it_away(request_: PrivacyRequest) -> None:
    note = notes.add_note(request=request_, by=ANN, text=SECRET)
    file = notes.attach(request=request_, by=ANN, name="a.txt", body=b"1")
    with pytest.raises(notes.NotTheirs):
        notes.delete_note(request=request_, by=BO, public_id=note.public_id)
    with pytest.raises(notes.NotTheirs):
        notes.delete_file(request=request_, by=BO, public_id=file.public_id)

    notes.delete_note(request=request_, by=ANN, public_id=note.public_id)
    notes.delete_file(request=request_, by=ANN, public_id=file.public_id)

    assert notes.count(request_) == (0, 0)


def test_a_request_has_no_more_files_than_it_may(
    request_: PrivacyRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MOST_FILES", 1)
    notes.attach(request=request_, by=ANN, name="a.txt", body=b"1")

    with pytest.raises(notes.TooMany):
        notes.attach(request=request_, by=ANN, name="b.txt", body=b"2")


def test_every_act_is_on_record_and_nothing_of_what_was_written(request_: PrivacyRequest) -> None:
    note = notes.add_note(request=request_, by=ANN, text=SECRET)
    file = notes.attach(request=request_, by=ANN, name="son.txt", body=SECRET.encode())
    notes.open_file(request=request_, by=ANN, public_id=file.public_id)
    notes.delete_note(request=request_, by=ANN, public_id=note.public_id)
    notes.delete_file(request=request_, by=ANN, public_id=file.public_id)

    acts = AuditEvent.objects.filter(target_id=str(request_.public_id)).order_by("pk")
    assert [act.verb for act in acts][1:] == [
        "note.add", "attachment.add", "attachment.download", "note.delete", "attachment.delete",
    ]  # fmt: skip
    told = json.dumps(list(AuditDetail.objects.values_list("detail", flat=True)))
    assert "son" not in told.replace("person", "")


@pytest.mark.parametrize(
    ("body", "picture"),
    [
        (b"\x89PNG\r\n\x1a\n", "photo"),
        (b"%PDF-1.7 \xff", "file-text"),
        ("Kära vän".encode(), "file-text"),
        (b"PK\x03\x04...", "file-spreadsheet"),
        (b"\x00\x01\x02", "paperclip"),
    ],
)
def test_the_picture_of_a_file_follows_its_bytes_not_its_name(
    request_: PrivacyRequest, body: bytes, picture: str
) -> None:
    assert notes.attach(request=request_, by=ANN, name="x.exe", body=body).picture == picture


def test_a_request_is_assigned_to_those_who_may_act(
    request_: PrivacyRequest, organization: Organization, stranger: Organization
) -> None:
    def member(role: str, where: Organization) -> Member:
        person = User.objects.create_user(f"{role}.{where.pk}@example.org")
        return Member.objects.create(organization=where, user=person, role=role)

    officer, auditor = member("officer", organization), member("auditor", organization)
    foreign = member("officer", stranger)

    assert assignees.eligible(organization) == [officer]
    assert assignees.find(organization, auditor.user.public_id) is None
    assert assignees.find(organization, foreign.user.public_id) is None
    assignees.assign(request=request_, by=ANN, to=officer)
    officer.delete()
    request_.refresh_from_db()
    assert request_.assignee is None
