"""Child jobs: a closed parent is processing again until they end, whoever records at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.engine import rollup
from jobs.engine.rollup import roll_up
from jobs.engine.sweep import sweep
from jobs.engine.turn import turn
from jobs.models import Job, Product, ProductResponse
from jobs.services import children, officers, submission
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from privacyportal.actors import SYSTEM
from tests.engine.conftest import Trial, add_products
from tests.engine.test_plans import Stopwatch
from tests.races import TIMES, meeting, together

CODES = ("trial", "second", "third")


@pytest.fixture
def family(trial: Trial) -> Trial:
    add_products(trial, *CODES[1:])
    return trial


def work(code: str) -> None:
    turn(Product.objects.get(code=code).pk)


def parent_of(trial: Trial, word: str = "anna", code: str = "trial") -> Job:
    return trial.submit(word, products=(code,)).jobs.get()


def add(parent: Job, *words: str, code: str = "second") -> list[Job]:
    people = tuple(
        PersonDraft(
            f"child {number}",
            ("delete",),
            (IdentityDraft("email", "Email", f"{word}+{parent.pk}-{number}@example.org"),),
        )
        for number, word in enumerate(words)
    )
    draft = RequestDraft(
        regulation="gdpr", regulation_given="gdpr", products=(code,), people=people
    )
    done = submission.submit(
        organization=parent.organization, by=SYSTEM, draft=draft, parent=parent
    )
    return list(done.request.jobs.order_by("pk"))


def states(*jobs: Job) -> list[str]:
    now = dict(Job.objects.filter(pk__in=[job.pk for job in jobs]).values_list("pk", "state"))
    return [now[job.pk] for job in jobs]


def test_a_finished_parent_is_processing_until_its_children_end(family: Trial) -> None:
    parent = parent_of(family)
    work("trial")
    parent.refresh_from_db()
    first_closed = parent.closed_at
    assert first_closed is not None

    one, two = add(parent, "anna", "bo")

    assert states(parent, one, two) == ["processing", "submitted", "submitted"]
    parent.refresh_from_db()
    assert (parent.has_children, parent.closed_at) == (True, None)
    work("second")
    assert states(parent, one, two) == ["complete"] * 3
    parent.refresh_from_db()
    assert parent.closed_at > first_closed


def test_its_own_products_alone_decide_complete_or_error(family: Trial) -> None:
    good, bad = parent_of(family), parent_of(family, "refuse")
    work("trial")
    (failed,), (done,) = add(good, "refuse"), add(bad, "anna")
    assert states(good, bad) == ["processing", "processing"]

    work("second")

    assert states(good, failed) == ["complete", "error"]
    assert states(bad, done) == ["error", "complete"]
    assert Job.objects.filter(failed_at__isnull=False).count() == 2


def test_a_parent_that_is_not_finished_waits_for_itself_too(family: Trial) -> None:
    parent = parent_of(family)
    (child,) = add(parent, "anna")
    assert states(parent, child) == ["submitted", "submitted"]

    work("second")
    assert states(parent, child) == ["submitted", "complete"]

    work("trial")
    assert states(parent, child) == ["complete", "complete"]


def test_a_parent_ends_last_when_its_products_were_first(family: Trial) -> None:
    parent = parent_of(family)
    (child,) = add(parent, "anna")

    work("trial")
    assert states(parent, child) == ["processing", "submitted"]

    sweep()
    assert states(parent, child) == ["processing", "submitted"]
    work("second")
    assert states(parent, child) == ["complete", "complete"]


def test_a_child_that_is_complete_at_birth_changes_nothing(family: Trial) -> None:
    parent = parent_of(family)
    work("trial")

    (child,) = add(parent, "anna", code="campaign")

    assert states(parent, child) == ["complete", "complete"]


def test_a_retried_child_reopens_its_parent_and_a_cancelled_one_closes_it(family: Trial) -> None:
    parent = parent_of(family)
    (child,) = add(parent, "refuse")
    work("trial")
    work("second")
    assert states(parent, child) == ["complete", "error"]

    officers.retry(job=child, by=SYSTEM)
    assert states(parent, child) == ["processing", "processing"]

    work("second")
    (other,) = add(parent, "anna")
    assert states(parent, other) == ["processing", "submitted"]
    officers.cancel(job=other, by=SYSTEM)
    assert states(parent, other) == ["complete", "error"]


def test_a_retried_parent_still_waits_for_its_children(family: Trial) -> None:
    parent = parent_of(family, "refuse")
    (child,) = add(parent, "anna")
    work("trial")
    assert states(parent, child) == ["processing", "submitted"]

    acts = officers.retry(job=parent, by=SYSTEM)

    assert [act.done for act in acts] == [True]
    work("trial")
    assert states(parent, child) == ["processing", "submitted"]
    work("second")
    assert states(parent, child) == ["error", "complete"]


def test_children_have_no_children_and_are_bounded(
    family: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = parent_of(family)
    (child,) = add(parent, "anna")

    with pytest.raises(children.ChildOfChild):
        add(child, "anna")
    monkeypatch.setattr(children, "MOST", 3)
    with pytest.raises(children.TooMany):
        add(parent, "anna", "bo", "cy")

    assert list(children.of(parent)) == [child]
    assert Job.objects.count() == 2


def test_the_sweep_mends_a_parent_that_was_not_rolled_up(family: Trial) -> None:
    parent = parent_of(family)
    (child,) = add(parent, "anna")
    work("trial")
    work("second")
    Job.objects.filter(pk=parent.pk).update(state="processing", closed_at=None)

    sweep()

    assert states(parent, child) == ["complete", "complete"]


def test_the_last_child_and_the_parents_last_response_at_once(
    family: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rollup._lock
    for _ in range(TIMES):
        monkeypatch.setattr(rollup, "_lock", real)
        parent = parent_of(family)
        (child,) = add(parent, "anna")
        meeting(monkeypatch, rollup, "_lock")
        together(lambda: work("trial"), lambda: work("second"))
        assert states(parent, child) == ["complete", "complete"]


def test_two_children_and_the_parents_last_response_at_once(
    family: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rollup._lock
    barrier = threading.Barrier(3)

    def met(ids: list[int]) -> Any:
        barrier.wait(10)
        return real(ids)

    for _ in range(TIMES):
        monkeypatch.setattr(rollup, "_lock", real)
        parent = parent_of(family)
        (one,), (two,) = add(parent, "anna"), add(parent, "bo", code="third")
        monkeypatch.setattr(rollup, "_lock", met)
        together(*[lambda code=code: work(code) for code in CODES])
        assert states(parent, one, two) == ["complete"] * 3


def test_a_child_that_comes_while_its_parent_closes_is_waited_for(family: Trial) -> None:
    for _ in range(TIMES):
        parent = parent_of(family)

        _, (child,) = together(lambda: work("trial"), lambda parent=parent: add(parent, "anna"))

        assert states(parent, child) == ["processing", "submitted"]
        work("second")
        assert states(parent, child) == ["complete", "complete"]


def test_a_child_that_comes_while_another_closes_is_waited_for(family: Trial) -> None:
    for _ in range(TIMES):
        parent = parent_of(family)
        add(parent, "anna")
        work("trial")

        _, (child,) = together(
            lambda: work("second"), lambda parent=parent: add(parent, "bo", code="third")
        )

        assert states(parent, child) == ["processing", "submitted"]
        work("third")
        assert states(parent, child) == ["complete", "complete"]


def test_jobs_without_children_cost_no_statement_more(family: Trial) -> None:
    jobs = [parent_of(family) for _ in range(3)]
    ProductResponse.objects.update(state="complete", outcome_code="6000-200")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert roll_up(job.pk for job in jobs) == 3

    assert len(queries) == 3  # lock, look, change


def test_no_statement_is_slow_where_a_parent_has_as_many_children_as_it_may(
    family: Trial, settings: Any
) -> None:
    settings.ENGINE_TURN_SECONDS = 0
    parent = parent_of(family)
    work("trial")
    add(parent, *["anna"] * 1000, code="second")
    add(parent, *["anna"] * 999, code="third")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job, jobs_productresponse")

    with connection.execute_wrapper(watch := Stopwatch()):
        work("second")
        (last,) = add(parent, "anna")
        officers.cancel(job=last, by=SYSTEM)
        sweep()
        work("third")

    assert {sql: took for sql, took in watch.slow.items() if "COPY" not in sql} == {}
    assert states(parent) == ["complete"]
    assert Job.objects.filter(parent=parent, closed_at__isnull=False).count() == children.MOST
