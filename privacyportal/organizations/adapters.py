"""allauth, fitted: nobody signs up by themselves, wrong is said in one way, too often is 429."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from privacyportal.keys.installation import open_text, seal_text
from privacyportal.organizations.middleware import find_member
from privacyportal.organizations.models import User
from privacyportal.organizations.services import sessions
from privacyportal.organizations.sessions import BROWSER, ORGANIZATION

log = structlog.get_logger(__name__)
TOO_OFTEN = frozenset({"too_many_login_attempts", "rate_limited"})
RETRY_SECONDS = "300"
SECOND_FACTOR = "second factor"
BROWSER_LENGTH = 200


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-mail or password is wrong."),
        "incorrect_password": _("The password is wrong."),
        "enter_current_password": _("This is not your present password."),
        "account_inactive": _("This account is closed. Ask an administrator to open it again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """The session says from now on which browser this is, and whose work is looked at."""
        super().login(request, user)
        request.session[BROWSER] = request.headers.get("User-Agent", "")[:BROWSER_LENGTH]
        if member := find_member(request):
            request.session[ORGANIZATION] = str(member.organization.public_id)
            sessions.note_member(member)

    def set_password(self, user: User, password: str) -> None:
        """Whoever is signed in with the password of before is out."""
        super().set_password(user, password)
        sessions.end_others(user=user, kept=self.request.session.session_key or "")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Whoever waits for a mail that cannot come is told so."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:  # the mail server, in all its ways
            log.error("account.mail", error=type(error).__name__)
            answer = render(self.request, "unsent.html", status=503)
            raise ImmediateHttpResponse(answer) from None

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Guessing too often ends the request here, whichever form was used for it."""
        if code in TOO_OFTEN:
            response = respond_429(context.request)
            response["Retry-After"] = RETRY_SECONDS
            raise ImmediateHttpResponse(response)
        error: ValidationError = super().validation_error(code, *args)
        return error


class MFAAdapter(DefaultMFAAdapter):
    """Keeps second factors sealed: a copy of the database signs nobody in."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong or was used already. Type the one shown now."),
    }

    def encrypt(self, text: str) -> str:
        return seal_text(text, SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        return open_text(encrypted_text, SECOND_FACTOR)
