"""The settings of an OpenDSR processor: what its form asks, and every problem of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.processors import remote
from jobs.processors.base import Problem, Setting

POLL_SECONDS = 3600
FORMATS = ("raw", "sha256", "sha1", "md5")
REGULATIONS = ("gdpr", "ccpa")
BOTH, ACCESS, ERASURE = "both", "access", "erasure"
PORTABILITY = "portability"
DOES = (
    (BOTH, gettext_lazy("Access and erasure")),
    (ACCESS, gettext_lazy("Access only")),
    (ERASURE, gettext_lazy("Erasure only")),
)
ACCESS_TYPES = (
    (ACCESS, gettext_lazy("Access")),
    (PORTABILITY, gettext_lazy("Portability")),
)

FIELDS = (
    Setting(
        "url",
        gettext_lazy("Address"),
        gettext_lazy("With its version, like https://opendsr.example.com/v2."),
        "url",
    ),
    Setting(
        "path",
        gettext_lazy("Path of requests"),
        gettext_lazy("requests; opendsr_requests or opengdpr_requests of older ones."),
        required=False,
        default="requests",
    ),
    Setting(
        "authorization",
        gettext_lazy("Authorization"),
        gettext_lazy("The whole header, like Bearer … or Basic …. It is never shown again."),
        "secret",
        required=False,
    ),
    Setting(
        "identities",
        gettext_lazy("Identities"),
        gettext_lazy(
            "As JSON: which namespace is sent as which type, and how: "
            '[{"namespace": "email", "type": "email", "format": "sha256"}]. '
            "Formats are raw, sha256, sha1 and md5."
        ),
        "mapping",
        default=[{"namespace": "email", "type": "email", "format": "raw"}],
    ),
    Setting("does", gettext_lazy("What it does"), kind="choice", choices=DOES, default=BOTH),
    Setting(
        "access_type",
        gettext_lazy("What an access asks for"),
        kind="choice",
        choices=ACCESS_TYPES,
        required=False,
        default=ACCESS,
    ),
    Setting(
        "regulation",
        gettext_lazy("Regulation"),
        gettext_lazy("Where it must always be the same one; else that of the request is sent."),
        "choice",
        choices=[(name, name) for name in REGULATIONS],
        required=False,
    ),
    Setting(
        "extensions",
        gettext_lazy("Extensions"),
        gettext_lazy("As JSON, by the domain of the processor, as it documents them."),
        "mapping",
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
SECRETS = ("authorization",)


@dataclass(frozen=True, slots=True)
class IdentityType:
    """How one namespace is sent."""

    namespace: str
    type: str
    format: str


def identity_types(settings: Mapping[str, Any]) -> list[IdentityType]:
    return [
        IdentityType(given["namespace"].lower(), given["type"], given.get("format", "raw"))
        for given in settings["identities"]
    ]


def problems(document: Any) -> Iterator[Problem]:
    if not isinstance(document, Mapping):
        yield Problem("", _("The settings must be a JSON object."))
        return
    yield from remote.unknown_keys(document, [field.name for field in FIELDS])
    yield from remote.url_problems(document, "url")
    path = document.get("path")
    if path is not None and not (isinstance(path, str) and remote.WORD.fullmatch(path)):
        yield Problem("path", _("Give one word, like requests."))
    yield from remote.text_problems(document, "authorization", required=False)
    yield from remote.header_problems(document, "authorization")
    yield from _identities_problems(document.get("identities"))
    for field in FIELDS:
        known = [value for value, _label in field.choices]
        given = document.get(field.name)
        if known and given is not None and given not in known:
            yield Problem(field.name, _("Choose one of: %s.") % ", ".join(known))
    yield from _extensions_problems(document.get("extensions"))
    yield from remote.number_problems(document, "poll_seconds", 10, 86_400)


def _identities_problems(given: Any) -> Iterator[Problem]:
    if not isinstance(given, list) or not given:
        yield Problem("identities", _("List at least one namespace and its type."))
        return
    for index, one in enumerate(given):
        path = f"identities[{index}]"
        if not isinstance(one, Mapping):
            yield Problem(path, _("An identity must be an object with namespace and type."))
            continue
        for key in set(one) - {"namespace", "type", "format"}:
            yield Problem(f"{path}.{key}", _("Unknown. Known are: %s.") % "format, namespace, type")
        for key in ("namespace", "type"):
            if not isinstance(one.get(key), str) or not one[key]:
                yield Problem(f"{path}.{key}", _("This is missing."))
        if one.get("format", "raw") not in FORMATS:
            yield Problem(f"{path}.format", _("Choose one of: %s.") % ", ".join(FORMATS))


def _extensions_problems(given: Any) -> Iterator[Problem]:
    if given is None:
        return
    if not isinstance(given, Mapping) or not all(isinstance(of, Mapping) for of in given.values()):
        yield Problem("extensions", _("Give an object of objects, by domain."))
