"""Several manual tasks at once: their people looked at together, as a list for the way to the
cabinet, and the same answer to all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.models import Identity, ManualTask
from jobs.models.places import value_place
from jobs.rules.states import Action
from jobs.rules.task_answers import TaskAnswer
from jobs.services.manual_tasks import tell_engine
from jobs.services.people import SeenIdentity
from privacyportal.actors import Actor
from privacyportal.audit.services import record_all
from privacyportal.keys.services import sealers


@transaction.atomic
def reveal(*, tasks: Sequence[ManualTask], by: Actor) -> Mapping[int, Sequence[SeenIdentity]]:
    """Task → the identities that its product's settings let people see, in clear; none where the
    request was forgotten. That they were looked at is recorded, of each task. The tasks are of one
    organization."""
    keys = sealers({task.job.request.data_key_id for task in tasks})
    subjects = {task.job.request_subject_id for task in tasks}
    of_subject: dict[int, list[Identity]] = {}
    for row in Identity.objects.filter(request_subject_id__in=subjects).order_by("position"):
        of_subject.setdefault(row.request_subject_id, []).append(row)
    found: dict[int, Sequence[SeenIdentity]] = {}
    for task in tasks:
        key, names = keys.get(task.job.request.data_key_id), _namespaces(task)
        found[task.pk] = [
            SeenIdentity(
                row.position,
                row.namespace_given,
                key.open(row.value_sealed, value_place(row.pk)).decode(),
                revealed=True,
            )
            for row in of_subject.get(task.job.request_subject_id, ())
            if key and (not names or row.namespace in names)
        ]
    _record(tasks, by, "task.reveal", {})
    return found


def _namespaces(task: ManualTask) -> frozenset[str]:
    version = task.product.current_settings
    given = version.mapping.get("namespaces") if version else None
    return frozenset(name.lower() for name in given or ())


@transaction.atomic
def answer(*, tasks: Sequence[ManualTask], by: Actor, answer: TaskAnswer) -> int:
    """Done or nothing found; how many were answered. Left out are those that ended meanwhile, and
    accesses that would be done without what was found."""
    pks = sorted(task.pk for task in tasks)
    locked = ManualTask.objects.filter(pk__in=pks).select_for_update(no_key=True).order_by("pk")
    still_open = {task.pk for task in locked if task.is_open}
    done = [task for task in tasks if task.pk in still_open and may_be(task, answer)]
    ManualTask.objects.filter(pk__in=[task.pk for task in done]).update(
        answer=answer, answered_by=by.name[:320], answered_at=timezone.now()
    )
    _record(done, by, "task.answer", {"answer": answer})
    tell_engine(done, wait=settings.PORTAL_UNDO_SECONDS)
    return len(done)


def may_be(task: ManualTask, answer: TaskAnswer) -> bool:
    """Whether that is answered without opening the task."""
    return answer == TaskAnswer.NOTHING or task.action != Action.ACCESS


def _record(
    tasks: Sequence[ManualTask], by: Actor, verb: str, detail: Mapping[str, object]
) -> None:
    if tasks:
        acts = [(("task", str(task.public_id)), detail) for task in tasks]
        record_all(organization=tasks[0].organization, by=by, verb=verb, acts=acts)
