"""The forms of jobs: what a person typed becomes a checked draft, or every problem with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jobs.models import PrivacyRequest, Product
from jobs.models.requests import Channel
from jobs.rules import clocks, namespaces, regulations
from jobs.rules.states import Action
from jobs.services import namespaces as own_namespaces
from jobs.services import people_text, products, pseudonyms, submission
from jobs.services.drafts import MAX_PEOPLE, PersonDraft, RequestDraft
from jobs.services.organization_clocks import clocks_of
from jobs.services.saved_drafts import Content
from privacyportal.keys.services import fingerprinter
from privacyportal.organizations.models import Organization

# What a draft keeps: all that a person types or chooses, without the confirmation.
TYPED = (
    "regulation",
    "received_on",
    "channel",
    "external_reference",
    "actions",
    "products",
    "namespace",
    "people",
)
REQUEST_ID = re.compile(r"\d{17}RX-\d{3}")
CHANNELS = (Channel.FORM, Channel.LETTER, Channel.PHONE, Channel.EMAIL)
OLDEST = timedelta(days=3660)  # a date before that is a slip of the year
TEXT_LENGTH = 500_000
SHOWN = 100  # problems of lines


# Opt-outs of sale have their own way (see the consent app).
ASKED = [(action.value, action.label) for action in (Action.ACCESS, Action.DELETE)]


class RequestForm(forms.Form):
    """A request as an officer or one of the staff types it."""

    regulation = forms.ChoiceField(
        label=gettext_lazy("Law"), error_messages={"required": gettext_lazy("Choose a law.")}
    )
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        error_messages={
            "required": gettext_lazy("Say on which day the request was received."),
            "invalid": gettext_lazy("This is not a date. Write it as 2026-01-31."),
        },
    )
    channel = forms.ChoiceField(label=gettext_lazy("Channel"))
    external_reference = forms.CharField(
        label=gettext_lazy("External reference"), max_length=200, required=False
    )
    actions = forms.MultipleChoiceField(
        label=gettext_lazy("What is asked?"),
        choices=ASKED,
        error_messages={"required": gettext_lazy("Choose access, delete or both.")},
    )
    products = forms.MultipleChoiceField(
        label=gettext_lazy("At which products?"),
        error_messages={"required": gettext_lazy("Choose one product at least.")},
    )
    namespace = forms.ChoiceField(label=gettext_lazy("Read values as"))
    people = forms.CharField(
        label=gettext_lazy("Who?"),
        max_length=TEXT_LENGTH,
        strip=False,
        error_messages={"required": gettext_lazy("Write one person at least.")},
    )
    confirm = forms.CharField(label=gettext_lazy("Confirmation"), max_length=200, required=False)
    request_id = forms.CharField(max_length=40, required=False)
    draft_id = forms.UUIDField(required=False)

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        self.organization = organization
        known = Product.objects.for_organization(organization).select_related("current_settings")
        self.known = list(known.order_by("code"))
        self.custom = own_namespaces.custom(organization)
        self.own = [*products.namespaces(organization), *(n.name for n in self.custom.values())]
        super().__init__(*args, **kwargs)
        self.initial = {**self._initial(), **self.initial}
        self._choices("regulation", [(law.code, _in_words(law)) for law in regulations.REGULATIONS])
        self._choices("channel", [(channel.value, channel.label) for channel in CHANNELS])
        self._choices("products", [(product.code, str(product)) for product in self.known])
        self._choices("namespace", self._namespaces())

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _initial(self) -> dict[str, Any]:
        """The law that was used last; every product that is not paused."""
        last = (
            PrivacyRequest.objects.for_organization(self.organization)
            .order_by("-created_at", "-pk")
            .values_list("regulation", flat=True)
            .first()
        )
        return {
            "regulation": last or "",
            "received_on": self.today,
            "channel": Channel.FORM,
            "actions": [Action.ACCESS],
            "products": [product.code for product in self.known if not product.paused_at],
            "namespace": "email",
            "request_id": submission.new_request_id(),
            "draft_id": uuid4(),
        }

    def _namespaces(self) -> list[tuple[str, str]]:
        """What products use and the organization registered first, then the other standard ones."""
        named = {n.canonical: n.name for n in namespaces.STANDARD}
        used = [namespaces.canonical(name) for name in ("email", *self.own)]
        spelled = {namespaces.canonical(name): name for name in self.own} | named
        return [(name, spelled[name]) for name in dict.fromkeys((*used, *named))]

    @cached_property
    def today(self) -> date:
        return timezone.now().astimezone(ZoneInfo(self.organization.time_zone)).date()

    @cached_property
    def reading(self) -> people_text.Reading:
        """What the text of the people says, however the rest of the form is."""
        text = str(self["people"].value() or "")[:TEXT_LENGTH]
        default = str(self["namespace"].value())
        allowed = dict(self._namespaces())
        return people_text.read(
            text, default=allowed.get(default, "Email"), own=self.own, custom=self.custom
        )

    @cached_property
    def kept_as(self) -> UUID:
        """The id of the form's draft, whether it was saved yet or not."""
        try:
            return UUID(str(self["draft_id"].value()))
        except ValueError:
            return uuid4()

    @property
    def phrase(self) -> str:
        """What is typed to confirm a delete."""
        count = len(self.reading.people)
        return ngettext("delete %(n)s person", "delete %(n)s people", count) % {"n": count}

    def clean_received_on(self) -> date:
        received: date = self.cleaned_data["received_on"]
        if received > self.today:
            raise forms.ValidationError(_("This day is still to come. Choose today or earlier."))
        if received < self.today - OLDEST:
            raise forms.ValidationError(_("This is more than ten years ago. Check the year."))
        return received

    def clean_people(self) -> str:
        found = self.reading
        if found.problems:
            raise forms.ValidationError([*map(str, found.problems[:SHOWN]), *_more(found)])
        if not found.people:
            raise forms.ValidationError(_("Write one person at least."))
        return str(self.cleaned_data["people"])

    def clean_request_id(self) -> str:
        given = str(self.cleaned_data["request_id"])
        return given if REQUEST_ID.fullmatch(given) else submission.new_request_id()

    def clean(self) -> dict[str, Any]:
        """The confirmation is asked for once everything else is right."""
        cleaned = super().clean() or self.cleaned_data
        deletes = not self.errors and Action.DELETE in cleaned["actions"]
        if deletes and plain(cleaned["confirm"]) != plain(self.phrase):
            self.add_error("confirm", _("Type “%s” to go on.") % self.phrase)
        return cleaned

    def draft(self) -> RequestDraft:
        """Of a valid form."""
        cleaned = self.cleaned_data
        actions = _ordered(cleaned["actions"])
        prints = fingerprinter(self.organization.pk)
        return RequestDraft(
            regulation=cleaned["regulation"],
            regulation_given=cleaned["regulation"],
            products=tuple(cleaned["products"]),
            people=tuple(
                PersonDraft(
                    person.key or pseudonyms.pseudonym(prints, person.identities),
                    actions,
                    person.identities,
                )
                for person in self.reading.people
            ),
            channel=cleaned["channel"],
            request_id=cleaned["request_id"],
            received_at=self._received_at(cleaned["received_on"]),
            external_reference=cleaned["external_reference"],
        )

    def content(self) -> Content:
        """Of a form in any state: what can be read of it, and all that was typed."""
        typed = {name: self[name].value() for name in TYPED}
        actions = _ordered(typed["actions"] or [])
        chosen = set(typed["products"] or [])
        return Content(
            RequestDraft(
                regulation=str(typed["regulation"] or ""),
                regulation_given=str(typed["regulation"] or ""),
                products=tuple(p.code for p in self.known if p.code in chosen),
                people=tuple(
                    PersonDraft(person.key, actions, person.identities)
                    for person in self.reading.people[:MAX_PEOPLE]
                ),
                request_id=str(self["request_id"].value() or ""),
            ),
            {name: _cut(value) for name, value in typed.items()},
        )

    def _received_at(self, day: date) -> datetime:
        """Noon of a past day: it is the same day on both sides of a change of clocks."""
        if day == self.today:
            return timezone.now()
        return datetime.combine(day, time(12), ZoneInfo(self.organization.time_zone))


