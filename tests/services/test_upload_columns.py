"""What the columns of a file mean: guessed, said once, and known of the next file."""

from __future__ import annotations

import pytest

from jobs.models import KnownColumns
from jobs.uploads import known, reading, uploads
from jobs.uploads.report import Choices
from privacyportal.organizations.models import Member
from tests.services.conftest import member_of
from tests.services.uploading import receive, report


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
