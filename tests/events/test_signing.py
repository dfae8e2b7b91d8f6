"""The two keys: made once, sealed, replaced one at a time, the public halves kept."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import Client

from jobs.events import signing
from jobs.events.dispatcher import Dispatcher
from jobs.models import SigningKey
from privacyportal.keys.crypto import Unreadable
from privacyportal.keys.installation import open_text
from tests.engine.conftest import Trial
from tests.events.conftest import happen, register, verified
from tests.events.receiver import Receiver
from tests.races import together


def older(**by: float) -> None:
    SigningKey.objects.update(created_at=F("created_at") - timedelta(**by))


def test_one_key_is_replaced_while_the_other_still_signs(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    register(trial.organization, receiver.url, dispatcher=dispatcher)
    happen(trial, "anna")
    dispatcher.work_off()
    signing.rotate()
    happen(trial, "bo")

    dispatcher.work_off()

    before, after = receiver.posts[0], receiver.posts[-1]
    same = [
        slot for slot in (1, 2)
        if before.headers[f"x-adobe-public-key{slot}-path"]
        == after.headers[f"x-adobe-public-key{slot}-path"]
    ]  # fmt: skip
    assert len(same) == 1
    # What was signed before is still verified with the replaced key's public half.
    assert all(verified(got, slot) for got in (before, after) for slot in (1, 2))


def test_rotation_takes_turns(db: None) -> None:
    signing.signer()

    slots = [signing.rotate().slot for _ in range(4)]

    assert slots in ([1, 2, 1, 2], [2, 1, 2, 1])
    assert SigningKey.objects.filter(replaced_at=None).count() == 2


def test_the_command_says_where_the_new_key_is(db: None) -> None:
    told = StringIO()

    call_command("rotate_signing_keys", stdout=told)

    path = told.getvalue().split()[-1]
    assert Client().get(path).content.startswith(b"-----BEGIN PUBLIC KEY-----")


def test_private_halves_are_sealed_and_go_when_they_are_replaced(db: None) -> None:
    signing.signer()
    kept = SigningKey.objects.first()
    assert kept is not None
    assert "PRIVATE" not in kept.private_sealed
    assert "PRIVATE" in open_text(kept.private_sealed, signing.SEALED_FOR)
    with pytest.raises(Unreadable):
        open_text(kept.private_sealed, "another purpose")

    signing.rotate()
    signing.rotate()

    kept.refresh_from_db()
    assert kept.private_sealed == ""
    assert kept.replaced_at


def test_a_key_is_replaced_by_age_and_never_both_at_once(db: None, settings: Any) -> None:
    settings.SIGNING_KEY_DAYS = 100
    signing.signer()

    young = signing.rotate_by_age()
    older(days=101)
    first, at_once = signing.rotate_by_age(), signing.rotate_by_age()
    older(days=51)
    second = signing.rotate_by_age()

    assert (young, first, at_once, second) == (False, True, False, True)
    assert SigningKey.objects.count() == 4


def test_processes_that_begin_together_make_two_keys(transactional_db: None) -> None:
    together(*[signing.signer] * 4)

    assert SigningKey.objects.count() == 2


@pytest.mark.parametrize("name", ["nothing", "00000000-0000-0000-0000-000000000000"])
def test_there_is_no_other_key(db: None, name: str) -> None:
    answer = Client().get(signing.PATH % name)

    assert answer.status_code == 404
    assert answer.json()["status"] == 404
