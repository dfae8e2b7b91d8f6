"""Files are read to the last problem, large ones by workers, whatever happens meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from jobs.models import Upload
from jobs.uploads import reading, submitting, uploads
from privacyportal.organizations.models import Member
from tests.services.uploading import HEADING, document_of, people, receive, report


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
