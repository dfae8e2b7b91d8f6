"""What people say of themselves, and administrators of their colleagues."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from privacyportal.organizations.models import Organization, User
from privacyportal.organizations.permissions import Role
from privacyportal.organizations.services.languages import offered, spoken, written


class PreferencesForm(forms.ModelForm):
    """How the portal looks to one person, in every organization."""

    language = forms.ChoiceField(required=False)
    time_zone = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": _("This is not a time zone.")}
    )

    class Meta:
        model = User
        fields = ("name", "language", "time_zone", "shortcuts")

    def __init__(self, organization: Organization | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = _("As the organization") if spoken("", organization) else _("As the browser asks")
        languages = [("", usual), *offered(organization)]
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


class InviteForm(forms.Form):
    """Who is invited, as what."""

    email = forms.EmailField(error_messages={"required": _("Write the address of your colleague.")})
    role = forms.ChoiceField(choices=Role.choices, error_messages={"required": _("Choose a role.")})
    language = forms.ChoiceField()

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(offered(organization))
        self.initial.setdefault("language", written("", organization))


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


class SecondFactorForm(forms.Form):
    """From when on it is required: days from now, or not at all."""

    days = forms.TypedChoiceField(
        coerce=int,
        choices=[
            ("7", _("In 7 days")),
            ("14", _("In 14 days")),
            ("30", _("In 30 days")),
            ("0", _("At once")),
        ],
    )


class NewcomerForm(forms.Form):
    """Who accepts an invitation without an account of their own."""

    name = forms.CharField(
        max_length=200, error_messages={"required": _("Write your name, as others see it.")}
    )
    password = forms.CharField(strip=False, error_messages={"required": _("Choose a password.")})

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        whose = User(email=self.email, name=self.cleaned_data.get("name", ""))
        validate_password(password, whose)
        return password
