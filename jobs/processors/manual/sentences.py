"""What outcomes of this processor say, by the key of their detail."""

from django.utils.translation import gettext_lazy as _

from jobs.rules.task_answers import Refusal

SENTENCES = {
    "manual.given": _("People see to this: it is a task of theirs, and waits for their answer."),
    f"manual.{Refusal.DUTY}": _("Refused by the people who see to it: the law asks to keep it."),
    f"manual.{Refusal.CLAIM}": _(
        "Refused by the people who see to it: it is needed for a legal claim."
    ),
    f"manual.{Refusal.IDENTITY}": _(
        "Refused by the people who see to it: it is not certain that this is the person."
    ),
    f"manual.{Refusal.UNREACHABLE}": _("The records could not be reached by who sees to them."),
    f"manual.{Refusal.OTHER}": _(
        "Refused by the people who see to it. What they wrote stands at their task."
    ),
    "manual.answered": _("Somebody has answered already: it can no longer be taken back."),
}
