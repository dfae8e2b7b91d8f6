"""A product whose work people do, and what a test does in their place."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.models import ManualTask
from jobs.rules.task_answers import TaskAnswer
from jobs.services import manual_tasks, products
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Member, User
from tests.engine.conftest import Trial

WORDS = {"access_instructions": "Look in the cabinet.", "delete_instructions": "Shred it."}


@pytest.fixture
def desk(trial: Trial, settings: Any) -> Trial:
    """A trial whose product is people: two members and somebody outside."""
    settings.PORTAL_UNDO_SECONDS = 0
    for email in ("ann@firm.example", "bob@firm.example"):
        person = User.objects.create_user(email)
        Member.objects.create(organization=trial.organization, user=person, role="staff")
    trial.product = products.add(
        organization=trial.organization,
        by=SYSTEM,
        code="paper",
        display_name="Paper archive",
        processor="manual",
        document={
            **WORDS,
            "members": ["ann@firm.example", "bob@firm.example", "gone@firm.example"],
            "outside": ["Archive@Store.example"],
        },
    )
    return trial


def submit(desk: Trial, *words: str, actions: tuple[str, ...] = ("delete",)) -> None:
    desk.submit(*words, actions=actions, products=("paper",))
    desk.work(1)


def only() -> ManualTask:
    return manual_tasks.of_organization(ManualTask.objects.get().organization).get()


def answer(task: ManualTask, given: TaskAnswer, **more: Any) -> None:
    manual_tasks.answer(task=task, by=SYSTEM, answer=given, **more)
