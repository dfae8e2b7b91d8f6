"""What an officer is asked before an act on a whole request, and told after it; and how long the
rest of it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.services.request_acts import Done
from jobs.services.request_progress import Work
from jobs.views.act_words import DONE, Offer


def left(time: timedelta) -> str:
    """ "about 4 minutes left"."""
    seconds = time.total_seconds()
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    if minutes < 120:
        words = ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes)
        return words % {"n": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("about %(n)s hour left", "about %(n)s hours left", hours) % {"n": hours}
    days = round(hours / 24)
    return ngettext("about %(n)s day left", "about %(n)s days left", days) % {"n": days}


def offers(work: Work) -> list[Offer]:
    """The acts that would change something now."""
    numbers = {"retry": work.retriable, "release": work.held, "cancel": work.cancellable}
    return [write(numbers[name]) for name, write in WORDS.items() if numbers[name]]


def _retry(n: int) -> Offer:
    return Offer(
        name="retry",
        icon="refresh",
        danger=False,
        button=ngettext("Retry %(n)s error", "Retry %(n)s errors", n) % {"n": n},
        question=ngettext("Retry %(n)s error?", "Retry all %(n)s errors?", n) % {"n": n},
        effect=ngettext(
            "%(n)s product response of this request is asked again, from the start. A delete that "
            "waits for it begins by itself once it succeeds.",
            "%(n)s product responses of this request are asked again, from the start. Deletes that "
            "wait for them begin by themselves once they succeed.",
            n,
        )
        % {"n": n},
        verb=ngettext("Retry %(n)s response", "Retry %(n)s responses", n) % {"n": n},
    )


def _release(n: int) -> Offer:
    return Offer(
        name="release",
        icon="check",
        danger=True,
        button=ngettext("Release %(n)s delete…", "Release %(n)s deletes…", n) % {"n": n},
        question=ngettext("Release %(n)s delete?", "Release all %(n)s deletes?", n) % {"n": n},
        effect=ngettext(
            "The access of that person gave no data. %(n)s delete begins all the same. It cannot "
            "be undone.",
            "The accesses of those persons gave no data. %(n)s deletes begin all the same. They "
            "cannot be undone.",
            n,
        )
        % {"n": n},
        verb=ngettext("Release %(n)s delete", "Release %(n)s deletes", n) % {"n": n},
    )


def _cancel(n: int) -> Offer:
    return Offer(
        name="cancel",
        icon="ban",
        danger=True,
        button=_("Cancel what has not begun…"),
        question=_("Cancel what has not begun?"),
        effect=ngettext(
            "%(n)s product response of this request ends without anything being done there. What "
            "has begun or ended stays as it is. Its job cannot become complete.",
            "%(n)s product responses of this request end without anything being done there. What "
            "has begun or ended stays as it is. Their jobs cannot become complete.",
            n,
        )
        % {"n": n},
        verb=ngettext("Cancel %(n)s response", "Cancel %(n)s responses", n) % {"n": n},
    )


WORDS: dict[str, Callable[[int], Offer]] = {
    "retry": _retry,
    "release": _release,
    "cancel": _cancel,
}


def result(name: str, done: Done) -> str:
    """A headline, then how many jobs it was."""
    if not done.responses:
        return _("Nothing was changed: the request has moved on.")
    headline = DONE[name](done.responses) % {"n": done.responses}
    lines = [headline, ngettext("In %(n)s job.", "In %(n)s jobs.", done.jobs) % {"n": done.jobs}]
    if done.more:
        lines.append(_("There are more: do it again for the rest."))
    return "\n".join(lines)
