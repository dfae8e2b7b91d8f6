"""The mail of an invitation, in the language of whoever is invited."""

from __future__ import annotations

import structlog
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from privacyportal.organizations.models import Invitation, Organization
from privacyportal.organizations.services import mails
from privacyportal.organizations.services.invitations import LIVES, link

log = structlog.get_logger(__name__)


def send(invitation: Invitation) -> bool:
    """Never inside a transaction: the mail server may take its time. False where it failed; the
    invitation then waits to be sent again."""
    try:
        _mail(invitation).send()
    except OSError as error:  # the mail server, in all its ways
        log.warning("invitation.mail", error=type(error).__name__)
        return False
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now())
    return True


def _mail(invitation: Invitation) -> EmailMultiAlternatives:
    organization: Organization = invitation.organization
    with translation.override(invitation.language):
        words = {
            "invitation": invitation,
            "organization": organization,
            "role": invitation.get_role_display(),
            "link": link(invitation),
            "days": LIVES.days,
        }
        subject = _("%(by)s invites you to %(organization)s") % {
            "by": invitation.invited_by,
            "organization": organization,
        }
        text = render_to_string("organizations/mail/invitation.txt", words)
        html = render_to_string("organizations/mail/invitation.html", words)
    return mails.made(organization, subject, text, to=[invitation.email], html=html)
