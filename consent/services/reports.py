"""What an organization's choices come to: numbers that are counted as they are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from consent.models import ConsentDay, ConsentState
from jobs.models import Job
from jobs.models.requests import Channel
from jobs.rules.states import Action
from jobs.services.overview import Count, open_jobs
from privacyportal.organizations.models import Organization

MOST = 100_000  # opted out, counted no further
MOST_JOBS = 1000
WEEK = timedelta(days=7)
WEEKS = 12


@dataclass(frozen=True, slots=True)
class Figures:
    """`out` and `back` are choices of the last seven days, `before` opt-outs of the seven before;
    `waiting` jobs still tell products; the first of them is due on `first_due`."""

    opted_out: Count
    out: int
    before: int
    back: int
    waiting: Count
    first_due: date | None

    @property
    def change(self) -> int:
        return self.out - self.before

    @property
    def fewer(self) -> int:
        return self.before - self.out


@dataclass(frozen=True, slots=True)
class Channeled:
    """Opt-outs that came by one channel, week by week, the last one being the present week."""

    channel: Channel
    weeks: Sequence[int]
    total: int


def figures(organization: Organization, today: date) -> Figures:
    days = ConsentDay.objects.for_organization(organization)
    states: QuerySet[ConsentState] = ConsentState.objects.for_organization(organization)
    waiting = open_jobs(Job.objects.for_organization(organization)).filter(action=Action.OPT_OUT)
    first = waiting.order_by("due_on", "pk").values_list("due_on", flat=True).first()
    return Figures(
        opted_out=_bounded(states.filter(opted_out=True), MOST),
        out=_records(days.filter(opted_out=True, day__gt=today - WEEK)),
        before=_records(
            days.filter(opted_out=True, day__gt=today - 2 * WEEK, day__lte=today - WEEK)
        ),
        back=_records(days.filter(opted_out=False, day__gt=today - WEEK)),
        waiting=_bounded(waiting, MOST_JOBS),
        first_due=first,
    )


def first_day_of_weeks(today: date) -> list[date]:
    """The Mondays of the last WEEKS weeks, the present one last."""
    monday = today - timedelta(days=today.weekday())
    return [monday - WEEK * back for back in reversed(range(WEEKS))]


def by_channel(organization: Organization, today: date) -> list[Channeled]:
    """Opt-outs per week, of each channel that ever brought one; the busiest first."""
    mondays = first_day_of_weeks(today)
    days = ConsentDay.objects.for_organization(organization).filter(opted_out=True)
    totals = dict(days.values_list("channel").annotate(Sum("records")))
    weeks = {channel: [0] * WEEKS for channel in totals}
    recent = days.filter(day__gte=mondays[0], day__lt=mondays[-1] + WEEK)
    for channel, day, records in recent.values_list("channel", "day", "records"):
        weeks[channel][(day - mondays[0]).days // 7] += records
    busiest = sorted(totals, key=lambda channel: (-totals[channel], channel))
    return [Channeled(Channel(name), weeks[name], totals[name]) for name in busiest]


def _records(days: QuerySet[ConsentDay]) -> int:
    return days.aggregate(n=Sum("records"))["n"] or 0


def _bounded(rows: QuerySet[Any], most: int) -> Count:
    number = rows.order_by()[: most + 1].count()
    return Count(min(number, most), number > most)
