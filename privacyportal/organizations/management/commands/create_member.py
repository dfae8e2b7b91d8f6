"""Invites somebody to an organization, by mail and with a link that is printed; or adds somebody
who has an account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email

from privacyportal.actors import SYSTEM
from privacyportal.organizations.management.teaching import TeachingCommand, find_organization
from privacyportal.organizations.models import Member, Organization, User
from privacyportal.organizations.permissions import Role
from privacyportal.organizations.services import invitation_mail, invitations, members


class Command(TeachingCommand):
    help = __doc__ or ""
    examples = """
  manage.py create_member 0A1B2C@NorthwindOrg ann@example.org --role owner
  manage.py create_member 0A1B2C@NorthwindOrg bo@example.org --role officer --language sv
  manage.py create_member 0A1B2C@NorthwindOrg eva@example.org --role staff --at-once

roles:
  administrator  sets up members, programs and products, and reads the audit log
  officer        works requests off
  staff          submits requests, and follows those alone
  auditor        reads every request and the audit log, and changes nothing
  owner          all that an administrator and an officer may"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", help="the organization's id, as programs send it")
        parser.add_argument("email", help="the address that the person signs in with")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument(
            "--language",
            default=settings.LANGUAGE_CODE,
            choices=[code for code, _name in settings.LANGUAGES],
            help="of the mail (default: %(default)s)",
        )
        parser.add_argument(
            "--at-once", action="store_true", help="adds who has an account, without asking them"
        )

    def handle(self, **options: Any) -> None:
        organization = find_organization(options["organization"])
        email, role = options["email"].strip().lower(), Role(options["role"])
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an e-mail address.") from None
        if options["at_once"]:
            self._add(organization, email, role)
        else:
            self._invite(organization, email, role, options["language"])

    def _add(self, organization: Organization, email: str, role: Role) -> None:
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"{email} has no account: leave --at-once out to invite.")
        if Member.objects.filter(organization=organization, user=user).exists():
            raise CommandError(f"{email} is a member already.")
        members.add(organization=organization, by=SYSTEM, user=user, role=role)
        self.stdout.write(f"{email} is a member of {organization}: {role.label}.")

    def _invite(self, organization: Organization, email: str, role: Role, language: str) -> None:
        try:
            made = invitations.invite(
                organization=organization, by=SYSTEM, email=email, role=role, language=language
            )
        except invitations.AlreadyMember:
            raise CommandError(f"{email} is a member already.") from None
        except invitations.AlreadyInvited:
            raise CommandError(
                f"{email} is invited already: an administrator can send the mail again."
            ) from None
        except invitations.TooMany:
            raise CommandError(f"{invitations.MOST} invitations are open: withdraw one.") from None
        sent = invitation_mail.send(made)
        told = "A mail is on its way" if sent else "The mail could not be sent"
        self.stdout.write(f"{email} is invited. {told}; this is its link, for the next 7 days:")
        self.stdout.write(invitations.link(made))
