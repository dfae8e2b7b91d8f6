"""Who is signed in already: the page for that has tests of its own."""

from __future__ import annotations

from django.test import Client

from privacyportal.organizations.models import User


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
