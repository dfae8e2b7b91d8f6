"""The commands with which an operator begins: an organization, its first member, a program."""

from __future__ import annotations

import io
import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command, load_command_class
from django.test import Client

from privacyportal.organizations.models import (
    ApiCredential,
    Invitation,
    Member,
    Organization,
    User,
)
from privacyportal.organizations.services import credentials
from tests.api.conftest import organization

__all__ = ["organization"]
COMMANDS = ("create_organization", "create_member", "create_credential")


def run(command: str, *given: str) -> str:
    output = io.StringIO()
    call_command(command, *given, stdout=output)
    return output.getvalue()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_examples(name: str) -> None:
    command = load_command_class("privacyportal.organizations", name)

    told = command.create_parser("manage.py", name).format_help()

    assert f"\nexamples:\n  manage.py {name} " in told


def test_an_installation_is_begun_from_a_shell(db: None) -> None:
    told = run("create_organization", "Northwind", "--time-zone", "Europe/Stockholm")
    made = Organization.objects.get()
    invited = run("create_member", made.ims_org_id, "Ann@Example.org", "--role", "administrator")
    link = re.search(r"http://localhost:8000(/\S+)", invited)
    Client().post(str(link[1]), {"name": "Ann", "password": "a long password of ann"})  # type: ignore[index]
    issued = run("create_credential", made.ims_org_id, "shop", "privacy_read", "privacy_write")

    assert made.ims_org_id in told
    assert (made.name, made.time_zone) == ("Northwind", "Europe/Stockholm")
    assert len(mail.outbox) == 1
    assert Member.objects.get().role == "administrator"
    values = dict(re.findall(r"^(client id|client secret) +(\S+)$", issued, re.MULTILINE))
    known = ApiCredential.objects.get()
    assert known.permissions == ["privacy_read", "privacy_write"]
    assert credentials.issue_token(
        client_id=values["client id"], client_secret=values["client secret"]
    )


def test_who_has_an_account_is_added_at_once(organization: Organization) -> None:
    User.objects.create_user("bo@example.org")
    given = (organization.ims_org_id, "bo@example.org", "--role", "staff", "--at-once")

    run("create_member", *given)

    assert Member.objects.get().role == "staff"
    with pytest.raises(CommandError, match="is a member already"):
        run("create_member", *given)
    with pytest.raises(CommandError, match="has no account"):
        run("create_member", organization.ims_org_id, "eva@x.se", "--role", "staff", "--at-once")


@pytest.mark.parametrize(
    ("command", "given", "words"),
    [
        ("create_organization", ("Twice", "--id", "0A1B2C@PortalOrg"), "already"),
        ("create_organization", ("Where", "--time-zone", "Mars"), "not a time zone"),
        ("create_organization", (" ",), "empty"),
        ("create_member", ("None", "a@b.se", "--role", "staff"), "Known ids: 0A1B2C@PortalOrg"),
        ("create_member", ("0A1B2C@PortalOrg", "ann", "--role", "staff"), "not an e-mail"),
        ("create_member", ("0A1B2C@PortalOrg", "a@b.se", "--role", "king"), "invalid choice"),
        ("create_credential", ("None", "shop", "privacy_read"), "Known ids"),
        ("create_credential", ("0A1B2C@PortalOrg", "shop", "reveal"), "invalid choice"),
    ],
)
def test_what_cannot_be_is_told(
    organization: Organization, command: str, given: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        run(command, *given)
    assert not Invitation.objects.exists()
