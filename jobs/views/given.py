"""Ids as URLs and forms give them."""

from __future__ import annotations

from uuid import UUID


def given_id(text: str) -> UUID | None:
    """None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
