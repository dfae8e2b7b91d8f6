"""Among very many tasks, open and ended ones, nothing looks at more than it shows or does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from jobs.engine import desk as desks
from jobs.engine.turn import turn
from jobs.models import ManualTask, OutsideWorker, ProductResponse
from jobs.services import manual_tasks, task_links, task_watch
from privacyportal.organizations.models import Member, User
from tests.engine.conftest import Trial, trial
from tests.engine.desk import desk, submit
from tests.plans import looked_at
from tests.sessions import client_of, signed_in

__all__ = ["desk", "trial"]
MANY = 6000
FEW = 500  # a page and those that stand beside it


@pytest.fixture
def crowded(desk: Trial, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """Ann has MANY open tasks, all due on one day and told of, and MANY answered ones; a few are
    the outside worker's, none is Bob's."""
    monkeypatch.setattr(desks, "ENOUGH", 100)
    monkeypatch.setattr(task_watch, "AT_ONCE", 100)
    monkeypatch.setattr(task_watch, "_reached", {})
    monkeypatch.setattr(task_watch, "MORNING", 0)
    submit(desk, "person")
    first, ann = ManualTask.objects.get(), Member.objects.get(user__email="ann@firm.example")
    outside = OutsideWorker.objects.get()
    soon, ago = timezone.localdate() + timedelta(days=5), timezone.now() - timedelta(days=2)
    ManualTask.objects.update(member=ann, outsider=None, due_on=soon, told_at=ago)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO jobs_manualtask (public_id, organization_id, product_id, job_id,
                response_id, action, member_id, outsider_id, due_on, created_at, told_at, answer,
                refusal, records, answered_by, answered_at, ended_at)
            SELECT gen_random_uuid(), organization_id, product_id, job_id, -n, action,
                CASE WHEN n %% 500 <> 0 THEN member_id END, CASE WHEN n %% 500 = 0 THEN %s END,
                due_on, created_at, told_at, CASE WHEN n > %s THEN 'done' ELSE '' END, '', 0, '',
                CASE WHEN n > %s THEN created_at + n * interval '1 second' END,
                CASE WHEN n > %s THEN created_at + n * interval '1 second' END
            FROM jobs_manualtask, generate_series(1, %s) AS n WHERE id = %s
            """,
            [outside.pk, MANY, MANY, MANY, 2 * MANY, first.pk],
        )
    know()
    return desk


def know() -> None:
    """What is there; other tests leave statistics of tables that are empty by now."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM jobs_manualtask")
        cursor.execute("ANALYZE")


def no_more_than(most: int, act: Callable[[], object], *, tries: int = 1) -> None:
    """What changes nothing may be tried again: where no index serves, it fails again."""
    for _try in range(tries):
        found = looked_at(act)
        assert any("jobs_manualtask" in sql for sql in found)
        too_many = {sql: rows for sql, rows in found.items() if rows > most}
        if not too_many:
            return
        know()
    assert too_many == {}


def read(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200, path


def test_pages_look_at_a_page_however_many_tasks_there_are(crowded: Trial) -> None:
    boss = signed_in(crowded.organization, "officer")
    ann, bob = (client_of(User.objects.get(email=f"{n}@firm.example")) for n in ("ann", "bob"))
    last = ManualTask.objects.filter(answer="", member__isnull=False).order_by("pk")[MANY // 2]
    old = ManualTask.objects.exclude(answer="").order_by("answered_at")[MANY // 2]

    for client, query in (
        (boss, "?show=all"),
        (boss, f"?show=all&after={last.public_id}"),
        (boss, "?show=nobody"),
        (boss, "?show=answered"),
        (boss, f"?show=answered&after={old.public_id}"),
        (ann, ""),
        (ann, f"?after={last.public_id}"),
        (ann, "?show=answered"),
        (bob, "?show=answered"),
    ):
        no_more_than(FEW, partial(read, client, f"/tasks/{query}"), tries=2)


def test_pages_of_a_link_look_at_a_page(crowded: Trial, settings: Any) -> None:
    link = task_links.link(OutsideWorker.objects.get()).removeprefix(settings.PORTAL_URL)

    for query in ("", "?show=answered"):
        no_more_than(FEW, partial(read, Client(), link + query))


def test_pages_show_every_task_once_and_in_order(
    desk: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manual_tasks, "PAGE", 2)
    submit(desk, *["person"] * 14)
    pks, now = list(ManualTask.objects.values_list("pk", flat=True)), timezone.now()
    ManualTask.objects.filter(pk__in=pks[::3]).update(due_on=now)
    ManualTask.objects.filter(pk__in=pks[::2]).update(answer="nothing", answered_at=now)
    ManualTask.objects.filter(pk__in=pks[::4]).update(answered_at=now - timedelta(hours=1))
    tasks = manual_tasks.of_organization(desk.organization)

    def walked(page: Callable[..., list[ManualTask]]) -> list[int]:
        found: list[ManualTask] = []
        while more := page(tasks, found[-1] if found else None)[: manual_tasks.PAGE]:
            found += more
        return [task.pk for task in found]

    still_open = tasks.filter(answer="").order_by("due_on", "pk")
    done = tasks.exclude(answer="").order_by("-answered_at", "-pk")
    assert walked(manual_tasks.open_ones) == list(still_open.values_list("pk", flat=True))
    assert walked(manual_tasks.answered) == list(done.values_list("pk", flat=True))
    taken_back = still_open.first()
    assert manual_tasks.answered(tasks, taken_back) == manual_tasks.answered(tasks)


def test_watching_looks_at_what_is_to_be_told(crowded: Trial) -> None:
    no_more_than(FEW, task_watch.watch)
    assert mail.outbox == []


def test_all_that_is_over_is_put_away_in_some_looks(crowded: Trial) -> None:
    first = ManualTask.objects.earliest("pk")
    ProductResponse.objects.filter(pk=first.response_id).update(
        state="error", outcome_code="6000-500", processed_at=timezone.now(), not_before=None
    )
    ManualTask.objects.filter(pk=first.pk).update(id=10**6)  # the last that is looked at

    for _ in range(MANY // task_watch.AT_ONCE + 2):
        task_watch.watch()

    assert ManualTask.objects.get(pk=10**6).ended_at


def test_who_has_enough_is_not_counted_further(crowded: Trial) -> None:
    crowded.submit("another", products=("paper",))

    no_more_than(FEW, partial(turn, crowded.product.pk))

    assert str(ManualTask.objects.latest("pk").holder).startswith("bob@")


def test_answers_at_a_paused_product_hold_nobody_elses_back(
    desk: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manual_tasks, "PAGE", 1)
    submit(desk, "first", "second")
    long_ago = timezone.now() - timedelta(hours=1)
    ManualTask.objects.update(answer="nothing", answered_at=long_ago)

    manual_tasks.hear_again()
    manual_tasks.hear_again()

    assert [response.state for response in desk.responses()] == ["due", "due"]
