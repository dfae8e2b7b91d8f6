"""An organization's clocks: the laws', and what it set instead for the requests that came since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import holidays
from django.db import transaction
from django.utils.translation import gettext as _

from jobs.models import ClockRules
from jobs.processors.base import Problem
from jobs.rules import clocks
from jobs.rules.clocks import Calendar, Due, Overrides
from jobs.rules.regulations import Unit, Window, lookup
from jobs.rules.states import Action
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import Organization

MOST_OVERRIDES, MOST_AMOUNT = 100, 366
LONGEST_REASON = 300
VERSIONS = 200  # kept in mind; before them the laws' own clocks are told
UNITS = (Unit.DAYS, Unit.BUSINESS_DAYS, Unit.MONTHS)


@dataclass(frozen=True, slots=True)
class Override:
    """A window instead of the law's, and why."""

    regulation: str  # canonical
    action: str
    amount: int
    unit: str
    reason: str

    @property
    def window(self) -> Window:
        return Window(self.amount, Unit(self.unit), self.reason)


@dataclass(frozen=True, slots=True)
class Clocks:
    """Those of an organization, as they are for requests of one time."""

    zone: str
    given: Sequence[Override] = ()
    calendar: Calendar = clocks.USUAL

    def due(self, *, regulation: str, action: str, received_at: datetime) -> Due:
        return clocks.due(
            regulation=regulation,
            action=action,
            received_at=received_at,
            zone=self.zone,
            overrides=self._overrides,
            kept=self.calendar,
        )

    @property
    def _overrides(self) -> Overrides:
        return {(one.regulation, one.action): one.window for one in self.given}


class ClocksInvalid(Exception):
    """Everything that is wrong, each with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class History:
    """An organization's clocks as they were at any time; read once."""

    def __init__(self, organization: Organization) -> None:
        self.zone = organization.time_zone
        versions = ClockRules.objects.for_organization(organization).order_by("-set_at", "-pk")
        self._versions = list(versions[:VERSIONS])

    def at(self, moment: datetime | None = None) -> Clocks:
        """For requests that were submitted then, or are now."""
        for rules in self._versions:
            if moment is None or rules.set_at <= moment:
                given = [Override(**one) for one in rules.overrides]
                calendar = Calendar(frozenset(rules.workdays), rules.holidays)
                return Clocks(self.zone, given, calendar)
        return Clocks(self.zone)


def clocks_of(organization: Organization, moment: datetime | None = None) -> Clocks:
    """As they are, or were for requests of some time."""
    return History(organization).at(moment)


@transaction.atomic
def change(
    *, organization: Organization, by: Actor, given: Sequence[Override], calendar: Calendar
) -> None:
    """For requests from now on; those that are there keep their dates. Raises ClocksInvalid."""
    if problems := [*_problems(given), *_of_calendar(calendar)]:
        raise ClocksInvalid(problems)
    rules = ClockRules.objects.create(
        organization=organization,
        overrides=[_as_json(one) for one in given],
        workdays=sorted(calendar.workdays),
        holidays=calendar.holidays,
        set_by=by.name,
    )
    record(
        organization=organization,
        by=by,
        verb="organization.clocks",
        target=("organization", str(organization.public_id)),
        detail={
            "overrides": rules.overrides,
            "workdays": rules.workdays,
            "holidays": rules.holidays,
        },
    )


def _as_json(one: Override) -> dict[str, Any]:
    return {
        "regulation": one.regulation,
        "action": one.action,
        "amount": one.amount,
        "unit": one.unit,
        "reason": one.reason,
    }


def _problems(given: Sequence[Override]) -> list[Problem]:
    found = []
    if len(given) > MOST_OVERRIDES:
        found.append(Problem("", _("There are %(n)s at most.") % {"n": MOST_OVERRIDES}))
    seen: set[tuple[str, str]] = set()
    for index, one in enumerate(given):
        place = f"[{index}]"
        if lookup(one.regulation) is None:
            found.append(Problem(f"{place}.regulation", _("Choose a law.")))
        if one.action not in Action.values:
            found.append(Problem(f"{place}.action", _("Choose an action.")))
        if not 1 <= one.amount <= MOST_AMOUNT:
            told = _("Give a number from 1 to %(n)s.") % {"n": MOST_AMOUNT}
            found.append(Problem(f"{place}.amount", told))
        if one.unit not in UNITS:
            found.append(Problem(f"{place}.unit", _("Choose days, business days or months.")))
        if not one.reason.strip() or len(one.reason) > LONGEST_REASON:
            told = _("Say why, in %(n)s characters at most.") % {"n": LONGEST_REASON}
            found.append(Problem(f"{place}.reason", told))
        if (one.regulation, one.action) in seen:
            found.append(Problem(place, _("This law and action have a window already.")))
        seen.add((one.regulation, one.action))
    return found


def _of_calendar(calendar: Calendar) -> list[Problem]:
    found = []
    if not calendar.workdays or not calendar.workdays <= frozenset(range(7)):
        found.append(Problem("workdays", _("Choose one day at least.")))
    if calendar.holidays and calendar.holidays not in dict(places()):
        found.append(Problem("holidays", _("Choose a place of the list.")))
    return found


def places() -> list[tuple[str, str]]:
    """(code, code) of every country and subdivision whose public holidays are known."""
    known = holidays.list_supported_countries(include_aliases=False)
    return [
        (code, code)
        for country, parts in sorted(known.items())
        for code in (country, *(f"{country}-{part}" for part in parts))
    ]
