"""Mails to whoever has tasks: once for what is new, again near the date, then daily."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from jobs.models import ManualTask, OutsideWorker
from jobs.rules.task_answers import TaskAnswer
from jobs.services import task_links, task_watch
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Member, User
from tests.engine.conftest import Trial, trial
from tests.engine.desk import answer, desk, submit

__all__ = ["desk", "trial"]


@pytest.fixture
def shared(desk: Trial) -> Trial:
    """Three tasks, one each for two members and somebody outside."""
    submit(desk, "a", "b", "c")
    return desk


def mails() -> dict[str, Any]:
    found = {to: one for one in mail.outbox for to in (*one.to, *one.bcc)}
    mail.outbox.clear()
    return found


def turn_back(days: int) -> None:
    """As if the tasks had been given so many days ago."""
    ago = timezone.now() - timedelta(days=days)
    ManualTask.objects.update(created_at=ago, told_at=ago)


def due(day: date) -> None:
    ManualTask.objects.update(due_on=day)


@pytest.fixture
def noon() -> Iterator[date]:
    """It is not: reminders are sent from eight o'clock on, by the database's clock."""
    before, task_watch.MORNING = task_watch.MORNING, 0
    yield datetime.now(UTC).date()
    task_watch.MORNING = before


def test_each_is_written_to_once(shared: Trial) -> None:
    task_watch.watch()
    found = mails()
    assert set(found) == {"ann@firm.example", "bob@firm.example", "archive@store.example"}
    assert "A new task at Trial" in found["ann@firm.example"].subject
    assert "/tasks/\n" in found["ann@firm.example"].body
    assert "/tasks/link/" in found["archive@store.example"].body
    assert not any("@example.org" in one.body for one in found.values())

    task_watch.watch()

    assert mails() == {}


def test_one_mail_tells_of_many(desk: Trial) -> None:
    submit(desk, *["person"] * 6)

    task_watch.watch()

    assert [one.subject for one in mail.outbox] == ["2 new tasks at Trial"] * 3


def test_a_swedish_member_is_written_to_in_swedish(shared: Trial) -> None:
    User.objects.filter(email="ann@firm.example").update(language="sv")

    task_watch.watch()

    assert mails()["ann@firm.example"].subject != "A new task at Trial"


def test_a_mail_that_fails_holds_nobody_back_and_is_sent_later(
    shared: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = task_watch.tell_one

    def refusing(organization: Any, email: str, *rest: Any) -> None:
        if email.startswith("ann"):
            raise smtplib.SMTPRecipientsRefused({email: (550, b"no")})
        real(organization, email, *rest)

    monkeypatch.setattr(task_watch, "tell_one", refusing)
    task_watch.watch()
    assert set(mails()) == {"bob@firm.example", "archive@store.example"}
    monkeypatch.undo()

    task_watch.watch()

    assert set(mails()) == {"ann@firm.example"}


def test_nobody_is_reminded_on_the_day_it_was_given(shared: Trial, noon: date) -> None:
    due(noon)
    task_watch.watch()
    mails()

    task_watch.watch()

    assert mails() == {}


def test_near_the_date_each_is_reminded_once(shared: Trial, noon: date) -> None:
    turn_back(5)
    due(noon + timedelta(days=3))
    task_watch.watch()
    assert mails() == {}

    due(noon + timedelta(days=2))
    task_watch.watch()
    assert set(mails()) == {"ann@firm.example", "bob@firm.example", "archive@store.example"}
    task_watch.watch()

    assert mails() == {}


def test_what_is_overdue_is_told_each_day(shared: Trial, noon: date) -> None:
    turn_back(9)
    due(noon - timedelta(days=1))
    ManualTask.objects.update(reminded_on=noon - timedelta(days=1))

    task_watch.watch()
    assert "1 task at Trial is overdue" in mails()["bob@firm.example"].subject
    task_watch.watch()
    assert mails() == {}


def test_nothing_is_told_of_what_is_answered(shared: Trial, noon: date) -> None:
    turn_back(9)
    due(noon)
    for task in ManualTask.objects.select_related("job__request", "organization"):
        answer(task, TaskAnswer.NOTHING)

    task_watch.watch()

    assert mails() == {}


def test_officers_hear_of_tasks_that_are_nobodys(desk: Trial) -> None:
    boss = User.objects.create_user("boss@firm.example")
    submit(desk, "person")
    ManualTask.objects.update(member=None, outsider=None)
    Member.objects.create(organization=desk.organization, user=boss, role="officer")

    task_watch.watch()

    [(to, told)] = mails().items()
    assert to == "boss@firm.example"
    assert "nobody" in told.subject


def test_a_link_opens_for_two_months_and_until_it_is_ended(desk: Trial) -> None:
    outsider = OutsideWorker.objects.create(
        organization=desk.organization, email="eva@store.example"
    )
    token = task_links.link(outsider).rstrip("/").rpartition("/")[2]
    assert "eva" not in token

    assert task_links.find(token) == outsider
    assert task_links.find(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    with time_machine.travel(timezone.now() + timedelta(days=61)):
        assert task_links.find(token) is None
    task_links.end_all(outsider=outsider, by=SYSTEM)
    assert task_links.find(token) is None
    outsider.refresh_from_db()
    assert task_links.find(task_links.link(outsider).rstrip("/").rpartition("/")[2])
