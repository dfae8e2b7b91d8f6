"""A request before it is stored: what the API, forms and uploads hand to submission, checked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

MAX_PEOPLE = 1000  # contract §3, as is the next
MAX_IDENTITIES = 9


class IdentityDraft(msgspec.Struct, frozen=True, gc=False):
    """One identity; `given` is the caller's spelling of the namespace."""

    namespace: str  # canonical
    given: str
    value: str
    qualifier: str = "standard"
    namespace_id: int | None = None
    is_deleted_client_side: bool = False


class PersonDraft(msgspec.Struct, frozen=True):
    """One entry of `users`: actions in the order of effect (access before delete)."""

    key: str
    actions: tuple[str, ...]
    identities: tuple[IdentityDraft, ...]


class RequestDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A whole submission, valid for its organization."""

    regulation: str  # canonical
    regulation_given: str
    products: tuple[str, ...]  # codes, of the organization or of the contract
    people: tuple[PersonDraft, ...]
    channel: str = "api"
    request_id: str = ""  # given by the caller
    received_at: datetime | None = None  # None: now
    external_reference: str = ""
    priority: str = "normal"
    analytics_delete_method: str = "anonymize"
    expand_ids: bool = False
    opted_out: bool = True  # what opt-outs of sale say: false is back in
    contexts: tuple[dict[str, str], ...] = ()
    options: dict[str, Any] = {}
