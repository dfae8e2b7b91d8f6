"""Watching over manual tasks: whoever has some is written to, once for what is new and again near
the due dates; and what is over is put away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.models import ManualTask, OutsideWorker, TaskFile
from jobs.processors.manual import ManualProcessor
from jobs.processors.manual.document import REMIND_DAYS
from jobs.rules.states import CLOSED
from jobs.services import manual_tasks, task_links
from privacyportal.organizations.models import Member, Organization
from privacyportal.organizations.permissions import Permission, roles_that_may
from privacyportal.organizations.services.mails import tell_members, tell_one

log = structlog.get_logger(__name__)
AT_ONCE = 10_000  # tasks in one look
MAILS = 50
MORNING = 8  # nobody is reminded at midnight
FOUND = "task.id, task.organization_id, task.member_id, task.outsider_id, task.due_on"
TODAY = "(clock_timestamp() AT TIME ZONE organization.time_zone)::date"
OPEN = "task.answer = '' AND task.ended_at IS NULL"


class Found(NamedTuple):
    """A task of which somebody is to be told, and the day that it is where its organization is."""

    id: int
    organization_id: int
    member_id: int | None
    outsider_id: int | None
    due_on: date
    today: date


class Holder(NamedTuple):
    organization_id: int
    member_id: int | None
    outsider_id: int | None


Words = Callable[[Organization, Sequence[Found], str], tuple[str, str]]


def watch() -> None:
    """Called every minute; what could not be sent is sent at the next look."""
    _end()
    manual_tasks.hear_again()
    for holder, tasks in _by_holder(_new()):
        if _told(holder, tasks, _of_new):
            _mark(tasks, "told_at = clock_timestamp()")
    for holder, tasks in _by_holder(_near()):
        if _told(holder, tasks, _of_near):
            _mark(tasks, "reminded_on = given.today")


def _end() -> None:
    """Of responses that ended: their tasks are over, and what was uploaded is in the package."""
    closed = _stretch(ManualTask.objects.filter(ended_at=None)).filter(response__state__in=CLOSED)
    over = list(closed.values_list("pk", flat=True))
    ManualTask.objects.filter(pk__in=over).update(ended_at=timezone.now())
    spent = _stretch(TaskFile.objects.all()).filter(task__response__state__in=CLOSED)
    TaskFile.objects.filter(pk__in=list(spent.values_list("pk", flat=True))).delete()


_reached: dict[str, int] = {}  # label → the last primary key that was looked at


def _stretch(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The next AT_ONCE of them: who has more is looked through in several looks, round and
    round."""
    label = rows.model._meta.label
    rest = rows.filter(pk__gt=_reached.get(label, 0)).order_by("pk")
    end = rest.values_list("pk", flat=True)[AT_ONCE - 1 : AT_ONCE].first()
    _reached[label] = end or 0
    return rest.filter(pk__lte=end) if end else rest


def _new() -> list[Found]:
    """In the order of an index of those that nobody was told of."""
    return _found(
        f"""
        SELECT {FOUND}, {TODAY} AS today
        FROM jobs_manualtask AS task
        JOIN organizations_organization AS organization ON organization.id = task.organization_id
        WHERE {OPEN} AND task.told_at IS NULL
        ORDER BY task.due_on, task.id LIMIT %(most)s
        """,
        {},
    )


def _near() -> list[Found]:
    """Not yet reminded of and due within the product's days, or overdue and not reminded of today;
    never on the day on which they were given. Looked for product by product, since it is each
    one's day and settings that say up to which date."""
    due = f"""
        SELECT {FOUND} FROM jobs_manualtask AS task
        WHERE task.product_id = product.id AND {OPEN}
            AND (task.told_at AT TIME ZONE organization.time_zone)::date < local.today
    """
    return _found(
        f"""
        SELECT {FOUND}, local.today
        FROM jobs_product AS product
        JOIN organizations_organization AS organization ON organization.id = product.organization_id
        LEFT JOIN jobs_productsettings AS version ON version.id = product.current_settings_id
        CROSS JOIN LATERAL (
            SELECT {TODAY} AS today,
                extract(hour FROM clock_timestamp() AT TIME ZONE organization.time_zone) AS hour
        ) AS local
        CROSS JOIN LATERAL (
            ({due} AND task.reminded_on IS NULL AND task.due_on <= local.today
                + coalesce((version.mapping ->> 'remind_days')::int, %(days)s)
            ORDER BY task.due_on LIMIT %(most)s)
            UNION ALL
            ({due} AND task.reminded_on < local.today AND task.due_on < local.today
            LIMIT %(most)s)
        ) AS task
        WHERE product.processor = %(kind)s AND local.hour >= %(morning)s
        ORDER BY task.due_on, task.id LIMIT %(most)s
        """,
        {"kind": ManualProcessor.kind, "morning": MORNING, "days": REMIND_DAYS},
    )


