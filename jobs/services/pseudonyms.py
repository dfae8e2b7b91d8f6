"""Keys for people who were given none: lists show keys in clear, hence nothing of an identity. One
is the same whenever the same first identity comes again, so that a person's requests meet."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from msgspec.structs import replace

from jobs.rules.normalize import normalize
from jobs.services.drafts import IdentityDraft, PersonDraft
from privacyportal.keys.services import Fingerprinter


def pseudonym(prints: Fingerprinter, identities: tuple[IdentityDraft, ...]) -> str:
    first = identities[0]
    print_ = prints("\x01pseudonym", f"{first.namespace} {normalize(first.namespace, first.value)}")
    return f"P-{base64.b32encode(print_[:10]).decode()[:12]}"


def without(prints: Fingerprinter, people: Iterable[PersonDraft]) -> tuple[PersonDraft, ...]:
    """The people as they were given: keys that are only pseudonyms are none."""
    return tuple(
        replace(person, key="") if person.key == pseudonym(prints, person.identities) else person
        for person in people
    )
