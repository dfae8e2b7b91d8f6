"""What became of a job at each product, in words: message, code, what to do, whom it was about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jobs.api import presenters
from jobs.models import ProductResponse
from jobs.rules import outcomes
from jobs.rules.states import CLOSED, Action, State, Step
from jobs.rules.task_answers import Refusal
from jobs.services.people import SeenIdentity
from jobs.views.status import Status, of_response, product_name

MEND = gettext_lazy("Mend the cause at the product, then retry. It is not tried again by itself.")
ADVICE: Mapping[str, Any] = {
    "sql.permission": gettext_lazy(
        "Give the product's database user that right, then retry. It is not tried again by itself."
    ),
    "sql.structure": gettext_lazy(
        "Bring the product's settings and its database in line, then retry."
    ),
    "sql.constraint": gettext_lazy(
        "Name the tables that depend on this person in the product's settings, or remove those "
        "rows, then retry."
    ),
    "engine.bad_settings": gettext_lazy("Mend the product's settings, then retry."),
    "engine.bad_action": gettext_lazy("Do this at the product by hand."),
    **{
        f"manual.{reason}": gettext_lazy(
            "Read at the task what they wrote. If it is to be done after all, retry: the task is "
            "opened again."
        )
        for reason in Refusal
    },
}


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product response as the job page shows it; `opened` by itself where a person is needed."""

    response: ProductResponse
    name: str
    status: Status
    summary: str
    message: str
    detail: str
    advice: str
    processed: Sequence[SeenIdentity]
    ignored: Sequence[SeenIdentity]
    closed: bool
    opened: bool
    task: bool  # people see to it, or did
    raw: str


def product_rows(
    responses: Sequence[ProductResponse], identities: Sequence[SeenIdentity]
) -> list[ProductRow]:
    """The responses come with their products. The first that needs a person is open."""
    needing = [r.pk for r in responses if r.state in (State.ERROR, State.HELD)]
    return [_row(r, identities, opened=needing[:1] == [r.pk]) for r in responses]


def _row(
    response: ProductResponse, identities: Sequence[SeenIdentity], *, opened: bool
) -> ProductRow:
    closed = response.state in CLOSED
    by_position = {identity.position: identity for identity in identities}
    detail = outcomes.detail(response.outcome_detail, response.outcome_params)
    return ProductRow(
        response=response,
        name=product_name(response),
        status=of_response(response),
        summary=_summary(response, detail),
        message=outcomes.message(response.outcome_code) if closed else "",
        detail=detail,
        advice=_advice(response),
        processed=[by_position[p] for p in response.processed if p in by_position],
        ignored=[by_position[p] for p in response.ignored if p in by_position],
        closed=closed,
        opened=opened,
        task=bool(
            response.reference and response.product and response.product.processor == "manual"
        ),
        raw=_raw(response, identities),
    )


def _raw(response: ProductResponse, identities: Sequence[SeenIdentity]) -> str:
    """The answer in the contract's shape, as a program reads it: in English, and with the values
    masked."""
    with translation.override("en"):
        answer = presenters.product_response(response, [one.text for one in identities])
        return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()


def _summary(response: ProductResponse, detail: str) -> str:
    match response.state:
        case State.COMPLETE if response.outcome_code == outcomes.NOT_FOUND:
            return _("No identity is known there")
        case State.COMPLETE if response.outcome_code == outcomes.NOT_PROVISIONED:
            return _("Your organization has not set this product up")
        case State.COMPLETE:
            return _counted(response)
        case State.WAITING:
            return _("Waits for the access of this person")
        case State.HELD:
            return _("Its access gave no data; decide what to do")
        case State.LATER if response.outcome_detail == "manual.given":
            return _("People see to it")
        case State.LATER if response.step == Step.POLL:
            return _("The product has taken it and answers later")
        case State.LATER if not response.attempts:
            return _("Begins in a few seconds")
        case State.LATER:
            return detail or _("Is tried again")
        case State.DUE if response.product and response.product.unavailable_since:
            return _("Waits until the product answers again")
        case State.DUE:
            return _("Is tried again now") if response.attempts else _("Is next")
        case State.WORKING:
            return _("Is being worked on")
        case _:
            return detail or outcomes.message(response.outcome_code)


def _counted(response: ProductResponse) -> str:
    found, ignored = response.records_found, len(response.ignored)
    if response.action == Action.DELETE:
        words = ngettext("%(n)s record deleted", "%(n)s records deleted", found) % {"n": found}
    else:
        words = ngettext("%(n)s record", "%(n)s records", found) % {"n": found}
    if not ignored:
        return words
    rest = ngettext("%(n)s identity ignored", "%(n)s identities ignored", ignored)
    return f"{words}, {rest % {'n': ignored}}"


def _advice(response: ProductResponse) -> str:
    match response.state:
        case State.HELD:
            return _(
                "Release the delete to go ahead without the access, or drop it: then nothing is "
                "deleted there."
            )
        case State.ERROR if response.product_id is None:
            return _("Set this product up, then submit the request again.")
        case State.ERROR:
            return str(ADVICE.get(response.outcome_detail, MEND))
        case State.COMPLETE if response.outcome_code == outcomes.NOT_PROVISIONED:
            return _("Nothing, unless this product does hold personal data: then set it up.")
        case _:
            return ""
