"""Permissions, and the roles that bundle them. The first five are the contract's (§11)."""

from dataclasses import dataclass
from enum import StrEnum

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


class Role(TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    OFFICER = "officer", _("Privacy officer")
    STAFF = "staff", _("Staff")
    AUDITOR = "auditor", _("Auditor")


@dataclass(frozen=True)
class Grants:
    """What a role may do, and what it is for, in words."""

    permissions: frozenset[Permission]


ROLES: dict[str, Grants] = {
    Role.ADMINISTRATOR: Grants(
        frozenset({Permission.MANAGE, Permission.PRIVACY_READ, Permission.AUDIT_READ})
    ),
    Role.OFFICER: Grants(
        frozenset({*CONTRACT, Permission.ACT, Permission.REVEAL}),
    ),
    Role.STAFF: Grants(frozenset({Permission.PRIVACY_WRITE, Permission.READ_OWN})),
    Role.AUDITOR: Grants(frozenset({Permission.PRIVACY_READ, Permission.AUDIT_READ})),
}
