"""Whose jobs a page is about: an organization's or one person's own, of all laws or of one."""

from __future__ import annotations

from dataclasses import dataclass

from privacyportal.organizations.models import Organization

OWN_MOST = 10_000  # of one person's jobs the newest are counted


@dataclass(frozen=True, slots=True)
class Scope:
    """`own` is the public id of an actor who sees nothing else, "" for who sees all."""

    organization: Organization
    own: str = ""
    regulation: str = ""
