"""The forms of an organization's settings: what it is, and the clocks that it sets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.rules import regulations
from jobs.rules.clocks import Calendar
from jobs.services.organization_clocks import Clocks, Override
from privacyportal.organizations.forms import zone_names
from privacyportal.organizations.models import Organization
from privacyportal.organizations.services.languages import offered

DAYS_MOST = 3650
ROW = ("regulation", "action", "amount", "unit", "reason")


class OrganizationForm(forms.ModelForm):
    """What it is called, whose days count, what it speaks, how long packages are kept."""

    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    languages = forms.MultipleChoiceField(
        choices=settings.LANGUAGES,
        error_messages={"required": gettext_lazy("Offer one language at least.")},
    )
    language = forms.ChoiceField(
        choices=[("", gettext_lazy("As the browser asks")), *settings.LANGUAGES], required=False
    )
    opt_out_regulation = forms.ChoiceField(label=gettext_lazy("Law of opt-outs"))
    package_days = forms.IntegerField(
        label=gettext_lazy("Days that packages are kept"),
        min_value=1,
        max_value=DAYS_MOST,
        required=False,
    )

    class Meta:
        model = Organization
        fields = (
            "name", "time_zone", "languages", "language", "opt_out_regulation", "package_days",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["languages"] = [code for code, _name in offered(self.instance)]
        laws = [(law.code, str(law)) for law in regulations.REGULATIONS]
        zones = [(name, name) for name in zone_names()]
        for name, choices in (("time_zone", zones), ("opt_out_regulation", laws)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """All languages are none in particular: then those that come later are offered too."""
        given = self.cleaned_data
        chosen, usual = given.get("languages") or [], given.get("language") or ""
        if usual and chosen and usual not in chosen:
            self.add_error("language", _("Choose one of the languages that are offered."))
        given["languages"] = [] if len(chosen) == len(settings.LANGUAGES) else chosen
        return given

    @property
    def usual_days(self) -> int:
        return settings.PACKAGE_DAYS


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
