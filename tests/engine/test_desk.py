"""Work of people through the engine: given in turn, answered, recorded, withdrawn, opened anew."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from jobs.engine.sweep import sweep
from jobs.engine.turn import turn
from jobs.models import Attempt, ManualTask, OutsideWorker, PackageContent, TaskFile
from jobs.rules.task_answers import Refusal, TaskAnswer
from jobs.services import manual_tasks, officers, products, task_watch
from jobs.services.package_zip import zipped
from jobs.services.packages import find
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Member
from tests.engine.conftest import Trial
from tests.engine.desk import WORDS, answer, desk, only, submit

__all__ = ["desk"]


def test_tasks_go_in_turn_to_who_is_there(desk: Trial) -> None:
    submit(desk, *["person"] * 9)

    held = Counter(str(task.holder) for task in ManualTask.objects.all())

    assert set(held.values()) == {3}
    assert "gone@firm.example" not in held
    assert held["archive@store.example"] == 3
    assert {(r.state, r.step, r.outcome_detail) for r in desk.responses()} == {
        ("later", "poll", "manual.given")
    }
    assert [job.state for job in desk.jobs()] == ["processing"] * 9


def test_a_task_is_due_within_its_days_and_not_after_the_request(desk: Trial) -> None:
    submit(desk, "person")
    first, today = only(), timezone.localdate()
    desk.submit("late", received_at=timezone.now() - timedelta(days=28),
                products=("paper",))  # fmt: skip
    desk.work(1)

    second = ManualTask.objects.exclude(pk=first.pk).get()

    assert (first.due_on - today).days == 7
    assert second.due_on == second.job.due_on < first.due_on


def test_what_was_done_is_recorded_at_once(desk: Trial) -> None:
    submit(desk, "person")

    answer(only(), TaskAnswer.DONE, records=4)
    desk.work(1)

    [response] = desk.responses()
    assert (response.state, response.outcome_code, response.records_found) == (
        "complete", "6000-200", 4
    )  # fmt: skip
    assert desk.jobs()[0].state == "complete"
    assert only().ended_at


def test_nothing_found_is_told_as_that(desk: Trial) -> None:
    submit(desk, "person", actions=("access",))

    answer(only(), TaskAnswer.NOTHING)
    desk.work(1)

    assert desk.states("access") == [("complete", "6052-200")]


@pytest.mark.parametrize("refusal", list(Refusal))
def test_what_was_refused_is_never_complete(desk: Trial, refusal: Refusal) -> None:
    submit(desk, "person")

    answer(only(), TaskAnswer.REFUSED, refusal=refusal, text="a secret of the person")
    desk.work(1)

    [response] = desk.responses()
    assert (response.state, response.outcome_code) == ("error", "1021-400")
    assert response.outcome_detail == f"manual.{refusal}"
    assert "secret" not in str(response.outcome_params)
    assert manual_tasks.words(only()) == "a secret of the person"
    assert b"a secret" not in bytes(only().words_sealed or b"")


def test_a_retry_opens_the_task_anew(desk: Trial) -> None:
    submit(desk, "person")
    answer(only(), TaskAnswer.REFUSED, refusal=Refusal.UNREACHABLE)
    desk.work(1)
    [job] = desk.jobs()

    [act] = officers.retry(job=job, by=SYSTEM)
    desk.work(1)

    assert act.done
    task = only()
    assert task.is_open
    assert task.words_sealed is None
    answer(task, TaskAnswer.DONE)
    desk.work(1)
    assert desk.states() == [("complete", "6000-200")]


def test_files_go_into_the_package_and_then_are_gone(desk: Trial) -> None:
    submit(desk, "person", actions=("access",))
    big = bytes(range(256)) * 4000
    files = [("../ann-ek.PDF", b"%PDF"), ("letter of ann", big)]

    manual_tasks.attach(task=only(), by=SYSTEM, files=files)
    answer(only(), TaskAnswer.DONE, records=2)
    desk.work(1)

    [job] = desk.jobs()
    assert job.state == "complete"
    package = find(job)
    assert package
    whole = zipfile.ZipFile(io.BytesIO(b"".join(zipped(package))))
    found = {name: whole.read(name) for name in whole.namelist() if "document" in name}
    assert sorted(name.rpartition("/")[2] for name in found) == ["document-1.pdf", "document-2"]
    assert set(found.values()) == {b"%PDF", big}
    task_watch.watch()
    assert not TaskFile.objects.exists()
    assert PackageContent.objects.exists()


def test_an_access_is_not_done_without_a_file(desk: Trial) -> None:
    submit(desk, "person", actions=("access",))

    with pytest.raises(manual_tasks.NoFiles):
        answer(only(), TaskAnswer.DONE)

    assert only().is_open


def test_a_cancelled_job_ends_its_task(desk: Trial) -> None:
    submit(desk, "person")
    [job] = desk.jobs()

    officers.cancel(job=job, by=SYSTEM)
    desk.work(1)

    assert desk.states() == [("cancelled", "1021-400")]
    assert only().ended_at
    with pytest.raises(manual_tasks.Over):
        answer(only(), TaskAnswer.DONE)


def lose_the_news() -> None:
    """As if nobody had told the engine that there is an answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_productresponse SET state = 'later', not_before = now() + '1 day'"
        )


