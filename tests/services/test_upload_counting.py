"""What the deletes of a file would touch: of its first people, at the products they name."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.engine.housekeeping import forget_uploads
from jobs.models import DryRun, Upload
from jobs.processors.base import Touched
from jobs.services import saved_drafts
from jobs.uploads import counting, uploads
from privacyportal.organizations.models import Member
from tests.services.counter import Counter, member, sent
from tests.services.uploading import HEADING, receive

__all__ = ["member", "sent"]


def run(upload: Upload, capture: Any, sent: list[int]) -> dict[str, Any]:
    """Product → its tables, or why there are none."""
    with capture(execute=True):
        counting.start(upload)
    for pk in sent:
        counting.count(pk)
    found = counting.result(upload)
    assert found is not None
    assert not found.counting
    return {one.product.code: list(one.tables) or one.sentence for one in found.products}


def rows(*said: str) -> str:
    return "\n".join([HEADING, *said])


def test_each_product_is_asked_about_those_who_are_deleted_there(
    member: Member, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    upload = receive(
        member,
        rows(
            "K1,delete,gdpr,counter; ledger,ann@example.org",
            "K2,access,gdpr,counter; ledger,bo@example.org",
            "K3,delete,ccpa,counter,cy@example.org",
            "K4,access,ccpa,crm,di@example.org",
        ),
    )
    assert counting.result(upload) is None

    found = run(upload, django_capture_on_commit_callbacks, sent)

    assert found["counter"] == [Touched("people", erase=2), Touched("orders", keep=7)]
    assert "can't be counted" in found["ledger"]
    assert "no settings" in found["crm"]
    [asked] = Counter.asked
    assert [a.identities[0].value for a in asked] == ["ann@example.org", "cy@example.org"]
    assert "@" not in str(list(DryRun.objects.values()))
    assert saved_drafts.unfinished(member) == []


def test_of_many_people_the_first_are_counted(
    member: Member, sent: list[int], django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(counting, "MOST", 3)
    said = [f"K{n},delete,{'gdpr' if n % 2 else 'ccpa'},counter,p{n}@x.example" for n in range(9)]
    upload = receive(member, rows(*said, "L,delete,gdpr,ledger,last@x.example"))

    found = run(upload, django_capture_on_commit_callbacks, sent)

    assert found["counter"][0] == Touched("people", erase=3)
    assert found["ledger"] == "Nobody of these is to be deleted here."


def test_a_file_that_changed_or_is_submitted_is_not_counted(
    member: Member, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    upload = receive(member, rows("K1,delete,gdpr,counter,ann@example.org"))
    with django_capture_on_commit_callbacks(execute=True):
        counting.start(upload)
    uploads.confirm(member=member, public_id=upload.public_id, revision=upload.revision)

    counting.count(sent[0])

    found = counting.result(upload)
    assert found is not None
    assert "the file was changed meanwhile" in found.products[0].sentence
    assert Counter.asked == []
    upload.revision += 1
    found = counting.result(upload)
    assert found is not None
    assert found.stale


def test_numbers_go_with_the_file(
    member: Member, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    upload = receive(member, rows("K1,delete,gdpr,counter,ann@example.org"))
    with django_capture_on_commit_callbacks(execute=True):
        counting.start(upload)

    forget_uploads([upload])
    counting.count(sent[0])

    assert not DryRun.objects.exists()
    assert Counter.asked == []
