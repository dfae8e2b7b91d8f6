"""Where no mail server is set, nothing is sent and nothing of a mail is printed: links and
addresses do not belong into a log. Whoever sends is told so, as when a server does not answer."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

NOWHERE = "privacyportal.mailbox.nowhere.EmailBackend"


class NoMailServer(OSError):
    """EMAIL_URL is not set."""


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise NoMailServer
