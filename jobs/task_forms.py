"""What people answer to a manual task."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.rules.task_answers import Refusal, TaskAnswer
from jobs.services.manual_tasks import LONGEST

MOST_RECORDS = 2**31 - 1


class AnswerForm(forms.Form):
    """One of three answers, and what goes with it."""

    answer = forms.ChoiceField(
        choices=TaskAnswer.choices,
        error_messages={"required": gettext_lazy("Choose what came of it.")},
    )
    records = forms.IntegerField(min_value=0, max_value=MOST_RECORDS, required=False)
    refusal = forms.ChoiceField(choices=[("", ""), *Refusal.choices], required=False)
    text = forms.CharField(max_length=LONGEST, required=False)

    def clean(self) -> dict[str, Any]:
        """A refusal has a reason, and another reason is told in words."""
        given = super().clean() or {}
        if given.get("answer") != TaskAnswer.REFUSED:
            given["refusal"] = ""
        elif not given.get("refusal"):
            self.add_error("refusal", _("Say why: the person has a right to know."))
        elif given["refusal"] == Refusal.OTHER and not given.get("text"):
            self.add_error("text", _("Write down what the reason is."))
        if given.get("answer") != TaskAnswer.DONE:
            given["records"] = 0
        return given
