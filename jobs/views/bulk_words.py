"""What is asked before an act on several jobs, and told after it, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.services.bulk_acts import Effect
from jobs.views.figures import grouped


@dataclass(frozen=True, slots=True)
class Question:
    """`verb` is the button's word; empty where nothing would change."""

    title: str
    effect: str
    kept: str
    verb: str


def question(effect: Effect) -> Question:
    """Of cancelling, which cannot be undone."""
    if not effect.responses:
        return Question(
            title=_("There is nothing to cancel"),
            effect=_("Everything in these jobs has ended or was begun, and stays as it is."),
            kept="",
            verb="",
        )
    responses = ngettext("Cancel %(n)s response", "Cancel %(n)s responses", effect.responses) % {
        "n": grouped(effect.responses)
    }
    jobs = ngettext("%(n)s job", "%(n)s jobs", effect.jobs) % {"n": grouped(effect.jobs)}
    ends = ngettext(
        "%(n)s product response in %(jobs)s ends without anything being done there. "
        "The job cannot become complete.",
        "%(n)s product responses in %(jobs)s end without anything being done there. "
        "Jobs that lose a response cannot become complete.",
        effect.responses,
    ) % {"n": grouped(effect.responses), "jobs": jobs}
    return Question(
        title=_("Cancel what has not begun in %(jobs)s?") % {"jobs": jobs},
        effect=ends,
        kept=_kept_responses(effect.responses_kept),
        verb=responses,
    )


def _kept_responses(n: int) -> str:
    if not n:
        return ""
    return ngettext(
        "%(n)s other has ended or was begun, and stays as it is.",
        "%(n)s others have ended or were begun, and stay as they are.",
        n,
    ) % {"n": grouped(n)}


def result(act: str, effect: Effect) -> str:
    """A headline, then what stayed as it was."""
    if not effect.jobs:
        nothing = {
            "retry": _("None of these jobs has an error that can be retried."),
            "cancel": _("Everything in these jobs has ended or was begun."),
        }
        return "\n".join([_("Nothing was changed"), nothing[act]])
    jobs = ngettext("%(n)s job", "%(n)s jobs", effect.jobs) % {"n": grouped(effect.jobs)}
    words = {"n": grouped(effect.responses), "jobs": jobs}
    done = {
        "retry": ngettext(
            "%(n)s response in %(jobs)s is retried",
            "%(n)s responses in %(jobs)s are retried",
            effect.responses,
        ),
        "cancel": ngettext(
            "%(n)s response in %(jobs)s cancelled",
            "%(n)s responses in %(jobs)s cancelled",
            effect.responses,
        ),
    }[act] % words
    kept = ngettext("%(n)s job stays as it is", "%(n)s jobs stay as they are", effect.jobs_kept) % {
        "n": grouped(effect.jobs_kept)
    }
    return "\n".join([done, kept] if effect.jobs_kept else [done])
