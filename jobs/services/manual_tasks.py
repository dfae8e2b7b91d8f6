"""Manual tasks: read, given to somebody else, answered, and taken back within seconds. What people
write and upload is sealed with the request's key; what they look at and answer is audited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils import timezone

from jobs.engine.news import heard_of
from jobs.models import ManualTask, TaskFile
from jobs.models.places import task_file_place, task_words_place
from jobs.processors.manual import document
from jobs.rules.states import Action, State
from jobs.rules.task_answers import Refusal, TaskAnswer
from jobs.services import overview
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.keys.services import Sealer, sealers
from privacyportal.organizations.models import Member, Organization

PAGE = 100
MOST_FILES = 50
LARGEST = 25 * 2**20  # bytes put at once
LARGEST_ALL = 250 * 2**20
LONGEST = 10_000  # characters written with an answer


class Over(Exception):
    """The task was answered, or ended without an answer, in the meantime."""


class NoFiles(Exception):
    """An access is done only with what was found."""


class TooMany(Exception):
    """The task has as many files, or bytes, as it may have."""


class Forgotten(Exception):
    """The key of the request was destroyed: nothing of it can be read or written."""


@dataclass(frozen=True, slots=True)
class SeenTaskFile:
    """A file of a task, its name in clear."""

    public_id: UUID
    name: str
    size: int


# --- reading -----------------------------------------------------------------------------------


def of_organization(organization: Organization) -> QuerySet[ManualTask]:
    found: QuerySet[ManualTask] = ManualTask.objects.for_organization(organization)
    return found.select_related(
        "product__current_settings",
        "job__request__data_key",
        "member__user",
        "outsider",
        "organization",
    )


def waiting_for(member: Member) -> overview.Count:
    """A member's own open tasks, counted no further than a page of them."""
    found = ManualTask.objects.filter(member=member, answer="", ended_at=None)
    number = found.order_by()[: PAGE + 1].count()
    return overview.Count(min(number, PAGE), number > PAGE)


def open_ones(tasks: QuerySet[ManualTask], last: ManualTask | None = None) -> list[ManualTask]:
    """The first to be due first, from after `last` on; one more than a page."""
    found = tasks.filter(answer="", ended_at=None).order_by("due_on", "pk")
    if last:
        found = found.filter(TupleGreaterThan(Tuple(F("due_on"), F("pk")), (last.due_on, last.pk)))
    return list(found[: PAGE + 1])


def answered(tasks: QuerySet[ManualTask], last: ManualTask | None = None) -> list[ManualTask]:
    """The last answered first, from after `last` on, unless its answer was taken back; one more
    than a page."""
    found = tasks.filter(answered_at__isnull=False).order_by("-answered_at", "-pk")
    if last and last.answered_at:
        found = found.filter(
            TupleLessThan(Tuple(F("answered_at"), F("pk")), (last.answered_at, last.pk))
        )
    return list(found[: PAGE + 1])


def instructions(task: ManualTask) -> str:
    """What the product's settings say is to be done."""
    version = task.product.current_settings
    text: str = version.mapping.get(document.INSTRUCTIONS[task.action], "") if version else ""
    return text


def files(task: ManualTask) -> Sequence[SeenTaskFile]:
    key = _key(task)
    found = TaskFile.objects.filter(task=task).defer("body_sealed").order_by("pk")
    return [
        SeenTaskFile(
            file.public_id,
            key.open(file.name_sealed, task_file_place(file.public_id, "name")).decode(),
            file.size,
        )
        for file in found
    ]


def words(task: ManualTask) -> str:
    """What was written with the answer; the empty string once it was forgotten."""
    if task.words_sealed is None:
        return ""
    try:
        return _key(task).open(task.words_sealed, task_words_place(task.public_id)).decode()
    except Forgotten:
        return ""


# --- files -------------------------------------------------------------------------------------


@transaction.atomic
def attach(*, task: ManualTask, by: Actor, files: Sequence[tuple[str, bytes]]) -> None:
    """Puts what was found to an access: names and bytes. Raises Over, TooMany, Forgotten."""
    _locked_open(task)
    present = TaskFile.objects.filter(task=task).aggregate(n=Count("pk"), size=Sum("size"))
    size = (present["size"] or 0) + sum(len(body) for _name, body in files)
    if present["n"] + len(files) > MOST_FILES or size > LARGEST_ALL:
        raise TooMany
    key = _key(task)
    TaskFile.objects.bulk_create(_sealed(task, key, name, body) for name, body in files)
    _record(task, by, "task.attach", files=len(files), bytes=size - (present["size"] or 0))


