"""Clocks: when a job is due under its law, why, and what the law does not grant.

The day of receipt is not counted; a month ends on the same number or the month's last day; no date
moves later for a weekend or holiday. A window is over at the end of its last day in the
organization's time zone.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.rules.regulations import Regulation, Unit, Window, lookup

# (canonical code, action) → the window an organization set instead of the law's.
Overrides = Mapping[tuple[str, str], Window]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days an organization works: weekdays (Monday is 0), and the place whose public holidays
    it keeps ("SE", "US-CA"); "" for those that the law itself counts by."""

    workdays: frozenset[int] = frozenset(range(5))
    holidays: str = ""


USUAL = Calendar()


class UnknownRegulation(ValueError):
    """No law has this code."""


@dataclass(frozen=True, slots=True)
class Due:
    """When a job is due, and what the date was made of."""

    due_on: date
    received_on: date
    regulation: Regulation
    action: str
    window: Window
    acknowledge_on: date | None
    overridden: bool
    zone: str

    @property
    def ends_at(self) -> datetime:
        """The end of the last day: the first moment that is too late."""
        midnight = datetime.combine(self.due_on + timedelta(days=1), time(), ZoneInfo(self.zone))
        return midnight.astimezone(UTC)


def due(
    *,
    regulation: str,
    action: str,
    received_at: datetime,
    zone: str,
    overrides: Overrides | None = None,
    kept: Calendar = USUAL,
) -> Due:
    """The due date of an action under a law. `received_at` has a zone; `zone` is a time zone's
    name. An action that the law does not grant has the law's general window."""
    law = _law(regulation)
    received_on = received_at.astimezone(ZoneInfo(zone)).date()
    override = (overrides or {}).get((law.code, action))
    window = override or law.window(action)
    acknowledge = law.acknowledgement_of(action)
    return Due(
        due_on=end_of(window, received_on, law.holidays, kept),
        received_on=received_on,
        regulation=law,
        action=action,
        window=window,
        acknowledge_on=(
            end_of(acknowledge, received_on, law.holidays, kept) if acknowledge else None
        ),
        overridden=override is not None,
        zone=zone,
    )


def end_of(window: Window, start: date, place: str, kept: Calendar = USUAL) -> date:
    """The last day of a window that starts after `start`; `place` says whose holidays count where
    the organization names none."""
    match window.unit:
        case Unit.MONTHS:
            return add_months(start, window.amount)
        case Unit.DAYS:
            return start + timedelta(days=window.amount)
        case Unit.AT_ONCE:
            return start
        case _:
            return add_business_days(start, window.amount, kept.holidays or place, kept.workdays)


def add_months(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def add_business_days(
    start: date, days: int, place: str, workdays: frozenset[int] = USUAL.workdays
) -> date:
    day = start
    while days:
        day += timedelta(days=1)
        if day.weekday() in workdays and day not in public_holidays(place, day.year):
            days -= 1
    return day


@cache
def public_holidays(place: str, year: int) -> frozenset[date]:
    """The public holidays of a place ("US-CA", "NZ"), observed days included."""
    if not place:
        return frozenset()
    country, _dash, subdivision = place.partition("-")
    return frozenset(
        holidays.country_holidays(country, subdiv=subdivision or None, years=year).keys()
    )


def explain(due: Due) -> str:
    """Why this date, in the reader's language: "45 days from receipt, Civ. Code 1798.130 …"."""
    law = due.regulation
    parts = [_window_sentence(due.window)]
    if due.overridden:
        parts.append(
            _("set by your organization; the law says: %(window)s")
            % {"window": _window_sentence(law.window(due.action))}
        )
    elif extension := law.extension_of(due.action):
        parts.append(_("may be extended once by %(window)s") % {"window": _period(extension)})
    if acknowledge := law.acknowledgement_of(due.action):
        parts.append(_("%(window)s to confirm") % {"window": _period(acknowledge)})
    return "; ".join(parts)


def warning(regulation: str, action: str) -> str:
    """A sentence where the law does not grant the action, else the empty string."""
    law = _law(regulation)
    if law.grants(action):
        return ""
    return _(
        "%(law)s does not grant the action %(action)s (%(citation)s). It is worked on all the same."
    ) % {"law": law, "action": action, "citation": law.citation}


def _law(regulation: str) -> Regulation:
    law = lookup(regulation)
    if law is None:
        raise UnknownRegulation(regulation)
    return law


def _window_sentence(window: Window) -> str:
    if window.unit is Unit.AT_ONCE:
        sentence = _("at once, on the day of receipt")
    else:
        sentence = _("%(window)s from receipt") % {"window": _period(window)}
    return f"{sentence}, {window.citation}" if window.citation else sentence


def _period(window: Window) -> str:
    return _PERIODS[window.unit](window.amount) % {"amount": window.amount}


_PERIODS: Mapping[Unit, Callable[[int], str]] = {
    Unit.MONTHS: lambda n: ngettext("%(amount)s month", "%(amount)s months", n),
    Unit.DAYS: lambda n: ngettext("%(amount)s day", "%(amount)s days", n),
    Unit.BUSINESS_DAYS: lambda n: ngettext(
        "%(amount)s business day", "%(amount)s business days", n
    ),
    Unit.WORKING_DAYS: lambda n: ngettext("%(amount)s working day", "%(amount)s working days", n),
}
