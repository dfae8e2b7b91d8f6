"""The parameters of GET /jobs (contract §4); everything wrong is reported together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.http import QueryDict

from jobs.api.fields import listed, shown
from jobs.rules import regulations
from jobs.rules.states import JobState
from privacyportal.api.problems import Invalid, Problems

DEFAULT_SIZE, MAX_SIZE = 100, 1000
MAX_PAGE = 10**9
DEFAULT_DAYS = timedelta(days=7)
MAX_SPAN = timedelta(days=30)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class ListFilter:
    """A checked list query; `since` is inclusive, `until` exclusive or absent."""

    regulation: str
    states: tuple[str, ...]
    since: datetime
    until: datetime | None
    page: int
    size: int


def read(query: QueryDict, now: datetime) -> ListFilter:
    """Raises Invalid."""
    problems = Problems()
    since, until = _period(query, now, problems)
    found = ListFilter(
        regulation=_regulation(query.get("regulation", ""), problems),
        states=_states(query.getlist("status"), problems),
        since=since,
        until=until,
        page=number(query, "page", 0, 0, MAX_PAGE, problems),
        size=number(query, "size", DEFAULT_SIZE, 1, MAX_SIZE, problems),
    )
    if problems:
        raise Invalid(problems)
    return found


def _regulation(given: str, problems: Problems) -> str:
    known = listed(regulations.codes())
    law = regulations.lookup(given)
    if not given.strip():
        problems.add("regulation", "required", f"This parameter is required: one of {known}.")
    elif law is None:
        message = f"{shown(given)} is not one of {known}."
        problems.add("regulation", "unknown_regulation", message)
    return law.code if law else ""


def _states(given: list[str], problems: Problems) -> tuple[str, ...]:
    words = [word.strip().lower() for text in given for word in text.split(",") if word.strip()]
    for word in words:
        if word not in JobState.values:
            message = f"{shown(word)} is not one of {listed(JobState.values)}."
            problems.add("status", "unknown_value", message)
    return tuple(words)


def number(
    query: QueryDict, name: str, default: int, least: int, most: int, problems: Problems
) -> int:
    given = query.get(name, "").strip()
    if not given:
        return default
    fits = given.isascii() and given.isdigit() and len(given) <= len(str(most))
    if not fits or not least <= int(given) <= most:
        message = f"{shown(given)} is not a whole number from {least} to {most}."
        problems.add(name, "out_of_range", message)
        return default
    return int(given)


def _period(
    query: QueryDict, now: datetime, problems: Problems
) -> tuple[datetime, datetime | None]:
    """All date filters apply together; without any, the last seven days."""
    first, last = _day(query, "fromDate", problems), _day(query, "toDate", problems)
    for name, other in (("toDate", "fromDate"), ("fromDate", "toDate")):
        if not query.get(name) and query.get(other):
            problems.add(name, "required", f"fromDate and toDate go together; {name} is missing.")
    if first and last and not first <= last <= first + MAX_SPAN:
        message = f"The span from fromDate to toDate must be 0 to {MAX_SPAN.days} days."
        problems.add("toDate", "out_of_range", message)
    days = [day for day in (first, _day(query, "filterDate", problems)) if day]
    ends = [day for day in (last, _day(query, "filterDate", Problems())) if day]
    if not days or not ends:
        return now - DEFAULT_DAYS, None
    return _midnight(max(days)), _midnight(min(ends) + timedelta(days=1))


def _day(query: QueryDict, name: str, problems: Problems) -> date | None:
    given = query.get(name, "").strip()
    if not given:
        return None
    try:
        if DAY.fullmatch(given) and (day := date.fromisoformat(given)) < date(9999, 1, 1):
            return day
    except ValueError:
        pass
    problems.add(name, "wrong_format", f"{shown(given)} is not a date like 2026-11-24.")
    return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