def _sealed(task: ManualTask, key: Sealer, name: str, body: bytes) -> TaskFile:
    public_id = uuid4()
    return TaskFile(
        organization_id=task.organization_id,
        task=task,
        public_id=public_id,
        size=len(body),
        created_at=timezone.now(),
        name_sealed=key.seal(name, task_file_place(public_id, "name")),
        body_sealed=key.seal(body, task_file_place(public_id, "body")),
    )


@transaction.atomic
def detach(*, task: ManualTask, by: Actor, public_id: UUID) -> None:
    """Raises Over, and DoesNotExist."""
    _locked_open(task)
    TaskFile.objects.defer("body_sealed").get(task=task, public_id=public_id).delete()
    _record(task, by, "task.detach", file=str(public_id))


# --- answers -----------------------------------------------------------------------------------


@transaction.atomic
def answer(
    *,
    task: ManualTask,
    by: Actor,
    answer: TaskAnswer,
    refusal: Refusal | str = "",
    records: int = 0,
    text: str = "",
) -> None:
    """The engine records it once it can no longer be taken back. Raises Over, NoFiles,
    Forgotten."""
    _locked_open(task)
    given = TaskFile.objects.filter(task=task).count()
    if answer == TaskAnswer.DONE and task.action == Action.ACCESS and not given:
        raise NoFiles
    sealed = _key(task).seal(text, task_words_place(task.public_id)) if text else None
    ManualTask.objects.filter(pk=task.pk).update(
        answer=answer,
        refusal=refusal,
        records=records,
        words_sealed=sealed,
        answered_by=by.name[:320],
        answered_at=timezone.now(),
    )
    _record(task, by, "task.answer", answer=answer, refusal=refusal, records=records, files=given)
    tell_engine([task], wait=settings.PORTAL_UNDO_SECONDS)


@transaction.atomic
def take_back(*, task: ManualTask, by: Actor) -> None:
    """Opens it again, while the engine has not taken the answer. Raises Over."""
    found = ManualTask.objects.select_for_update(no_key=True).get(pk=task.pk)
    if not found.answer or found.ended_at or found.answered_at <= _taken_since():
        raise Over
    ManualTask.objects.filter(pk=task.pk).update(
        answer="", refusal="", records=0, words_sealed=None, answered_by="", answered_at=None
    )
    _record(task, by, "task.take_back")


def can_be_taken_back(task: ManualTask) -> bool:
    return bool(task.answered_at and not task.ended_at and task.answered_at > _taken_since())


@transaction.atomic
def give(*, task: ManualTask, by: Actor, to: Member) -> None:
    """To another member, who is written to. Raises Over."""
    _locked_open(task)
    ManualTask.objects.filter(pk=task.pk).update(
        member=to, outsider=None, told_at=None, reminded_on=None
    )
    _record(task, by, "task.give", to=str(to.user.public_id), name=str(to.user))


def hear_again() -> None:
    """Of answers that the engine was told of and has not taken: told again. Those that are due
    already, at a product that is paused, do not stand in the way of others."""
    late = ManualTask.objects.filter(
        ended_at=None,
        answered_at__lte=_taken_since() - timedelta(minutes=1),
        response__state=State.LATER,
    )
    first = late.only("product_id", "public_id").order_by("answered_at")[:PAGE]
    tell_engine(list(first), wait=0)


def _taken_since() -> datetime:
    return timezone.now() - timedelta(seconds=settings.PORTAL_UNDO_SECONDS)


def tell_engine(tasks: Sequence[ManualTask], *, wait: float) -> None:
    """Once the transaction is committed: that there are answers, to be taken in so many seconds."""
    by_product: dict[int, list[str]] = {}
    for task in tasks:
        by_product.setdefault(task.product_id, []).append(str(task.public_id))

    def tell() -> None:
        for product_id, references in by_product.items():
            heard_of(product_id, references, wait=wait)

    transaction.on_commit(tell, robust=True)


def _locked_open(task: ManualTask) -> None:
    """Locks, then looks. Raises Over."""
    found = ManualTask.objects.select_for_update(no_key=True).get(pk=task.pk)
    if not found.is_open:
        raise Over


def _key(task: ManualTask) -> Sealer:
    """Of the request. Raises Forgotten."""
    key_id = task.job.request.data_key_id
    key = sealers([key_id]).get(key_id)
    if key is None:
        raise Forgotten
    return key


def _record(task: ManualTask, by: Actor, verb: str, **detail: object) -> None:
    record(
        organization=task.organization,
        by=by,
        verb=verb,
        target=("task", str(task.public_id)),
        detail=detail,
    )