def test_what_was_answered_before_it_is_cancelled_is_recorded(desk: Trial) -> None:
    submit(desk, "person")
    answer(only(), TaskAnswer.DONE)
    lose_the_news()
    [job] = desk.jobs()

    officers.cancel(job=job, by=SYSTEM)
    desk.work(3)

    assert desk.states() == [("complete", "6000-200")]


def test_an_answer_whose_news_was_lost_is_heard_a_minute_later(desk: Trial) -> None:
    submit(desk, "person")
    answer(only(), TaskAnswer.DONE)
    lose_the_news()

    task_watch.watch()
    desk.work(1)
    assert desk.states() == [("later", "")]
    ManualTask.objects.update(answered_at=timezone.now() - timedelta(minutes=2))
    task_watch.watch()
    desk.work(1)

    assert desk.states() == [("complete", "6000-200")]


def test_an_answer_can_be_taken_back_for_a_while(desk: Trial, settings: Any) -> None:
    settings.PORTAL_UNDO_SECONDS = 60
    submit(desk, "person")
    answer(only(), TaskAnswer.DONE)
    desk.work(1)
    assert desk.states() == [("later", "")]

    manual_tasks.take_back(task=only(), by=SYSTEM)
    assert only().is_open

    answer(only(), TaskAnswer.NOTHING)
    settings.PORTAL_UNDO_SECONDS = 0
    with pytest.raises(manual_tasks.Over):
        manual_tasks.take_back(task=only(), by=SYSTEM)


def test_a_delete_waits_for_the_people_who_see_to_the_access(desk: Trial) -> None:
    submit(desk, "person", actions=("access", "delete"))
    assert desk.states("delete") == [("waiting", "")]

    answer(only(), TaskAnswer.NOTHING)
    desk.work(2)

    assert desk.states("access") == [("complete", "6052-200")]
    assert desk.states("delete") == [("later", "")]
    assert ManualTask.objects.filter(answer="").count() == 1


def test_a_repeated_attempt_finds_the_task_it_opened(desk: Trial) -> None:
    submit(desk, "person")
    task = only()
    with connection.cursor() as cursor:  # as if the worker had died before it recorded
        cursor.execute(
            "UPDATE jobs_productresponse SET state = 'due', step = 'process', reference = ''"
        )

    turn(desk.product.pk)

    assert only().created_at == task.created_at
    assert Attempt.objects.count() == 2


def test_tasks_of_nobody_are_nobodys(desk: Trial) -> None:
    Member.objects.all().delete()
    OutsideWorker.objects.all().delete()
    document = {**WORDS, "members": ["gone@firm.example"]}
    products.change_settings(product=desk.product, by=SYSTEM, document=document)

    submit(desk, "person")

    assert only().holder is None


def test_a_year_is_waited_for_people(desk: Trial) -> None:
    submit(desk, "person")
    [response] = desk.responses()
    assert response.pending_until
    assert (response.pending_until - timezone.now()).days == 364

    with connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_productresponse SET pending_until = now(), not_before = now()")
    sweep()
    turn(desk.product.pk)
    task_watch.watch()

    [response] = desk.responses()
    assert (response.state, response.outcome_detail) == ("error", "engine.pending_expired")
    assert response.outcome_params == {"days": 365}
    assert only().ended_at
