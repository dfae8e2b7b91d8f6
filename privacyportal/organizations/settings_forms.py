"""The forms of what an organization's mails and pages look like."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from privacyportal.organizations.models import Organization
from privacyportal.organizations.services import logo
from privacyportal.organizations.services.logo import Picture, Unfit

COLOR = re.compile(r"#[0-9a-f]{6}")
CONTRAST = 4.5  # of white letters on it, WCAG 1.4.3
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class MailForm(forms.ModelForm):
    """From whom its mails are, and who is answered."""

    class Meta:
        model = Organization
        fields = ("mail_name", "mail_address")

    def clean_mail_name(self) -> str:
        """A line break would begin another header, a change of direction shows another name."""
        name = str(self.cleaned_data["mail_name"])
        if UNSEEN.search(name):
            raise ValidationError(_("A name has no line breaks or other invisible characters."))
        if "@" in name or "<" in name:
            raise ValidationError(_("Write a name only; the address has a field of its own."))
        return " ".join(name.split())


class BrandForm(forms.Form):
    """Colour and logo. `picture` is a logo that was looked at, as it would be kept, in base64: it
    is read again as if it were the file. A `file` that is chosen goes before it."""

    brand_color = forms.CharField(max_length=20, required=False)
    picture = forms.CharField(max_length=2 * logo.KEPT, required=False)
    file = forms.FileField(required=False)

    def clean_brand_color(self) -> str:
        color = str(self.cleaned_data["brand_color"]).strip().lower()
        if color and not COLOR.fullmatch(color):
            raise ValidationError(_("Write it as #005f73."))
        if color and (found := contrast(color)) < CONTRAST:
            told = _("White letters on it have a contrast of %(found).1f; 4.5 is needed: darker.")
            raise ValidationError(told % {"found": found})
        return color

    def clean_picture(self) -> Picture | None:
        try:
            return logo.read(b64decode(given)) if (given := self.cleaned_data["picture"]) else None
        except (Unfit, ValueError):
            raise ValidationError(_("Choose the picture again.")) from None

    def clean_file(self) -> Picture | None:
        file = self.cleaned_data["file"]
        if not file:
            return None
        try:
            return logo.read(file.read(logo.MOST_BYTES + 1))
        except Unfit as error:
            raise ValidationError(str(error)) from None

    @property
    def chosen(self) -> Picture | None:
        given: dict[str, Any] = self.cleaned_data
        return given.get("file") or given.get("picture")


def contrast(color: str) -> float:
    """Of white on a colour (#rrggbb), as WCAG 2 computes it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)
