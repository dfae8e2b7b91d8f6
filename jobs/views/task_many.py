"""Several tasks at once: a list of their people to take along, and one answer to all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from jobs.models import ManualTask
from jobs.rules.task_answers import TaskAnswer
from jobs.services import manual_tasks, many_tasks
from jobs.views.given import given_id
from jobs.views.task_access import Reader, reader
from jobs.views.task_list import row_of
from privacyportal.htmx import page

ANSWERS = {answer.value: answer for answer in (TaskAnswer.NOTHING, TaskAnswer.DONE)}


@require_POST
def task_many(request: HttpRequest, token: str = "") -> HttpResponse:
    """Of what is chosen, the open tasks that one may work on. An answer is asked back first."""
    who = reader(request, token)
    tasks, act = _chosen(request, who), request.POST.get("act", "")
    if tasks and act == "people":
        return _people(request, who, tasks)
    if tasks and (answer := ANSWERS.get(act)):
        fit = [task for task in tasks if many_tasks.may_be(task, answer)]
        if "sure" in request.POST:
            return _answered(request, who, fit, answer)
        return _ask(request, who, fit, answer, left=len(tasks) - len(fit))
    messages.error(request, _("Choose open tasks first."))
    return redirect(who.url("task-list"))


def _chosen(request: HttpRequest, who: Reader) -> list[ManualTask]:
    ids = {given_id(text) for text in request.POST.getlist("task")[: manual_tasks.PAGE]} - {None}
    found = who.visible().filter(public_id__in=ids, answer="", ended_at=None)
    return [task for task in found.order_by("due_on", "pk") if who.may_work(task)]


def _people(request: HttpRequest, who: Reader, tasks: list[ManualTask]) -> HttpResponse:
    seen = many_tasks.reveal(tasks=tasks, by=who.actor)
    rows = [(row_of(task, who), seen[task.pk]) for task in tasks]
    return _shown(request, who, "tasks/task_people.html", {"rows": rows})


def _ask(
    request: HttpRequest, who: Reader, tasks: list[ManualTask], answer: TaskAnswer, *, left: int
) -> HttpResponse:
    context = {"tasks": tasks, "answer": answer, "left": left}
    return _shown(request, who, "tasks/task_sure.html", context)


def _answered(
    request: HttpRequest, who: Reader, tasks: list[ManualTask], answer: TaskAnswer
) -> HttpResponse:
    count = many_tasks.answer(tasks=tasks, by=who.actor, answer=answer)
    told = ngettext("%(n)s task is answered.", "%(n)s tasks are answered.", count)
    messages.success(request, told % {"n": count})
    return redirect(who.url("task-list"))


def _shown(request: HttpRequest, who: Reader, name: str, context: dict[str, Any]) -> HttpResponse:
    usual = {
        "who": who,
        "frame": who.frame,
        "list": who.url("task-list"),
        "many": who.url("task-many"),
    }
    return page(request, name, {**usual, **context}, zone=who.zone)
