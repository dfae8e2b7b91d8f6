"""Mails to an organization's members, each in their own language."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation

from privacyportal.organizations.models import Organization, User

Words = Callable[[], tuple[str, str]]  # subject and text, in the language that is active


def tell_members(organization: Organization, roles: Collection[str], words: Words) -> None:
    """One mail for each language that they read; OSError where the mail server is away."""
    members = User.objects.filter(
        memberships__organization=organization, memberships__role__in=roles, is_active=True
    )
    readers: dict[str, list[str]] = {}
    for email, language in members.order_by("pk").values_list("email", "language"):
        readers.setdefault(language or settings.LANGUAGE_CODE, []).append(email)
    for language, emails in readers.items():
        with translation.override(language):
            subject, text = words()
            EmailMessage(subject=subject, body=text, bcc=emails).send()


def tell_one(organization: Organization, email: str, language: str, words: Words) -> None:
    """A mail to one person about the organization; OSError where it could not be sent."""
    with translation.override(language or settings.LANGUAGE_CODE):
        subject, text = words()
        EmailMessage(subject=" ".join(subject.split()), body=text, to=[email]).send()
