"""Who is signed in already: the page for that has tests of its own."""

from __future__ import annotations

from django.test import Client

from privacyportal.organizations.models import Member, Organization, User


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def signed_in(organization: Organization, role: str) -> Client:
    """A new member's."""
    person = User.objects.create_user(f"{role}@example.org")
    Member.objects.create(organization=organization, user=person, role=role)
    return client_of(person)
