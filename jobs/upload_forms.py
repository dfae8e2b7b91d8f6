"""The forms of uploads: what the columns of a file are, and the words that confirm it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jobs.forms import plain
from jobs.models import Product
from jobs.rules import regulations
from jobs.rules.regulations import OPT_OUT
from jobs.uploads.columns import FIELDS, IDENTITY, IGNORE
from jobs.uploads.report import Choices, Report

ACTIONS = [
    ("access", gettext_lazy("Access")),
    ("delete", gettext_lazy("Delete")),
    ("access+delete", gettext_lazy("Access, then delete")),
]
CHOICES = [
    (OPT_OUT, gettext_lazy("Opt out of sale")),
    ("opt-in", gettext_lazy("Opt back in to sale")),
]
MEANINGS = {
    "key": gettext_lazy("Key"),
    "action": gettext_lazy("Action"),
    "regulation": gettext_lazy("Law"),
    "products": gettext_lazy("Products"),
    IGNORE: gettext_lazy("Ignore"),
}


class ColumnsForm(forms.Form):
    """What each column is, and what holds for lines that do not say it themselves."""

    regulation = forms.ChoiceField(label=gettext_lazy("Law"), required=False)
    products = forms.MultipleChoiceField(label=gettext_lazy("Products"), required=False)
    action = forms.ChoiceField(label=gettext_lazy("Action"), required=False)

    def __init__(
        self,
        *args: Any,
        report: Report,
        meanings: list[str],
        known: list[Product],
        may_choose: bool,
        **kwargs: Any,
    ) -> None:
        self.report = report
        super().__init__(*args, **kwargs)
        none = [("", _("Choose…"))]
        for index, column in enumerate(report.columns):
            self.fields[f"column-{index}"] = forms.ChoiceField(
                label=column.label,
                choices=none + [(meaning, meant(meaning)) for meaning in meanings],
                error_messages={"required": _("Choose what this is.")},
            )
        actions = [*ACTIONS, *(CHOICES if may_choose else [])]
        self._choices("regulation", none + list(regulations.choices()))
        self._choices("products", [(product.code, str(product)) for product in known])
        self._choices("action", none + actions)

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def columns(self) -> list[tuple[Any, forms.BoundField]]:
        return [
            (column, self[f"column-{index}"]) for index, column in enumerate(self.report.columns)
        ]

    def clean(self) -> dict[str, Any]:
        """Each field once, one identity at least, and nothing left to be asked."""
        cleaned = super().clean() or self.cleaned_data
        meant_as = [cleaned.get(f"column-{i}", "") for i in range(len(self.report.columns))]
        for index, meaning in enumerate(meant_as):
            if meaning in FIELDS and meaning in meant_as[:index]:
                told = _("Another column is “%s” already.") % meant(meaning)
                self.add_error(f"column-{index}", told)
        if not any(meaning.startswith(IDENTITY) for meaning in meant_as):
            self.add_error(None, _("Choose for one column at least which identity it holds."))
        choice = self.report.choice or cleaned.get("action") in dict(CHOICES)
        needed = ("action",) if choice else ("action", "regulation", "products")
        for name in needed:
            if name not in meant_as and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("No column says it: choose it here, for all lines."))
        return cleaned

    def choices(self) -> Choices:
        """Of a valid form."""
        cleaned = self.cleaned_data
        return Choices(
            columns={
                column.label: cleaned[f"column-{index}"]
                for index, column in enumerate(self.report.columns)
            },
            regulation=cleaned["regulation"],
            products=list(cleaned["products"]),
            action=cleaned["action"],
        )


class ConfirmForm(forms.Form):
    """Deletes are typed; `revision` is what was reviewed."""

    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    confirm = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, deletes: int, **kwargs: Any) -> None:
        self.deletes = deletes
        super().__init__(*args, **kwargs)

    @property
    def phrase(self) -> str:
        n = self.deletes
        return ngettext("delete %(n)s person", "delete %(n)s people", n) % {"n": n}

    def clean_confirm(self) -> str:
        said = str(self.cleaned_data["confirm"])
        if self.deletes and plain(said) != plain(self.phrase):
            raise forms.ValidationError(_("Type “%s” to go on.") % self.phrase)
        return said


def meant(meaning: str) -> str:
    """A column's meaning in words."""
    if meaning.startswith(IDENTITY):
        return _("Identity: %s") % meaning.removeprefix(IDENTITY)
    return str(MEANINGS[meaning])
