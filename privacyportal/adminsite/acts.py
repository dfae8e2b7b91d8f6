"""What an operator does to several things at once: asked about first, with what it would change in
each organization; then done by the service that the portal uses, as the operator, on record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from privacyportal.actors import Actor
from privacyportal.adminsite.changelist import bounded_count
from privacyportal.adminsite.filters import is_id
from privacyportal.organizations.models import Organization

MOST = 1000  # things at once
COUNTED = 10_000

Thing = TypeVar("Thing", bound=Any)


@dataclass(frozen=True, slots=True)
class Line:
    """What an act does, or would do, in one organization: things it changes, and that it keeps."""

    organization: Organization
    done: int
    kept: int


@dataclass(frozen=True, slots=True)
class Act:
    """`question`, `verb` and `told` take the number of things that it changes; `effect` says what
    becomes of them, `kept` why others stay as they are. `does` says in numbers what would be done
    (`by` None) or does it."""

    name: str
    label: Any
    question: Callable[[int], str]
    verb: Callable[[int], str]
    effect: Any
    kept: Any
    told: Callable[[int], str]
    does: Callable[[Sequence[Any], Actor | None], list[Line]]
    danger: bool = False


def answer(
    act: Act, listed: Any, request: HttpRequest, chosen: QuerySet[Any], *, by: Actor
) -> HttpResponseBase | None:
    """The question, or None once it was done."""
    if "sure" in request.POST:
        ids = [int(pk) for pk in request.POST.get("chosen", "").split(",") if is_id(pk)][:MOST]
        _tell(request, act, act.does(_rows(listed, request, ids), by))
        return None
    ids = list(chosen.order_by("pk").values_list("pk", flat=True)[:MOST])
    number = bounded_count(chosen, COUNTED)
    return _ask(act, listed, request, ids, number)


def _rows(listed: Any, request: HttpRequest, ids: Sequence[int]) -> list[Any]:
    found = listed.get_queryset(request).filter(pk__in=ids).select_related("organization")
    return list(found.order_by("pk"))


def _ask(
    act: Act, listed: Any, request: HttpRequest, ids: Sequence[int], number: int
) -> HttpResponse:
    lines = act.does(_rows(listed, request, ids), None)
    done = sum(line.done for line in lines)
    context = {
        **admin.site.each_context(request),
        "title": act.question(done) if done else _("There is nothing to do"),
        "called": listed.called,
        "opts": listed.opts,
        "act": act,
        "lines": lines,
        "done": done,
        "kept": sum(line.kept for line in lines),
        "verb": act.verb(done),
        "ids": ",".join(map(str, ids)),
        "first": ids[0] if ids else "",
        "checkbox": ACTION_CHECKBOX_NAME,
        "number": number,
        "most": MOST,
        "too_many": number > MOST,
    }
    return render(request, "admin/act.html", context)


def _tell(request: HttpRequest, act: Act, lines: Sequence[Line]) -> None:
    done, kept = sum(line.done for line in lines), sum(line.kept for line in lines)
    if done:
        messages.success(request, act.told(done))
    if kept:
        stays = ngettext("%(n)s stays as it is.", "%(n)s stay as they are.", kept) % {"n": kept}
        messages.warning(request, f"{stays} {act.kept}")


def by_organization(things: Iterable[Thing]) -> list[tuple[Organization, list[Thing]]]:
    """In the order of the organizations' ids; the things come with theirs."""
    groups: dict[int, list[Thing]] = {}
    for thing in things:
        groups.setdefault(thing.organization_id, []).append(thing)
    return [(group[0].organization, group) for _, group in sorted(groups.items())]


def each(
    fits: Callable[[Thing], bool],
    act: Callable[[Thing, Actor], object],
    refused: tuple[type[Exception], ...] = (),
) -> Callable[[Sequence[Thing], Actor | None], list[Line]]:
    """Of a service that takes one thing: done to those that fit, and that it does not refuse."""

    def done(thing: Thing, by: Actor | None) -> bool:
        if not fits(thing):
            return False
        try:
            if by:
                act(thing, by)
        except refused:
            return False
        return True

    def does(things: Sequence[Thing], by: Actor | None) -> list[Line]:
        lines = []
        for organization, own in by_organization(things):
            number = sum(done(thing, by) for thing in own)
            lines.append(Line(organization, number, len(own) - number))
        return lines

    return does
