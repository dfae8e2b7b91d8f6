"""The form of a choice: what staff and officers type becomes a checked draft, or every problem."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.services.calls import ConsentDraft
from jobs.models.requests import Channel
from jobs.rules import namespaces
from jobs.services import namespaces as own_namespaces
from jobs.services import people_text
from jobs.services.drafts import IdentityDraft
from jobs.services.overview import today
from privacyportal.organizations.models import Organization

TEXT_LENGTH = 500_000
SHOWN = 100  # problems of lines
CHANNELS = (Channel.PHONE, Channel.EMAIL, Channel.LETTER, Channel.FORM)


class ConsentForm(forms.Form):
    choice = forms.ChoiceField(
        choices=[
            ("out", gettext_lazy("Opt out of sale")),
            ("in", gettext_lazy("Opt back in to sale")),
        ],
        error_messages={"required": gettext_lazy("Choose out or back in.")},
    )
    channel = forms.ChoiceField(choices=[(c.value, c.label) for c in CHANNELS])
    received_on = forms.DateField(
        error_messages={
            "required": gettext_lazy("Say on which day the choice was received."),
            "invalid": gettext_lazy("This is not a date. Write it as 2026-01-31."),
        }
    )
    namespace = forms.ChoiceField()
    values = forms.CharField(
        max_length=TEXT_LENGTH,
        strip=False,
        error_messages={"required": gettext_lazy("Write one identity at least.")},
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        self.organization = organization
        self.custom = own_namespaces.custom(organization)
        super().__init__(*args, **kwargs)
        self.today = today(organization)
        self.initial = {
            "choice": "out",
            "channel": CHANNELS[0].value,
            "received_on": self.today,
            "namespace": "email",
            **self.initial,
        }
        field = self.fields["namespace"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = self._namespaces()

    def _namespaces(self) -> list[tuple[str, str]]:
        standard = {n.canonical: n.name for n in namespaces.STANDARD}
        own = {canonical: namespace.name for canonical, namespace in self.custom.items()}
        return list((own | standard).items())

    @cached_property
    def reading(self) -> people_text.Reading:
        """What the text says, however the rest of the form is."""
        named = dict(self._namespaces())
        return people_text.read(
            self.data.get("values", "")[:TEXT_LENGTH],
            default=named.get(self.data.get("namespace", ""), "Email"),
            own=[namespace.name for namespace in self.custom.values()],
            custom=self.custom,
        )

    @property
    def identities(self) -> tuple[IdentityDraft, ...]:
        return tuple(one for person in self.reading.people for one in person.identities)

    def clean_received_on(self) -> date:
        received: date = self.cleaned_data["received_on"]
        if received > self.today:
            raise forms.ValidationError(_("This day is still to come. Choose today or earlier."))
        return received

    def clean_values(self) -> str:
        problems = self.reading.problems
        if problems:
            raise forms.ValidationError([str(problem) for problem in problems[:SHOWN]])
        if not self.identities:
            raise forms.ValidationError(_("Write one identity at least."))
        return str(self.cleaned_data["values"])

    def draft(self) -> ConsentDraft:
        """Of a valid form."""
        cleaned = self.cleaned_data
        return ConsentDraft(
            opted_out=cleaned["choice"] == "out",
            identities=self.identities,
            channel=cleaned["channel"],
            received_at=self._received_at(cleaned["received_on"]),
        )

    def _received_at(self, day: date) -> datetime:
        """Noon of a past day: it is the same day on both sides of a change of clocks."""
        if day == self.today:
            return timezone.now()
        return datetime.combine(day, time(12), ZoneInfo(self.organization.time_zone))
