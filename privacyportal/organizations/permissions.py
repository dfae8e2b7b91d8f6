"""Permissions, and the roles that bundle them. The first five are the contract's (§11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    PRIVACY_READ = "privacy_read"
    PRIVACY_WRITE = "privacy_write"
    CONTENT_READ = "content_read"
    OPT_OUT_READ = "opt_out_read"
    OPT_OUT_WRITE = "opt_out_write"
    # The portal's own, for programs: registering webhooks, reading the journal of events.
    EVENTS_MANAGE = "events_manage"
    # The portal's own, for members only.
    READ_OWN = "read_own"  # what one submitted oneself
    ACT = "act"  # retry, cancel, release
    REVEAL = "reveal"  # identity values, one at a time
    AUDIT_READ = "audit_read"
    MANAGE = "manage"  # settings, members, products


CONTRACT = (
    Permission.PRIVACY_READ,
    Permission.PRIVACY_WRITE,
    Permission.CONTENT_READ,
    Permission.OPT_OUT_READ,
    Permission.OPT_OUT_WRITE,
)

# What a program may be given.
GRANTABLE = (*CONTRACT, Permission.EVENTS_MANAGE)

# The same in words: what it is called, and what a program does with it.
PROGRAM_WORDS: Mapping[Permission, tuple[Any, Any]] = {
    Permission.PRIVACY_READ: (
        _("Read requests"),
        _("Lists jobs and reads how they are, with the identities that were submitted."),
    ),
    Permission.PRIVACY_WRITE: (
        _("Submit requests"),
        _("Asks for people to be given out or deleted. A delete can’t be brought back."),
    ),
    Permission.CONTENT_READ: (
        _("Download packages"),
        _("Gets everything that the products hold of a person."),
    ),
    Permission.OPT_OUT_READ: (
        _("Read choices"),
        _("Asks whether a person’s data may be sold."),
    ),
    Permission.OPT_OUT_WRITE: (
        _("Record choices"),
        _("Opts people out of sale, and back in."),
    ),
    Permission.EVENTS_MANAGE: (
        _("Follow events"),
        _("Registers webhooks and reads the journal. No event holds a person’s data."),
    ),
}


class Role(TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    OFFICER = "officer", _("Privacy officer")
    STAFF = "staff", _("Staff")
    AUDITOR = "auditor", _("Auditor")
    OWNER = "owner", _("Owner")


@dataclass(frozen=True)
class Grants:
    """What a role may do, and what it is for, in words."""

    permissions: frozenset[Permission]
    purpose: Any


_SETS_UP = frozenset({Permission.MANAGE, Permission.PRIVACY_READ, Permission.AUDIT_READ})
_WORKS_OFF = frozenset({*CONTRACT, Permission.ACT, Permission.REVEAL})
ROLES: dict[str, Grants] = {
    Role.ADMINISTRATOR: Grants(
        _SETS_UP,
        _(
            "Sets up members, programs and products, and reads the audit log. Sees every request,"
            " with people masked."
        ),
    ),
    Role.OFFICER: Grants(
        _WORKS_OFF,
        _(
            "Works requests off: submits, retries, cancels and releases, sees who they are about"
            " and what was found, records choices."
        ),
    ),
    Role.STAFF: Grants(
        frozenset({Permission.PRIVACY_WRITE, Permission.READ_OWN}),
        _("Submits requests, and follows those alone."),
    ),
    Role.AUDITOR: Grants(
        frozenset({Permission.PRIVACY_READ, Permission.AUDIT_READ}),
        _("Reads every request, with people masked, and the audit log. Changes nothing."),
    ),
    Role.OWNER: Grants(
        _SETS_UP | _WORKS_OFF,
        _(
            "All that an administrator and an officer may: for whoever begins, and where one person"
            " does everything."
        ),
    ),
}


def roles_that_may(*permissions: Permission) -> list[str]:
    """The roles with at least one of these permissions."""
    return [role for role, grants in ROLES.items() if grants.permissions.intersection(permissions)]
