"""What people say of themselves."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from privacyportal.organizations.models import User


class PreferencesForm(forms.ModelForm):
    """How the portal looks to one person, in every organization."""

    language = forms.ChoiceField(required=False)
    time_zone = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": _("This is not a time zone.")}
    )

    class Meta:
        model = User
        fields = ("name", "language", "time_zone", "shortcuts")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = [("", _("As the browser asks")), *settings.LANGUAGES]
        zones = [("", _("As the organization")), *((name, name) for name in zone_names())]
        for name, choices in (("language", languages), ("time_zone", zones)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


def zone_names() -> list[str]:
    """Zones of places, and UTC: not the many old names."""
    return ["UTC", *sorted(zone for zone in available_timezones() if _of_a_place(zone))]


def _of_a_place(zone: str) -> bool:
    area, _slash, place = zone.partition("/")
    return bool(place) and area not in ("Etc", "SystemV", "US", "posix", "right")
