"""The record of acts, read newest first. What no index knows is looked at act by act, but only so
far (LOOK): a page that found too little by then says so, and goes on from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from privacyportal import csvs
from privacyportal.actors import SYSTEM, Actor
from privacyportal.audit import words
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.audit.services import record
from privacyportal.organizations.models import ApiCredential, Member, Organization

PAGE, CHUNK = 100, 500
LOOK = 20_000  # acts looked at for one page
ACTORS = 200  # offered as a choice
LONGEST = 100


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """As the URL has it. `about` is kind:id of one thing, `before` the last act of a page."""

    group: str = ""
    by: str = ""  # the public id of who acted
    about: str = ""
    first: str = ""  # a day
    last: str = ""
    before: str = ""

    @property
    def query(self) -> str:
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        return "?" + urlencode({name: value for name, value in given.items() if value})

    def having(self, **changes: str) -> AuditFilter:
        return replace(self, **{"before": "", **changes})


@dataclass(frozen=True, slots=True)
class Act:
    """An act as it is read; `detail` is empty once it was deleted."""

    event: AuditEvent
    who: str
    words: str
    place: str
    detail: Mapping[str, Any]

    @property
    def about(self) -> str:
        return f"{self.event.target_kind}:{self.event.target_id}"


@dataclass(frozen=True, slots=True)
class Acts:
    """One page. `before` is where the next begins, if there is one; `short` that no more than this
    was found among the acts looked at."""

    acts: Sequence[Act]
    before: str
    short: bool = False


def read(given: Mapping[str, str]) -> AuditFilter:
    """What a query says; what is none of ours is as if it were not there."""
    text = {f.name: given.get(f.name, "")[:LONGEST].replace("\0", "") for f in fields(AuditFilter)}
    return AuditFilter(
        group=text["group"] if text["group"] in words.GROUPS else "",
        by=text["by"],
        about=text["about"] if ":" in text["about"] else "",
        first=_day(text["first"]),
        last=_day(text["last"]),
        before=text["before"] if text["before"].isascii() and text["before"].isdigit() else "",
    )


def acts(organization: Organization, wanted: AuditFilter, zone: ZoneInfo, size: int = PAGE) -> Acts:
    walked, rest = _conditions(organization, wanted, zone)
    floor = None
    if rest:
        floor = walked.values_list("pk", flat=True)[LOOK : LOOK + 1].first()
    found = walked.filter(**rest)
    if floor is not None:
        found = found.filter(pk__gte=floor)
    events = list(found[: size + 1])
    if len(events) > size:
        return Acts(_read(events[:size]), str(events[size - 1].pk))
    if floor is None:
        return Acts(_read(events), "")
    return Acts(_read(events), str(floor), short=True)


def actors(organization: Organization) -> list[tuple[str, str]]:
    """Who may have acted: members, programs, and the portal itself."""
    members = Member.objects.filter(organization=organization).select_related("user")
    programs = ApiCredential.objects.filter(organization=organization)
    people = [(str(m.user.public_id), str(m.user)) for m in members.order_by("pk")[:ACTORS]]
    return [
        *sorted(people, key=lambda one: one[1].lower()),
        *((str(p.public_id), p.name) for p in programs.order_by("name")[:ACTORS]),
        (SYSTEM.id, SYSTEM.name),
    ]


def export(
    organization: Organization, wanted: AuditFilter, zone: ZoneInfo, by: Actor
) -> Iterator[str]:
    """The pieces of a CSV of everything that the filter finds; that it was made is recorded."""
    record(
        organization=organization,
        by=by,
        verb="organization.export",
        target=("organization", str(organization.public_id)),
        detail={"filter": wanted.having().query},
    )
    return _pieces(organization, wanted.having(), zone)


def _pieces(organization: Organization, wanted: AuditFilter, zone: ZoneInfo) -> Iterator[str]:
    yield csvs.written([[_("When"), _("Who"), _("Act"), _("Kind"), _("Thing"), _("Detail")]])
    while True:
        found = acts(organization, wanted, zone, CHUNK)
        yield csvs.lines(
            [
                csvs.moment(act.event.at, zone), act.who, act.event.verb, act.event.target_kind,
                act.event.target_id, told(act.detail),
            ]
            for act in found.acts
        )  # fmt: skip
        if not found.before:
            return
        wanted = wanted.having(before=found.before)


def told(detail: Mapping[str, Any]) -> str:
    """A detail in one line: "jobs: 3, responses: 9"."""
    shown = ((name, value) for name, value in detail.items() if name != "actor")
    return ", ".join(f"{name.replace('_', ' ')}: {_text(value)}" for name, value in shown)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + told(value) + "}"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value)


def _conditions(
    organization: Organization, wanted: AuditFilter, zone: ZoneInfo
) -> tuple[QuerySet[AuditEvent], dict[str, Any]]:
    """The acts that an index walks, newest first, and what is looked at in each."""
    walked = AuditEvent.objects.filter(organization_id=organization.pk).order_by("-pk")
    if wanted.before:
        walked = walked.filter(pk__lt=min(int(wanted.before), 2**63 - 1))
    rest: dict[str, Any] = {}
    if wanted.about:
        kind, _colon, target = wanted.about.partition(":")
        walked = walked.filter(target_kind=kind, target_id=target)
    if wanted.group:
        rest["verb__startswith"] = f"{wanted.group}."
    if wanted.by:
        rest["actor_id"] = wanted.by
    if wanted.first:
        rest["at__gte"] = _begin(date.fromisoformat(wanted.first), zone)
    if wanted.last:
        rest["at__lt"] = _begin(date.fromisoformat(wanted.last) + timedelta(days=1), zone)
    return walked, rest


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _read(events: Sequence[AuditEvent]) -> list[Act]:
    details = AuditDetail.objects.in_bulk([event.pk for event in events])
    return [_act(event, details.get(event.pk)) for event in events]


def _act(event: AuditEvent, detail: AuditDetail | None) -> Act:
    known = detail.detail if detail else {}
    return Act(
        event,
        str(known.get("actor") or event.actor_kind),
        words.words(event.verb),
        words.place(event.target_kind, event.target_id),
        known,
    )


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