def typed_again(content: Content, organization: Organization) -> dict[str, Any]:
    """What a form begins with that goes on with a draft."""
    draft = content.draft
    if content.form:
        return {**content.form, "request_id": draft.request_id}
    received = draft.received_at or timezone.now()
    people = pseudonyms.without(fingerprinter(organization.pk), draft.people)
    return {
        "regulation": draft.regulation,
        "received_on": received.astimezone(ZoneInfo(organization.time_zone)).date(),
        "channel": draft.channel,
        "external_reference": draft.external_reference,
        "actions": list(dict.fromkeys(action for p in draft.people for action in p.actions)),
        "products": list(draft.products),
        "people": people_text.write(people),
        "request_id": draft.request_id,
    }


class LawForm(forms.Form):
    """What the note on a law depends on; what cannot be read is left out."""

    regulation = forms.CharField(required=False)
    received_on = forms.DateField(required=False)
    actions = forms.MultipleChoiceField(choices=ASKED, required=False)

    def note(self, organization: Organization) -> dict[str, Any]:
        self.is_valid()
        cleaned = self.cleaned_data
        now = timezone.now().astimezone(ZoneInfo(organization.time_zone))
        day = cleaned.get("received_on") or now.date()
        return law_note(
            organization, cleaned.get("regulation", ""), day, cleaned.get("actions", [])
        )


def law_note(
    organization: Organization, code: str, received_on: date, actions: list[str]
) -> dict[str, Any]:
    """Window, due date and warnings of a law for the chosen actions, for the page."""
    law = regulations.lookup(code)
    if law is None:
        return {"law": None}
    noon = datetime.combine(received_on, time(12), ZoneInfo(organization.time_zone))
    chosen = [action for action in Action if action in actions] or [Action.ACCESS]
    own = clocks_of(organization)
    dues = {
        action: own.due(regulation=law.code, action=action, received_at=noon) for action in chosen
    }
    alike = len({due.due_on for due in dues.values()}) == 1
    return {
        "law": law,
        "dues": [
            {
                "action": "" if alike else action.label,
                "due_on": due.due_on,
                "why": clocks.explain(due),
                "late": due.due_on < timezone.now().date(),
            }
            for action, due in list(dues.items())[: 1 if alike else None]
        ],
        "warnings": [text for action in actions if (text := clocks.warning(law.code, action))],
    }


def _ordered(actions: Sequence[str]) -> tuple[str, ...]:
    """In the order of effect."""
    return tuple(action for action in Action.values if action in actions)


def _cut(value: Any) -> Any:
    """As JSON, and no longer than a form may be."""
    if isinstance(value, list):
        return [str(one)[:200] for one in value[:1000]]
    return "" if value is None else str(value)[:TEXT_LENGTH]


def _in_words(law: regulations.Regulation) -> str:
    short = "" if law.label in law.name else f" ({law.label})"
    return f"{law.place} · {law.name}{short}"


def _more(found: people_text.Reading) -> list[str]:
    more = len(found.problems) - SHOWN
    if more <= 0:
        return []
    return [ngettext("%(n)s more problem.", "%(n)s more problems.", more) % {"n": more}]


def plain(words: str) -> str:
    """Words that confirm, as they are compared."""
    return " ".join(words.casefold().split())
