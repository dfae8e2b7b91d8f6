"""The settings of another privacy service: what its form asks, and every problem of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.processors import remote
from jobs.processors.base import Problem, Setting
from jobs.rules import regulations

POLL_SECONDS = 900

FIELDS = (
    Setting(
        "url",
        gettext_lazy("Address"),
        gettext_lazy("Where its API begins, like https://platform.example.com."),
        "url",
    ),
    Setting(
        "token_url",
        gettext_lazy("Address for tokens"),
        gettext_lazy("Like https://ims.example.com/ims/token/v3."),
        "url",
    ),
    Setting("client_id", gettext_lazy("Client id")),
    Setting("client_secret", gettext_lazy("Client secret"), kind="secret"),
    Setting(
        "scope",
        gettext_lazy("Scopes"),
        gettext_lazy("As the service gives them, separated by commas."),
        required=False,
    ),
    Setting("organization", gettext_lazy("Organization id there")),
    Setting(
        "include",
        gettext_lazy("Products there"),
        gettext_lazy("Their codes, one in a line."),
        "lines",
    ),
    Setting(
        "regulations",
        gettext_lazy("Regulations that are called otherwise there"),
        gettext_lazy('As JSON: our code, and the one there, like {"gdpr": "gdpr"}.'),
        "mapping",
        required=False,
    ),
    Setting(
        "webhook_secret",
        gettext_lazy("Secret of the webhook there"),
        gettext_lazy("Where its events are signed with one; else its public keys are used."),
        "secret",
        required=False,
    ),
    Setting(
        "keys_url",
        gettext_lazy("Address of public keys"),
        gettext_lazy("Where its events name keys at another host than the API's."),
        "url",
        required=False,
    ),
    Setting(
        "poll_seconds",
        gettext_lazy("Ask again after (seconds)"),
        kind="number",
        required=False,
        default=POLL_SECONDS,
    ),
)
SECRETS = ("client_secret", "webhook_secret")


def problems(document: Any) -> Iterator[Problem]:
    if not isinstance(document, Mapping):
        yield Problem("", _("The settings must be a JSON object."))
        return
    yield from remote.unknown_keys(document, [field.name for field in FIELDS])
    for name in ("url", "token_url", *(["keys_url"] if document.get("keys_url") else ())):
        yield from remote.url_problems(document, name)
    for name in ("client_id", "client_secret", "organization"):
        yield from remote.text_problems(document, name)
    for name in ("client_id", "organization"):
        yield from remote.header_problems(document, name)
    for name in ("scope", "webhook_secret"):
        yield from remote.text_problems(document, name, required=False)
    yield from remote.lines_problems(document, "include", required=True)
    yield from _regulations_problems(document.get("regulations"))
    yield from remote.number_problems(document, "poll_seconds", 10, 86_400)


def _regulations_problems(given: Any) -> Iterator[Problem]:
    if given is None:
        return
    if not isinstance(given, Mapping):
        yield Problem("regulations", _("Give an object: our code, and the one there."))
        return
    for ours, theirs in given.items():
        if not isinstance(ours, str) or regulations.lookup(ours) is None:
            yield Problem(f"regulations.{ours}", _("There is no such regulation here."))
        elif not isinstance(theirs, str) or not theirs:
            yield Problem(f"regulations.{ours}", _("This must be text."))
