"""Mails of an organization: the one way in which they are made and addressed, and those to its
members, each in their own language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation

from privacyportal.organizations.models import Organization, User
from privacyportal.organizations.services.languages import written

Words = Callable[[], tuple[str, str]]  # subject and text, in the language that is active


def sender(organization: Organization) -> tuple[str, list[str]]:
    """From and Reply-To. A server that is not allowed to send for a domain is refused by those who
    receive it: an address of the organization is the sender only where the operator said so, and
    is answered to everywhere else."""
    operators_name, address = operators()
    name, own = organization.mail_name or operators_name, organization.mail_address
    if own and may_send(organization, own):
        return formataddr((name, own)), []
    return formataddr((name, address)), [own] if own else []


def operators() -> tuple[str, str]:
    """Name and address of the installation's own sender."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)


def may_send(organization: Organization, address: str) -> bool:
    """Whether the operator lets this organization be the sender with an address of that domain."""
    owner = settings.MAIL_SENDER_DOMAINS.get(address.rpartition("@")[2].lower())
    return owner in ("", organization.ims_org_id)


def made(
    organization: Organization,
    subject: str,
    text: str,
    *,
    to: Sequence[str] = (),
    bcc: Sequence[str] = (),
    html: str = "",
) -> EmailMultiAlternatives:
    """A mail that is ready to be sent. What stands in its subject may have been typed: line breaks
    would be further headers."""
    by, answers = sender(organization)
    mail = EmailMultiAlternatives(
        " ".join(subject.split()), text, from_email=by, to=to, bcc=bcc, reply_to=answers
    )
    if html:
        mail.attach_alternative(html, "text/html")
    return mail


def tell_members(organization: Organization, roles: Collection[str], words: Words) -> None:
    """One mail for each language that they read; OSError where the mail server is away."""
    members = User.objects.filter(
        memberships__organization=organization, memberships__role__in=roles, is_active=True
    )
    readers: dict[str, list[str]] = {}
    for email, language in members.order_by("pk").values_list("email", "language"):
        readers.setdefault(written(language, organization), []).append(email)
    for language, emails in readers.items():
        with translation.override(language):
            made(organization, *words(), bcc=emails).send()


def tell_one(organization: Organization, email: str, language: str, words: Words) -> None:
    """A mail to one person about the organization; OSError where it could not be sent."""
    with translation.override(written(language, organization)):
        made(organization, *words(), to=[email]).send()
