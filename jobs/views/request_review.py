"""What a submission would make, counted as far as the form can be read, and what still keeps it
from being submitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.forms import LawForm, RequestForm
from jobs.models import Product
from jobs.processors.registry import processor_class
from jobs.rules.states import Action
from jobs.services import dry_run, people_text, saved_drafts
from privacyportal.organizations.models import Member


@dataclass(frozen=True, slots=True)
class Choice:
    """A product one may choose, with what each action would do there, in words."""

    product: Product
    chosen: bool
    access: Sequence[str]
    delete: Sequence[str]


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a form cannot be submitted yet; `field` is where to mend it."""

    field: str
    sentence: str
    bad: bool = False


def choices(form: RequestForm) -> list[Choice]:
    chosen = set(form["products"].value() or [])
    return [
        Choice(
            product,
            product.code in chosen,
            _described(product, Action.ACCESS),
            _described(product, Action.DELETE),
        )
        for product in form.known
    ]


def _described(product: Product, action: str) -> Sequence[str]:
    version = product.current_settings
    if version is None:
        return ()
    return processor_class(product.processor).describe(version.mapping, action)


def review(form: RequestForm, member: Member) -> dict[str, Any]:
    chosen = form["actions"].value() or []
    actions = [action for action in Action if action in chosen]
    at = [product for product in form.known if product.code in (form["products"].value() or [])]
    people = len(form.reading.people)
    sent = form.data if form.is_bound else form.initial
    deletes = bool(Action.DELETE in actions and people and at)
    return {
        "people": people,
        "jobs": people * len(actions),
        "responses": people * len(actions) * len(at),
        "each": [(action.label, people) for action in actions] if len(actions) > 1 else [],
        "products": len(at),
        "paused": [product for product in at if product.paused_at],
        "deletes": deletes,
        "told": people_text.told(form.reading) if form.reading.lines else "",
        "note": LawForm(sent).note(form.organization),
        "missing": _missing(form, actions, at),
        "count": _count(form, member) if deletes else None,
    }


def _missing(form: RequestForm, actions: Sequence[Action], at: Sequence[Product]) -> list[Missing]:
    wrong = len({problem.line for problem in form.reading.problems})
    missing = []
    if not form["regulation"].value():
        missing.append(Missing("regulation", _("Choose a law.")))
    if not actions:
        missing.append(Missing("actions", _("Choose access, delete or both.")))
    if not at:
        missing.append(Missing("products", _("Choose one product at least.")))
    if wrong:
        told = ngettext("%(n)s line to mend.", "%(n)s lines to mend.", wrong) % {"n": wrong}
        missing.append(Missing("people", told, bad=True))
    elif not form.reading.people:
        missing.append(Missing("people", _("Write one person at least.")))
    return missing


def _count(form: RequestForm, member: Member) -> dict[str, Any]:
    """The dry run of the draft, if anybody asked for one."""
    saved = saved_drafts.find(member, form.kept_as)
    now = saved_drafts.about(form.organization, form.content().draft)
    place = reverse("jobs:draft-count", args=[form.kept_as])
    return {"place": place, "result": dry_run.result(saved, now) if saved else None}
