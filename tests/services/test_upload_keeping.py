"""Uploads are sealed, few, one's own, and forgotten on time together with their keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from jobs.engine.housekeeping import keep_house
from jobs.models import Upload, UploadPart
from jobs.uploads import submitting, uploads
from privacyportal.keys.models import DataKey
from privacyportal.organizations.models import Member
from tests.services.conftest import member_of
from tests.services.uploading import confirm, people, receive


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
