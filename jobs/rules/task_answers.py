"""What people answer to a manual task."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TaskAnswer(TextChoices):
    DONE = "done", _("Done")
    NOTHING = "nothing", _("Nothing found")
    REFUSED = "refused", _("Refused")


class Refusal(TextChoices):
    """Why nothing was done; it goes into the outcome, and never what was written about it."""

    DUTY = "duty", _("The law asks us to keep it")
    CLAIM = "claim", _("It is needed for a legal claim")
    IDENTITY = "identity", _("It is not certain that this is the person")
    UNREACHABLE = "unreachable", _("The records could not be reached")
    OTHER = "other", _("Another reason")
