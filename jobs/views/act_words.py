"""What an officer is asked before an act, and told after it: its effect, in numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.models import Job, ProductResponse
from jobs.rules.states import Action, State
from jobs.services import officers
from jobs.services.officers import Act

TOLD = 8  # products that a result names one by one
ASKED = 3  # and a question


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that may be done now: the words of its button, its question and its answer."""

    name: str
    icon: str
    danger: bool
    button: str
    question: str
    effect: str
    verb: str


def offers(job: Job, responses: Sequence[ProductResponse]) -> list[Offer]:
    """The acts that would change something now, each with what exactly."""
    foreseen = officers.foresee(job)
    gated = job.action == Action.ACCESS and _delete_waits(responses)
    return [
        write(changing, len(responses) - len(changing), gated)
        for name, write in WORDS.items()
        if (changing := _changing(foreseen[name]))
        # Where all that can be cancelled is held, dropping says better what happens.
        and not (name == "cancel" and changing == _changing(foreseen["drop"]))
    ]


def _delete_waits(accesses: Sequence[ProductResponse]) -> bool:
    gates = [response.gate for response in accesses if response.gate is not None]
    behind = ProductResponse.objects.filter(gate__in=gates, action=Action.DELETE)
    return bool(gates) and behind.filter(state__in=[State.WAITING, State.HELD]).exists()


def _changing(acts: Sequence[Act]) -> list[str]:
    return [act.product for act in acts if act.done]


def _retry(products: Sequence[str], _kept: int, gated: bool) -> Offer:
    n = len(products)
    effect = ngettext(
        "%(n)s product response is asked again, from the start: %(products)s.",
        "%(n)s product responses are asked again, from the start: %(products)s.",
        n,
    ) % {"n": n, "products": listed(products)}
    if gated:
        effect += " " + _("If that succeeds, the delete that waits there begins by itself.")
    return Offer(
        name="retry",
        icon="refresh",
        danger=False,
        button=ngettext("Retry %(n)s error", "Retry %(n)s errors", n) % {"n": n},
        question=_("Retry %(products)s?") % {"products": listed(products, ASKED)},
        effect=effect,
        verb=ngettext("Retry %(n)s response", "Retry %(n)s responses", n) % {"n": n},
    )


def _release(products: Sequence[str], _kept: int, _gated: bool) -> Offer:
    n = len(products)
    effect = ngettext(
        "The access of this person gave no data there. %(n)s delete begins all the same: "
        "%(products)s. It cannot be undone.",
        "The access of this person gave no data there. %(n)s deletes begin all the same: "
        "%(products)s. They cannot be undone.",
        n,
    ) % {"n": n, "products": listed(products)}
    return Offer(
        name="release",
        icon="check",
        danger=True,
        button=ngettext("Release %(n)s delete…", "Release %(n)s deletes…", n) % {"n": n},
        question=_("Release the delete at %(products)s?") % {"products": listed(products, ASKED)},
        effect=effect,
        verb=ngettext("Release %(n)s delete", "Release %(n)s deletes", n) % {"n": n},
    )


def _drop(products: Sequence[str], _kept: int, _gated: bool) -> Offer:
    n = len(products)
    effect = ngettext(
        "%(n)s delete ends without deleting anything: %(products)s. The person's data stays there.",
        "%(n)s deletes end without deleting anything: %(products)s. The person's data stays there.",
        n,
    ) % {"n": n, "products": listed(products)}
    return Offer(
        name="drop",
        icon="x",
        danger=False,
        button=ngettext("Drop %(n)s delete…", "Drop %(n)s deletes…", n) % {"n": n},
        question=_("Drop the delete at %(products)s?") % {"products": listed(products, ASKED)},
        effect=effect,
        verb=ngettext("Drop %(n)s delete", "Drop %(n)s deletes", n) % {"n": n},
    )


def _cancel(products: Sequence[str], kept: int, gated: bool) -> Offer:
    n = len(products)
    sentences = [
        ngettext(
            "%(n)s product response ends without anything being done there: %(products)s.",
            "%(n)s product responses end without anything being done there: %(products)s.",
            n,
        )
        % {"n": n, "products": listed(products)}
    ]
    if kept:
        others = ngettext(
            "%(n)s other has ended or was begun, and stays as it is.",
            "%(n)s others have ended or were begun, and stay as they are.",
            kept,
        )
        sentences.append(others % {"n": kept})
    if gated:
        sentences.append(_("The delete that waits for this access then waits for you."))
    sentences.append(_("The job cannot become complete."))
    return Offer(
        name="cancel",
        icon="ban",
        danger=True,
        button=_("Cancel what has not begun…"),
        question=_("Cancel what has not begun?"),
        effect=" ".join(sentences),
        verb=ngettext("Cancel %(n)s response", "Cancel %(n)s responses", n) % {"n": n},
    )


WORDS: dict[str, Callable[[Sequence[str], int, bool], Offer]] = {
    "retry": _retry,
    "release": _release,
    "drop": _drop,
    "cancel": _cancel,
}


def listed(products: Sequence[str], most: int = TOLD) -> str:
    """ "CRM, Web shop and 3 more"."""
    if len(products) <= most:
        return get_text_list(list(products), _("and"))
    more = _("%(n)s more") % {"n": len(products) - most}
    return get_text_list([*products[:most], more], _("and"))


DONE: dict[str, Callable[[int], str]] = {
    "retry": lambda n: ngettext("%(n)s response is retried", "%(n)s responses are retried", n),
    "cancel": lambda n: ngettext("%(n)s response cancelled", "%(n)s responses cancelled", n),
    "release": lambda n: ngettext("%(n)s delete released", "%(n)s deletes released", n),
    "drop": lambda n: ngettext("%(n)s delete dropped", "%(n)s deletes dropped", n),
}


def result(name: str, acts: Sequence[Act]) -> str:
    """What came of an act: a headline, then a line for each product."""
    done = sum(act.done for act in acts)
    headline = DONE[name](done) % {"n": done} if done else _("Nothing was changed")
    told = sorted(acts, key=lambda act: not act.done)[:TOLD]
    return "\n".join([headline, *(f"{act.product}: {act.sentence}" for act in told)])
