"""What a person chose about the sale of data, as pages show it. The consent app knows; the page
only asks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from privacyportal.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """One choice of one identity; `value` is masked, and empty once it was forgotten."""

    at: datetime
    opted_out: bool
    namespace: str
    value: str
    channel: str
    request_id: str


@dataclass(frozen=True, slots=True)
class ShownChoices:
    """`opted_out` is the present choice: out where any identity's is, None where none ever chose.
    `history` has the latest first."""

    opted_out: bool | None = None
    history: Sequence[ShownChoice] = ()


# (organization, fingerprints of identities) → their choices; other apps add theirs in ready().
TELLERS: list[Callable[[Organization, Collection[bytes]], ShownChoices]] = []


def of_identities(organization: Organization, fingerprints: Collection[bytes]) -> ShownChoices:
    for tell in TELLERS:
        return tell(organization, fingerprints)
    return ShownChoices()
