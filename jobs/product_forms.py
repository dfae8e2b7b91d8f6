"""The forms of products: a processor says what its settings ask, and every problem of a document is
shown at the field that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.models import Product
from jobs.processors.base import Problem, Processor, Setting

PREFIX = "s-"  # of fields that are settings
LONGEST = 500_000
MOST_PARALLEL, MOST_PER_MINUTE = 32, 1_000_000


class JsonField(forms.CharField):
    """A part of the document that has no fields of its own, as JSON."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise ValidationError(
                _("This is not JSON: %(error)s.") % {"error": str(error)}
            ) from None

    def prepare_value(self, value: Any) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


class LinesField(forms.CharField):
    """A list of texts, one in a line."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        return [
            line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()
        ]

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else "\n".join(value or [])


class SettingsForm(forms.Form):
    """The settings of one product. A secret that is there already may be left empty: it stays."""

    def __init__(
        self,
        processor: type[Processor],
        data: Mapping[str, Any] | None = None,
        *,
        mapping: Mapping[str, Any] | None = None,
        members: Sequence[tuple[str, str]] = (),
    ) -> None:
        """`members` are those of the organization to choose from: address and name."""
        self.processor, self.known = processor, mapping is not None
        given = mapping or {s.name: s.default for s in processor.fields if s.default is not None}
        super().__init__(data, initial={PREFIX + name: value for name, value in given.items()})
        for setting in processor.fields:
            self.fields[PREFIX + setting.name] = _field(setting, self.known, members)

    @property
    def document(self) -> dict[str, Any]:
        """What was typed, without what was left empty; whether it is right, `validate` says."""
        return {
            setting.name: value
            for setting in self.processor.fields
            if (value := self.cleaned_data.get(PREFIX + setting.name)) not in (None, "", [])
        }

    def tell(self, problems: Iterable[Problem]) -> None:
        """Shows problems of the document at their fields, and what has none above all."""
        for problem in problems:
            name, _dot, rest = problem.path.partition(".")
            field: str | None = PREFIX + name.partition("[")[0]
            if field not in self.fields:
                field = problem.path if problem.path in self.fields else None
            inner = rest or (name if "[" in name else "")
            self.add_error(field, f"{inner}: {problem.message}" if inner else problem.message)


class ProductForm(SettingsForm):
    """A product that is set up: its code and name stand beside its settings."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=100,
        help_text=gettext_lazy("What programs call it, like crm. It stays what it is."),
        error_messages={"required": gettext_lazy("Give it a code.")},
    )
    display_name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("What people read instead of the code."),
    )


class LimitsForm(forms.Form):
    """How much of a product's work is done at once."""

    display_name = forms.CharField(max_length=200, required=False)
    parallel_limit = forms.IntegerField(min_value=1, max_value=MOST_PARALLEL, required=False)
    per_minute = forms.IntegerField(min_value=1, max_value=MOST_PER_MINUTE, required=False)

    @classmethod
    def of(cls, product: Product) -> LimitsForm:
        names = ("display_name", "parallel_limit", "per_minute")
        return cls(initial={name: getattr(product, name) for name in names})


def _field(setting: Setting, known: bool, members: Sequence[tuple[str, str]]) -> forms.Field:
    secret = setting.kind == "secret"
    # A mapping may be made by choosing; whether it is enough, the processor says.
    required = setting.required and setting.kind != "mapping" and not (secret and known)
    usual: dict[str, Any] = {
        "label": setting.label,
        "help_text": setting.help,
        "required": required,
        "error_messages": {"required": gettext_lazy("This is needed.")},
    }
    match setting.kind:
        case "number":
            return forms.IntegerField(**usual)
        case "flag":
            return forms.BooleanField(**{**usual, "required": False})
        case "choice":
            return forms.ChoiceField(choices=_choices(setting.choices, required), **usual)
        case "lines":
            return LinesField(max_length=LONGEST, **usual)
        case "members":
            return forms.MultipleChoiceField(choices=members, **usual)
        case "long":
            return forms.CharField(max_length=LONGEST, widget=forms.Textarea, **usual)
        case "mapping":
            return JsonField(max_length=LONGEST, **usual)
        case "secret":
            widget = forms.PasswordInput(attrs={"autocomplete": "off"})
            return forms.CharField(max_length=LONGEST, widget=widget, **usual)
    return forms.CharField(max_length=LONGEST, **usual)


def _choices(given: Sequence[tuple[str, Any]], required: bool) -> list[tuple[str, Any]]:
    return list(given) if required else [("", "–"), *given]
