"""The tasks of people: one's own, and for those who read all requests everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from jobs.models import ManualTask
from jobs.rules.task_answers import TaskAnswer
from jobs.services import manual_tasks
from jobs.services.overview import today
from jobs.views.due import NEVER, DueWords, until
from jobs.views.given import given_id
from jobs.views.status import Status
from jobs.views.task_access import Reader, reader
from privacyportal.htmx import page

SOON_DAYS = 2  # they have about a week
SHOWS = {
    "": _("Mine"),
    "all": _("Everybody's"),
    "nobody": _("Nobody's"),
    "answered": _("Answered"),
}
OPEN = Status("off", "submitted", _("Open"))
ENDED = Status("off", "cancelled", _("Ended"))
ANSWERED = {
    TaskAnswer.DONE: Status("ok", "complete", TaskAnswer.DONE.label),
    TaskAnswer.NOTHING: Status("ok", "none", TaskAnswer.NOTHING.label),
    TaskAnswer.REFUSED: Status("err", "error", TaskAnswer.REFUSED.label),
}


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as lists show it."""

    task: ManualTask
    url: str
    due: DueWords
    status: Status
    picks: bool  # it may be chosen, to be answered with others


@require_safe
def task_list(request: HttpRequest, token: str = "") -> HttpResponse:
    who = reader(request, token)
    show, after = request.GET.get("show", ""), given_id(request.GET.get("after", ""))
    context = _listing(who, show if show in dict(_shows(who)) else "", after)
    return page(
        request,
        "tasks/task_list.html",
        context,
        fragment="tasks/_task_list.html",
        zone=who.zone,
    )


def _listing(who: Reader, show: str, after: UUID | None) -> dict[str, Any]:
    tasks = who.visible() if show in ("all", "nobody", "answered") else who.own()
    last = tasks.filter(public_id=after).first() if after else None
    if show == "nobody":
        tasks = tasks.filter(member=None, outsider=None)
    found = (manual_tasks.answered if show == "answered" else manual_tasks.open_ones)(tasks, last)
    shown = found[: manual_tasks.PAGE]
    here = who.url("task-list")
    return {
        "who": who,
        "frame": who.frame,
        "here": here,
        "show": show,
        "after": last is not None,
        "rows": (rows := [row_of(task, who) for task in shown]),
        "picks": any(row.picks for row in rows),
        "many": who.url("task-many"),
        "next": _query(show, shown[-1]) if len(found) > manual_tasks.PAGE else "",
        "pills": [(name, label, _query(name)) for name, label in _shows(who)],
    }


def row_of(task: ManualTask, who: Reader) -> TaskRow:
    due = until(task.due_on, today(who.organization), SOON_DAYS) if task.is_open else NEVER
    picks = task.is_open and who.may_work(task)
    return TaskRow(task, who.url("task-detail", task.public_id), due, status_of(task), picks)


def status_of(task: ManualTask) -> Status:
    if task.is_open:
        return OPEN
    return ANSWERED[TaskAnswer(task.answer)] if task.answer else ENDED


def _shows(who: Reader) -> list[tuple[str, Any]]:
    hidden = set() if who.sees_all else {"all", "nobody"}
    return [(name, label) for name, label in SHOWS.items() if name not in hidden]


def _query(show: str, last: ManualTask | None = None) -> str:
    named = {"show": show, "after": str(last.public_id) if last else ""}
    given = urlencode({name: value for name, value in named.items() if value})
    return f"?{given}" if given else "?"
