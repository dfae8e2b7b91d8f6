"""Which language is spoken to whom: one's own where the organization offers it, else the
organization's, else the browser's."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from privacyportal.organizations.models import Organization, User


def offered(organization: Organization | None) -> Sequence[tuple[str, str]]:
    """Code and name of each, in the order of the installation."""
    chosen = organization.languages if organization else []
    known = [(code, name) for code, name in settings.LANGUAGES if code in chosen]
    return known or settings.LANGUAGES


def spoken(own: str, organization: Organization | None) -> str:
    """To somebody whose own language this is ("": none was chosen); "" where the browser says."""
    codes = dict(offered(organization))
    if own in codes:
        return own
    usual = organization.language if organization else ""
    return usual if usual in codes else ""


def written(own: str, organization: Organization) -> str:
    """As `spoken`, where no browser can be asked: in mails, and by workers."""
    codes = dict(offered(organization))
    usual = settings.LANGUAGE_CODE if settings.LANGUAGE_CODE in codes else next(iter(codes))
    return spoken(own, organization) or usual


def shown(user: User, organization: Organization | None, browser: str) -> str:
    """On pages; `browser` is what it asks for."""
    codes = dict(offered(organization))
    usual = browser if browser in codes else next(iter(codes))
    return spoken(user.language, organization) or usual
