"""The settings of this processor: who does the work, what they are told, how long they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.processors import remote
from jobs.processors.base import Problem, Setting
from jobs.rules.states import Action

DAYS, REMIND_DAYS = 7, 2
LONGEST = 10_000
MOST_PEOPLE = 200
INSTRUCTIONS: Mapping[str, str] = {
    Action.ACCESS: "access_instructions",
    Action.DELETE: "delete_instructions",
    Action.OPT_OUT: "opt_out_instructions",
}
FIELDS = (
    Setting(
        "members",
        gettext_lazy("Members who do the work"),
        gettext_lazy("They find it under “My tasks”. Each task goes to one of them, in turn."),
        "members",
        required=False,
    ),
    Setting(
        "outside",
        gettext_lazy("Others who do the work"),
        gettext_lazy(
            "E-mail addresses of people without an account, one in a line. They get a link that"
            " opens their own tasks, and nothing else."
        ),
        "lines",
        required=False,
    ),
    Setting(
        "access_instructions",
        gettext_lazy("What to do for an access"),
        gettext_lazy("Where to look, what to copy, and what must not be given out."),
        "long",
    ),
    Setting(
        "delete_instructions",
        gettext_lazy("What to do for a delete"),
        gettext_lazy("What is destroyed and how, and what must be kept."),
        "long",
    ),
    Setting(
        "opt_out_instructions",
        gettext_lazy("What to do for an opt-out of sale"),
        gettext_lazy("Left empty, nobody here is told of opt-outs."),
        "long",
        required=False,
    ),
    Setting(
        "days",
        gettext_lazy("Days they have"),
        gettext_lazy("From when the task is given. It is never due after the request is."),
        "number",
        required=False,
        default=DAYS,
    ),
    Setting(
        "remind_days",
        gettext_lazy("Remind them (days before)"),
        gettext_lazy("And once more each day after it was due."),
        "number",
        required=False,
        default=REMIND_DAYS,
    ),
    Setting(
        "namespaces",
        gettext_lazy("Identities they are shown"),
        gettext_lazy("Namespaces, one in a line, like email. Left empty: all of a person."),
        "lines",
        required=False,
    ),
)


def problems(document: Any) -> Iterator[Problem]:
    if not isinstance(document, Mapping):
        yield Problem("", _("The settings must be a JSON object."))
        return
    yield from remote.unknown_keys(document, [field.name for field in FIELDS])
    for action, name in INSTRUCTIONS.items():
        yield from _long_problems(document, name, required=action != Action.OPT_OUT)
    yield from remote.number_problems(document, "days", 1, 90)
    yield from remote.number_problems(document, "remind_days", 0, 30)
    yield from remote.lines_problems(document, "namespaces")
    people = [problem for name in ("members", "outside") for problem in _people(document, name)]
    yield from people
    if not people and not document.get("members") and not document.get("outside"):
        yield Problem("members", _("Choose somebody who does the work, or write an address below."))


def _long_problems(document: Mapping[str, Any], name: str, *, required: bool) -> Iterator[Problem]:
    given = document.get(name)
    if given in (None, ""):
        if required:
            yield Problem(name, _("Say what is to be done: whoever has the task reads it."))
    elif not isinstance(given, str):
        yield Problem(name, _("This must be text."))
    elif len(given) > LONGEST or "\0" in given:
        yield Problem(name, _("This is too long, or holds a character that cannot be kept."))


def _people(document: Mapping[str, Any], name: str) -> Iterator[Problem]:
    found = list(remote.lines_problems(document, name))
    yield from found
    given = document.get(name)
    if found or given is None:
        return
    if len(given) > MOST_PEOPLE:
        yield Problem(name, _("At most %(n)s people.") % {"n": MOST_PEOPLE})
    for index, address in enumerate(given):
        try:
            validate_email(address)
        except ValidationError:
            yield Problem(f"{name}[{index}]", _("This is no e-mail address."))


def addresses(settings: Mapping[str, Any], name: str) -> list[str]:
    """In lower case, each once."""
    return list(dict.fromkeys(one.strip().lower() for one in settings.get(name) or ()))
