"""The demo organization with its people and its program."""

from __future__ import annotations

import secrets

from django.db import transaction

from jobs.demo.facts import Facts, SignIn
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization, User
from privacyportal.organizations.permissions import GRANTABLE, Role
from privacyportal.organizations.services import credentials, members

NAME = "Northwind Living (demo)"
PEOPLE = {
    Role.OWNER: ("owner@demo.example", "Oda Owner"),
    Role.ADMINISTRATOR: ("admin@demo.example", "Alva Admin"),
    Role.OFFICER: ("officer@demo.example", "Olof Officer"),
    Role.STAFF: ("staff@demo.example", "Stina Staff"),
    Role.AUDITOR: ("auditor@demo.example", "Axel Auditor"),
}


class Elsewhere(Exception):
    """The database belongs to another organization."""


def find_or_create() -> Organization:
    """Raises Elsewhere: a demo never comes into a database that holds somebody else's data."""
    if found := Organization.objects.filter(is_demo=True).first():
        return found
    if Organization.objects.exists():
        raise Elsewhere
    return members.create_organization(
        by=SYSTEM,
        ims_org_id=f"{secrets.token_hex(12).upper()}@PortalOrg",
        name=NAME,
        time_zone="Europe/Stockholm",
        is_demo=True,
    )


@transaction.atomic
def fresh_secrets(organization: Organization, url: str) -> Facts:
    """New passwords and a new credential; those of a lost file end."""
    for lost in organization.credentials.filter(name=NAME, revoked_at=None):
        credentials.revoke(credential=lost, by=SYSTEM)
    credential, secret = credentials.create(
        organization=organization, by=SYSTEM, name=NAME, permissions=GRANTABLE
    )
    users = [_sign_in(organization, role) for role in Role]
    return Facts(url, organization.ims_org_id, credential.client_id, secret, users)


def member(organization: Organization, role: Role) -> User:
    return User.objects.get(memberships__organization=organization, email=PEOPLE[role][0])


def _sign_in(organization: Organization, role: Role) -> SignIn:
    email, name = PEOPLE[role]
    password = secrets.token_urlsafe(12)
    user = User.objects.filter(email=email).first() or User(email=email, name=name)
    # The demo's administrator runs the installation too, and so has Django's admin.
    user.is_staff = user.is_superuser = role == Role.ADMINISTRATOR
    user.set_password(password)
    user.save()
    if not organization.memberships.filter(user=user).exists():
        members.add(organization=organization, by=SYSTEM, user=user, role=role)
    return SignIn(email=email, password=password, role=role.value)
