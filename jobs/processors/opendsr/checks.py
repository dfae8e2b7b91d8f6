"""“Test connection”: what the processor's discovery says, against the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from jobs.processors.base import Finding, ProductUnavailable
from jobs.processors.opendsr import certificates, document
from jobs.processors.opendsr.certificates import Discovery
from jobs.processors.opendsr.sentences import SENTENCES
from jobs.processors.remote import unavailable, word

SECONDS = 20.0


def findings(settings: Mapping[str, Any]) -> Iterator[Finding]:
    of = certificates.caller(settings, SECONDS)
    try:
        discovery = certificates.discover(settings, of)
        certificates.key_of(settings, discovery, of)
    except ProductUnavailable as error:
        yield Finding("error", str(SENTENCES[error.detail]) % error.params, "url")
        return
    except TimeoutError:
        late = unavailable("timeout", settings["url"])
        yield Finding("error", str(SENTENCES[late.detail]) % late.params, "url")
        return
    told = {"host": of.host, "version": word(discovery.api_version) or "?"}
    yield Finding("ok", _("%(host)s speaks OpenDSR %(version)s, and its certificate holds.") % told)
    yield from _types(settings, discovery)
    yield from _identities(settings, discovery)


def _types(settings: Mapping[str, Any], discovery: Discovery) -> Iterator[Finding]:
    does = settings.get("does") or document.BOTH
    wanted = []
    if does != document.ERASURE:
        wanted.append(("access_type", settings.get("access_type") or document.ACCESS))
    if does != document.ACCESS:
        wanted.append(("does", document.ERASURE))
    for path, kind in wanted:
        if kind not in discovery.supported_subject_request_types:
            yield Finding("error", _("It does not do this: %(action)s.") % {"action": kind}, path)


def _identities(settings: Mapping[str, Any], discovery: Discovery) -> Iterator[Finding]:
    known = {(one.identity_type, one.identity_format) for one in discovery.supported_identities}
    for index, one in enumerate(document.identity_types(settings)):
        if (one.type, one.format) not in known:
            told = _("It does not take %(type)s as %(format)s.")
            named = {"type": one.type, "format": one.format}
            yield Finding("error", told % named, f"identities[{index}]")
