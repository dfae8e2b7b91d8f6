"""Who sees to manual tasks: a member, or somebody outside by a link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from jobs.models import ManualTask, OutsideWorker
from jobs.services import manual_tasks, task_links
from jobs.views.visible import member_of
from privacyportal.actors import Actor
from privacyportal.htmx import page
from privacyportal.organizations.models import Member, Organization
from privacyportal.organizations.permissions import Permission

View = Callable[..., HttpResponse]


class LinkOver(Exception):
    """The link is not one of ours, or its time is over."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever asks for a page of tasks; the pages of a link hold its token."""

    organization: Organization
    member: Member | None = None
    outsider: OutsideWorker | None = None
    token: str = ""

    @property
    def actor(self) -> Actor:
        if self.outsider:
            return self.outsider.actor
        assert self.member
        return self.member.user.actor

    @property
    def frame(self) -> str:
        """The template around the page."""
        return "tasks/by_link.html" if self.outsider else "base.html"

    @property
    def zone(self) -> ZoneInfo:
        """In which the pages show times."""
        return self.member.zone if self.member else ZoneInfo(self.organization.time_zone)

    @property
    def sees_all(self) -> bool:
        return bool(self.member and self.member.may(Permission.PRIVACY_READ))

    def may_work(self, task: ManualTask) -> bool:
        """Sees who it is about, and answers."""
        if self.outsider:
            return task.outsider_id == self.outsider.pk
        assert self.member
        return task.member_id == self.member.pk or self.member.may(Permission.ACT)

    @property
    def may_give(self) -> bool:
        member = self.member
        return bool(member and (member.may(Permission.ACT) or member.may(Permission.MANAGE)))

    def own(self) -> QuerySet[ManualTask]:
        tasks = manual_tasks.of_organization(self.organization)
        return (
            tasks.filter(outsider=self.outsider)
            if self.outsider
            else tasks.filter(member=self.member)
        )

    def visible(self) -> QuerySet[ManualTask]:
        return manual_tasks.of_organization(self.organization) if self.sees_all else self.own()

    def url(self, name: str, *arguments: Any) -> str:
        if self.outsider:
            return reverse(f"jobs:link-{name}", args=[self.token, *arguments])
        return reverse(f"jobs:{name}", args=arguments)


def reader(request: HttpRequest, token: str) -> Reader:
    """Raises LinkOver, and PermissionDenied where there is no organization."""
    if not token:
        member = member_of(request)
        return Reader(member.organization, member=member)
    if (outsider := task_links.find(token)) is None:
        raise LinkOver
    task_links.note_use(outsider)
    return Reader(outsider.organization, outsider=outsider, token=token)


def by_link(view: View) -> View:
    """The same page for whoever holds a link, without signing in. One that works no more has a
    page that says so, and what to do."""

    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, **named: Any) -> HttpResponse:
        try:
            return view(request, **named)
        except LinkOver:
            return page(request, "tasks/link_over.html", {}, status=410)

    return opened


def find_task(who: Reader, public_id: UUID) -> ManualTask:
    """A task that the reader may see; any other is 404."""
    task: ManualTask | None = who.visible().filter(public_id=public_id).first()
    if task is None:
        raise Http404
    return task
