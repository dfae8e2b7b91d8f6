"""The page of a task: what is to be done and about whom, what was found, and the answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from jobs.models import ManualTask, TaskFile
from jobs.rules.states import Action
from jobs.rules.task_answers import Refusal, TaskAnswer
from jobs.services import manual_tasks, many_tasks, task_links
from jobs.task_forms import AnswerForm
from jobs.views.given import given_id
from jobs.views.in_memory import in_memory, too_large
from jobs.views.task_access import Reader, find_task, reader
from jobs.views.task_list import row_of
from privacyportal.htmx import page
from privacyportal.organizations.models import Member

MEMBERS = 200  # to choose from
TOO_LARGE = gettext_lazy(
    "These files are larger than 25 MB together. Put them one after another, or in parts."
)
TOO_MANY = gettext_lazy("A task has at most 50 files, and 250 MB. Take one away first.")
FORGOTTEN = gettext_lazy("This request was forgotten: nothing can be written to it any more.")
OVER = gettext_lazy("This task was answered or ended in the meantime.")


@require_safe
def task_detail(request: HttpRequest, public_id: UUID, token: str = "") -> HttpResponse:
    who = reader(request, token)
    return _shown(request, who, find_task(who, public_id))


@require_POST
def task_reveal(request: HttpRequest, public_id: UUID, token: str = "") -> HttpResponse:
    """Who it is about, in clear, once: it is in no URL and not kept."""
    who, task = _working(request, public_id, token)
    if not task.is_open:
        return _too_late(request, who, task)
    seen = many_tasks.reveal(tasks=[task], by=who.actor)[task.pk]
    return _shown(request, who, task, identities=seen)


@csrf_exempt  # until the handler is set: the check reads the body
@require_POST
def task_attach(request: HttpRequest, public_id: UUID, token: str = "") -> HttpResponse:
    in_memory(request, manual_tasks.LARGEST)
    return _task_attach(request, public_id, token)


@csrf_protect
def _task_attach(request: HttpRequest, public_id: UUID, token: str) -> HttpResponse:
    who, task = _working(request, public_id, token)
    if task.action != Action.ACCESS:
        raise Http404
    if too_large(request, manual_tasks.LARGEST):
        return _refused(request, who, task, TOO_LARGE)
    given = [file for file in request.FILES.getlist("file") if file.size]
    if not given:
        return _refused(
            request, who, task, _("No file was chosen, or it is empty. Choose one first.")
        )
    try:
        manual_tasks.attach(
            task=task,
            by=who.actor,
            files=[((file.name or _("file"))[:200], file.read()) for file in given],
        )
    except manual_tasks.TooMany:
        return _refused(request, who, task, TOO_MANY)
    except manual_tasks.Forgotten:
        return _refused(request, who, task, FORGOTTEN)
    except manual_tasks.Over:
        return _too_late(request, who, task)
    return _back(who, task, "#found")


@require_POST
def task_detach(
    request: HttpRequest, public_id: UUID, file_id: UUID, token: str = ""
) -> HttpResponse:
    who, task = _working(request, public_id, token)
    try:
        manual_tasks.detach(task=task, by=who.actor, public_id=file_id)
    except TaskFile.DoesNotExist:
        raise Http404 from None
    except manual_tasks.Over:
        return _too_late(request, who, task)
    return _back(who, task, "#found")


@require_POST
def task_answer(request: HttpRequest, public_id: UUID, token: str = "") -> HttpResponse:
    who, task = _working(request, public_id, token)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _shown(request, who, task, form=form, status=422)
    given = form.cleaned_data
    try:
        manual_tasks.answer(
            task=task,
            by=who.actor,
            answer=TaskAnswer(given["answer"]),
            refusal=given["refusal"],
            records=given["records"] or 0,
            text=given["text"],
        )
    except manual_tasks.NoFiles:
        form.add_error("answer", _("Put what was found first, or choose “Nothing found”."))
        return _shown(request, who, task, form=form, status=422)
    except manual_tasks.Forgotten:
        return _refused(request, who, task, FORGOTTEN)
    except manual_tasks.Over:
        return _too_late(request, who, task)
    return _back(who, task)


@require_POST
def task_take_back(request: HttpRequest, public_id: UUID, token: str = "") -> HttpResponse:
    who, task = _working(request, public_id, token)
    try:
        manual_tasks.take_back(task=task, by=who.actor)
        messages.success(request, _("The answer is taken back. The task is open again."))
    except manual_tasks.Over:
        messages.error(request, _("The answer was recorded: it can’t be taken back any more."))
    return _back(who, task)


@require_POST
def task_give(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """To another member, or to oneself."""
    who = reader(request, "")
    task = find_task(who, public_id)
    if not who.may_give:
        raise PermissionDenied
    to = _members(who).get(given_id(request.POST.get("to", "")))
    if to is None:
        return _refused(request, who, task, _("Choose a member first."))
    try:
        manual_tasks.give(task=task, by=who.actor, to=to)
    except manual_tasks.Over:
        return _too_late(request, who, task)
    messages.success(request, _("The task is given to %(name)s.") % {"name": to.user})
    return _back(who, task)


@require_POST
def task_end_links(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Of somebody outside whose mail others read: the next mail brings a link that works."""
    who = reader(request, "")
    task = find_task(who, public_id)
    if not who.may_give:
        raise PermissionDenied
    if task.outsider is None:
        raise Http404
    task_links.end_all(outsider=task.outsider, by=who.actor)
    told = _("The links of %(name)s no longer work. The next mail brings one that does.")
    messages.success(request, told % {"name": task.outsider})
    return _back(who, task)