def _found(sql: str, values: Mapping[str, Any]) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "most": AT_ONCE})
        return [Found(*row) for row in cursor.fetchall()]


def _by_holder(found: Sequence[Found]) -> list[tuple[Holder, list[Found]]]:
    held: defaultdict[Holder, list[Found]] = defaultdict(list)
    for task in found:
        held[Holder(task.organization_id, task.member_id, task.outsider_id)].append(task)
    return list(held.items())[:MAILS]


def _told(holder: Holder, tasks: Sequence[Found], words: Words) -> bool:
    """One mail that the server does not take holds nobody else's back."""
    try:
        _tell(holder, tasks, words)
    except OSError as error:
        log.warning("task.mail", error=type(error).__name__)
        return False
    return True


def _tell(holder: Holder, tasks: Sequence[Found], words: Words) -> None:
    if holder.member_id:
        member = Member.objects.select_related("user", "organization").get(pk=holder.member_id)
        place = settings.PORTAL_URL + reverse("jobs:task-list")
        told = partial(words, member.organization, tasks, place)
        tell_one(member.organization, member.user.email, member.user.language, told)
    elif holder.outsider_id:
        outsider = OutsideWorker.objects.select_related("organization").get(pk=holder.outsider_id)
        told = partial(words, outsider.organization, tasks, task_links.link(outsider))
        tell_one(outsider.organization, outsider.email, "", told)
    else:
        organization = Organization.objects.get(pk=holder.organization_id)
        place = settings.PORTAL_URL + reverse("jobs:task-list") + "?show=nobody"
        told = partial(_of_nobody, organization, tasks, place)
        tell_members(organization, roles_that_may(Permission.MANAGE, Permission.ACT), told)


def _mark(tasks: Sequence[Found], change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE jobs_manualtask task SET {change}
            FROM unnest(%s::bigint[], %s::date[]) AS given (id, today)
            WHERE task.id = given.id AND task.answer = '' AND task.ended_at IS NULL
            """,
            [[task.id for task in tasks], [task.today for task in tasks]],
        )


def _of_new(organization: Organization, tasks: Sequence[Found], place: str) -> tuple[str, str]:
    named = _named(organization, tasks)
    subject = ngettext(
        "A new task at %(organization)s", "%(n)s new tasks at %(organization)s", len(tasks)
    )
    text = ngettext(
        "%(organization)s asks you to see to a request of a person who wants to know what is kept"
        " about them, or wants it deleted. It is due on %(on)s.",
        "%(organization)s asks you to see to %(n)s requests of people who want to know what is"
        " kept about them, or want it deleted. The first is due on %(on)s.",
        len(tasks),
    )
    return subject % named, f"{text % named}\n\n{place}\n"


def _of_near(organization: Organization, tasks: Sequence[Found], place: str) -> tuple[str, str]:
    named = _named(organization, tasks)
    late = sum(task.due_on < task.today for task in tasks)
    if late:
        subject = ngettext(
            "%(late)s task at %(organization)s is overdue",
            "%(late)s tasks at %(organization)s are overdue",
            late,
        )
    else:
        subject = ngettext(
            "A task at %(organization)s is due on %(on)s",
            "%(n)s tasks at %(organization)s are due from %(on)s on",
            len(tasks),
        )
    text = _(
        "The law sets a date for the answer, and it waits for yours. The first is due on %(on)s. If"
        " you can't see to it, give it to somebody else, or refuse it and say why."
    )
    told = {**named, "late": late}
    return subject % told, f"{text % told}\n\n{place}\n"


def _of_nobody(organization: Organization, tasks: Sequence[Found], place: str) -> tuple[str, str]:
    named = _named(organization, tasks)
    subject = ngettext(
        "A task at %(organization)s is nobody's",
        "%(n)s tasks at %(organization)s are nobody's",
        len(tasks),
    )
    text = _(
        "None of the people that the product's settings name can be given it. The first is due on"
        " %(on)s. Give it to a member, and mend the settings."
    )
    return subject % named, f"{text % named}\n\n{place}\n"


def _named(organization: Organization, tasks: Sequence[Found]) -> Mapping[str, object]:
    first = min(task.due_on for task in tasks)
    return {
        "organization": organization.name,
        "n": len(tasks),
        "on": date_format(first, "j F Y"),
    }
