"""The forms of an organization's settings: what it is, and the clocks that it sets."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.rules import regulations
from jobs.rules.clocks import Calendar
from jobs.services.organization_clocks import Clocks, Override
from privacyportal.organizations.forms import zone_names
from privacyportal.organizations.models import Organization

COLOR = re.compile(r"#[0-9a-f]{6}")
CONTRAST = 4.5  # of white letters on it, WCAG 1.4.3
DAYS_MOST = 3650
ROW = ("regulation", "action", "amount", "unit", "reason")


class OrganizationForm(forms.ModelForm):
    """What it is called, whose days count, how long packages are kept, its colour."""

    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    opt_out_regulation = forms.ChoiceField(label=gettext_lazy("Law of opt-outs"))
    package_days = forms.IntegerField(
        label=gettext_lazy("Days that packages are kept"),
        min_value=1,
        max_value=DAYS_MOST,
        required=False,
    )

    class Meta:
        model = Organization
        fields = ("name", "time_zone", "opt_out_regulation", "package_days", "brand_color")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        laws = [(law.code, str(law)) for law in regulations.REGULATIONS]
        zones = [(name, name) for name in zone_names()]
        for name, choices in (("time_zone", zones), ("opt_out_regulation", laws)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean_brand_color(self) -> str:
        color = str(self.cleaned_data["brand_color"]).strip().lower()
        if color and not COLOR.fullmatch(color):
            raise ValidationError(_("Write it as #005f73."))
        if color and (found := contrast(color)) < CONTRAST:
            told = _("White letters on it have a contrast of %(found).1f; 4.5 is needed: darker.")
            raise ValidationError(told % {"found": found})
        return color

    @property
    def usual_days(self) -> int:
        return settings.PACKAGE_DAYS


def contrast(color: str) -> float:
    """Of white on a colour (#rrggbb), as WCAG 2 computes it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def read_clocks(given: QueryDict) -> tuple[list[Override], Calendar]:
    """Rows and calendar of a form; a row in which nothing is typed is none."""
    rows = zip(*(given.getlist(name) for name in ROW), strict=False)
    overrides = [
        Override(law, action, _number(amount), unit, reason.strip())
        for law, action, amount, unit, reason in rows
        if amount.strip() or reason.strip() or law
    ]
    days = frozenset(int(day) for day in given.getlist("workday") if day in set("0123456"))
    return overrides, Calendar(days, given.get("holidays", ""))


def shown_clocks(clocks: Clocks) -> list[dict[str, Any]]:
    """Its overrides as rows, and one to be filled in."""
    rows = [{name: getattr(one, name) for name in ROW} for one in clocks.given]
    return [*rows, dict.fromkeys(ROW, "")]


def _number(text: str) -> int:
    return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text) < 6 else 0
