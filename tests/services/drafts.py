"""The draft of a request of one person."""

from __future__ import annotations

from typing import Any

from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft

REQUEST_ID = "17640000001234567RX-104"


def draft(**changes: Any) -> RequestDraft:
    ann = PersonDraft(
        "K-1", ("access", "delete"), (IdentityDraft("email", "Email", "ann@example.com"),)
    )
    given = {"regulation": "gdpr", "regulation_given": "gdpr", "products": ("crm",)}
    return RequestDraft(**{**given, "people": (ann,), "request_id": REQUEST_ID, **changes})