def _working(request: HttpRequest, public_id: UUID, token: str) -> tuple[Reader, ManualTask]:
    """For whoever sees to the task."""
    who = reader(request, token)
    task = find_task(who, public_id)
    if not who.may_work(task):
        raise PermissionDenied
    return who, task


def _members(who: Reader) -> dict[UUID | None, Member]:
    found = Member.objects.filter(organization=who.organization, user__is_active=True)
    listed = found.select_related("user").order_by("user__name", "user__email")[:MEMBERS]
    return {member.user.public_id: member for member in listed}


def _shown(
    request: HttpRequest,
    who: Reader,
    task: ManualTask,
    *,
    status: int = 200,
    form: AnswerForm | None = None,
    **more: Any,
) -> HttpResponse:
    works = who.may_work(task)
    try:
        files = manual_tasks.files(task) if works else ()
    except manual_tasks.Forgotten:
        files = ()
    context = {
        "who": who,
        "frame": who.frame,
        "task": task,
        "row": row_of(task, who),
        "works": works and task.is_open,
        "may_take_back": works and manual_tasks.can_be_taken_back(task),
        "instructions": manual_tasks.instructions(task),
        "files": [(file, who.url("task-detach", task.public_id, file.public_id)) for file in files],
        "words": manual_tasks.words(task) if works else "",
        "form": form or AnswerForm(),
        "answers": TaskAnswer.choices,
        "refusals": Refusal.choices,
        "members": _members(who) if who.may_give and task.is_open else {},
        "places": {
            act.replace("-", "_"): who.url(f"task-{act}", task.public_id)
            for act in ("reveal", "attach", "answer", "take-back")
        },
        "list": who.url("task-list"),
        **more,
    }
    return page(request, "tasks/task_detail.html", context, status=status, zone=who.zone)


def _refused(request: HttpRequest, who: Reader, task: ManualTask, problem: Any) -> HttpResponse:
    return _shown(request, who, task, problem=problem, status=422)


def _too_late(request: HttpRequest, who: Reader, task: ManualTask) -> HttpResponse:
    messages.error(request, str(OVER))
    return _back(who, task)


def _back(who: Reader, task: ManualTask, anchor: str = "") -> HttpResponse:
    return redirect(who.url("task-detail", task.public_id) + anchor)
