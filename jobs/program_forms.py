"""The forms of programs and of their webhooks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.models import Webhook
from jobs.rules.events import Kind
from jobs.services.webhooks import WebhookDraft
from privacyportal import outbound
from privacyportal.organizations.models import ApiCredential
from privacyportal.organizations.permissions import GRANTABLE
from privacyportal.organizations.services.credentials import LONGEST_OVERLAP

NAME_LENGTH = 200
KIND_WORDS = {
    Kind.PRODUCT_COMPLETE: gettext_lazy("A product has done its part of a job"),
    Kind.PRODUCT_ERROR: gettext_lazy("A product failed, or its part was cancelled"),
    Kind.JOB_COMPLETE: gettext_lazy("Every product of a job is complete"),
    Kind.JOB_ERROR: gettext_lazy("A job has ended, and not all of it is complete"),
}


class ProgramForm(forms.Form):
    """A program's name, and what it may."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        error_messages={"required": gettext_lazy("Give it a name by which you know it again.")},
    )
    permissions = forms.MultipleChoiceField(
        choices=[(permission.value, permission.value) for permission in GRANTABLE],
        error_messages={"required": gettext_lazy("Choose what it may do: one thing at least.")},
    )


class RotateForm(forms.Form):
    """How long the secret of before still works. The time is one of the active time zone."""

    how = forms.ChoiceField(choices=[("until", ""), ("now", "")])
    until = forms.DateTimeField(
        required=False,
        error_messages={"invalid": gettext_lazy("Write a day and an hour, like 2026-12-06 09:00.")},
    )

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if self.cleaned_data.get("how") != "until":
            return None
        if until is None:
            raise ValidationError(_("Say until when the old secret works."))
        if until <= timezone.now():
            raise ValidationError(_("This is over already: choose a later time."))
        if until > timezone.now() + LONGEST_OVERLAP:
            days = {"days": LONGEST_OVERLAP.days}
            raise ValidationError(_("Choose a time within the next %(days)s days.") % days)
        return until


class WebhookForm(forms.Form):
    """Whom events are told, and which."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        error_messages={"required": gettext_lazy("Give it a name by which you know it again.")},
    )
    url = forms.CharField(
        max_length=outbound.LONGEST_URL,
        error_messages={"required": gettext_lazy("Write the address that is called.")},
    )
    kinds = forms.TypedMultipleChoiceField(
        coerce=lambda value: Kind(int(value)),
        choices=[(str(int(kind)), kind.code) for kind in Kind],
        error_messages={"required": gettext_lazy("Choose what is told: one kind at least.")},
    )

    @classmethod
    def of(cls, webhook: Webhook) -> WebhookForm:
        kinds = [str(kind) for kind in webhook.kinds]
        return cls(initial={"name": webhook.name, "url": webhook.url, "kinds": kinds})

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if found := outbound.problems(url):
            raise ValidationError(found)
        return url

    @property
    def draft(self) -> WebhookDraft:
        given = self.cleaned_data
        return WebhookDraft(given["name"], given["url"], tuple(sorted(given["kinds"])))

    @property
    def chosen(self) -> set[str]:
        return set(self["kinds"].value() or ())


class NewWebhookForm(WebhookForm):
    """One that is registered for a program."""

    program = forms.ChoiceField(
        error_messages={"required": gettext_lazy("Choose the program that it belongs to.")}
    )

    def __init__(self, programs: Iterable[ApiCredential], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["program"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.client_id, one.name) for one in programs]
