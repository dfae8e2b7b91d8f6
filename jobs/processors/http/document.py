"""The settings of an organization's own system: what its form asks, and every problem of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.processors import remote
from jobs.processors.base import Problem, Setting

SHORTEST_SECRET = 32
POLL_SECONDS = 300

FIELDS = (
    Setting(
        "url",
        gettext_lazy("Address"),
        gettext_lazy(
            "Where your system speaks the protocol, like https://crm.example.org/privacy."
        ),
        "url",
    ),
    Setting(
        "secret",
        gettext_lazy("Secret"),
        gettext_lazy("What both sides sign with: 32 characters or more. It is never shown again."),
        "secret",
    ),
    Setting(
        "old_secret",
        gettext_lazy("Former secret"),
        gettext_lazy(
            "While you replace the secret: the former one, which is still taken. "
            "To end that, type the present one here too."
        ),
        "secret",
        required=False,
    ),
    Setting(
        "namespaces",
        gettext_lazy("Identities"),
        gettext_lazy(
            "Namespaces that your system knows, one in a line, like email. "
            "No others are sent; all are where this is empty."
        ),
        "lines",
        required=False,
    ),
    Setting(
        "opt_out",
        gettext_lazy("It is told of opt-outs of sale"),
        kind="flag",
        required=False,
    ),
    Setting(
        "poll_seconds",
        gettext_lazy("Ask again after (seconds)"),
        gettext_lazy("Where your system answers later and does not say when to ask."),
        "number",
        required=False,
        default=POLL_SECONDS,
    ),
)
SECRETS = ("secret", "old_secret")


def problems(document: Any) -> Iterator[Problem]:
    if not isinstance(document, Mapping):
        yield Problem("", _("The settings must be a JSON object."))
        return
    yield from remote.unknown_keys(document, [field.name for field in FIELDS])
    yield from remote.url_problems(document, "url")
    for name in SECRETS:
        found = list(remote.text_problems(document, name, required=name == "secret", longest=500))
        given = document.get(name)
        if not found and given and len(given) < SHORTEST_SECRET:
            told = _("A secret has at least %(n)s characters.") % {"n": SHORTEST_SECRET}
            found = [Problem(name, told)]
        yield from found
    yield from remote.lines_problems(document, "namespaces")
    yield from remote.number_problems(document, "poll_seconds", 10, 86_400)
    if not isinstance(document.get("opt_out", False), bool):
        yield Problem("opt_out", _("Say true or false."))


def secrets_of(settings: Mapping[str, Any]) -> list[str]:
    """Those in use, the present one first."""
    return list(dict.fromkeys(given for name in SECRETS if (given := settings.get(name))))


def namespaces_of(settings: Mapping[str, Any]) -> frozenset[str] | None:
    given = settings.get("namespaces")
    return frozenset(name.lower() for name in given) if given else None
