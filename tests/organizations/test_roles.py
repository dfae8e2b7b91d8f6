"""What each role may do, word for word: a permission more or less is a decision, not a slip."""

import pytest

from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import (
    CONTRACT,
    ROLES,
    Permission,
    Role,
    roles_that_may,
)

SETS_UP = {"manage", "privacy_read", "audit_read"}
WORKS_OFF = {
    "privacy_read",
    "privacy_write",
    "content_read",
    "opt_out_read",
    "opt_out_write",
    "act",
    "reveal",
}
EXACTLY = {
    Role.OWNER: SETS_UP | WORKS_OFF,
    Role.ADMINISTRATOR: SETS_UP,
    Role.OFFICER: WORKS_OFF,
    Role.STAFF: {"privacy_write", "read_own"},
    Role.AUDITOR: {"privacy_read", "audit_read"},
}


def test_every_role_is_described() -> None:
    assert set(EXACTLY) == set(ROLES) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_a_role_has_exactly_its_permissions(role: Role) -> None:
    member = Member(role=role)

    may = {str(permission) for permission in Permission if member.may(permission)}

    assert may == EXACTLY[role]


def test_the_contract_has_five_permissions_and_officers_have_them_all() -> None:
    assert len(CONTRACT) == 5
    assert set(CONTRACT) <= ROLES[Role.OFFICER].permissions


def test_only_who_works_requests_off_reads_content_acts_and_reveals() -> None:
    for permission in (Permission.CONTENT_READ, Permission.ACT, Permission.REVEAL):
        assert roles_that_may(permission) == [Role.OFFICER, Role.OWNER]
