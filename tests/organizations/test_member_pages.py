"""The pages of members: the list, a role, leaving, sessions, and the second factor that is
required."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import PrivacyRequest, SavedDraft, Upload
from jobs.services import saved_drafts
from jobs.services.drafts import RequestDraft
from jobs.uploads import uploads
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.keys.models import DataKey
from privacyportal.organizations.models import (
    Invitation,
    Member,
    Organization,
    User,
    UserSession,
)
from privacyportal.organizations.services import invitations, members, sessions
from privacyportal.organizations.services.sessions import GRAIN
from privacyportal.organizations.views.browsers import browser
from tests.api.bodies import document
from tests.api.conftest import Program, make_organization, organization, program
from tests.api.work import submit
from tests.sessions import signed_in

__all__ = ["organization", "program"]
PASSWORD = "a long password"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def administrator(organization: Organization) -> Client:
    return signed_in(organization, "administrator")


def colleague(organization: Organization, role: str = "officer", name: str = "Ann Berg") -> Member:
    user = User.objects.create_user(f"{uuid4().hex[:8]}@example.org", PASSWORD, name=name)
    return Member.objects.create(organization=organization, user=user, role=role)


def half_way(member: Member) -> None:
    """A draft of a request."""
    draft = RequestDraft(regulation="gdpr", regulation_given="gdpr", products=("crm",), people=())
    saved_drafts.save(member=member, public_id=uuid4(), content=saved_drafts.Content(draft))


def at(member: Member, tail: str = "") -> str:
    return f"/members/{member.user.public_id}/{tail}"


def sign_in(member: Member, **more: str) -> Client:
    client = Client(headers={"User-Agent": FIREFOX})
    client.post("/accounts/login/", {"login": member.user.email, "password": PASSWORD, **more})
    return client


def test_the_list_tells_roles_and_second_factors(
    administrator: Client, organization: Organization
) -> None:
    ann = colleague(organization)
    Authenticator.objects.create(user=ann.user, type="totp", data={})
    colleague(make_organization("Else@PortalOrg"), name="Elsa Elsewhere")

    answer = administrator.get("/members/")
    page = answer.content.decode()

    assert "Ann Berg" in page
    assert "Elsa Elsewhere" not in page
    assert answer.context["without"] == 1
    assert [one.second_factor for one in answer.context["members"]] == [False, True]


def test_as_many_queries_for_three_members_as_for_thirty(
    administrator: Client, organization: Organization
) -> None:
    counts = []
    for more in (3, 27):
        for _ in range(more):
            colleague(organization)
            invitations.invite(
                organization=organization, by=SYSTEM, email=f"{uuid4().hex}@example.org",
                role="staff", language="en",
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            administrator.get("/members/")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8


def test_a_role_is_changed(administrator: Client, organization: Organization) -> None:
    ann = colleague(organization)

    answer = administrator.post(at(ann), {"role": "auditor"}, follow=True)

    assert "Ann Berg’s role is now: Auditor." in answer.content.decode()
    assert Member.objects.get(pk=ann.pk).role == "auditor"
    assert administrator.post(at(ann), {"role": "king"}).status_code == 422


def test_the_last_administrator_is_told_so(
    administrator: Client, organization: Organization
) -> None:
    me = Member.objects.get()

    shown = administrator.get(at(me)).content.decode()
    role = administrator.post(at(me), {"role": "staff"})
    asked = administrator.get(at(me, "remove/")).content.decode()
    removed = administrator.post(at(me, "remove/"))

    assert "The last administrator keeps this role" in shown
    assert "is the last administrator" in role.content.decode()
    assert "is the last administrator" in asked
    assert (role.status_code, removed.status_code) == (422, 422)
    assert Member.objects.get().role == "administrator"


def test_what_is_lost_is_said_before_somebody_is_removed(
    administrator: Client, organization: Organization, program: Program
) -> None:
    ann = colleague(organization)
    submit(program, document())
    PrivacyRequest.objects.update(assignee=ann)
    upload = uploads.receive(member=ann, name="people.csv", body=b"who,mail\n1,ann@example.org")
    half_way(ann)
    sign_in(ann)

    page = administrator.get(at(ann, "remove/")).content.decode()
    answer = administrator.post(at(ann, "remove/"), follow=True)

    assert "1 session here ends at once." in page
    assert "1 request is assigned to this member, and then to nobody." in page
    assert "1 file that was not submitted is forgotten." in page
    assert "1 draft that was not submitted is forgotten." in page
    assert "Ann Berg is removed." in answer.content.decode()
    assert not Member.objects.filter(pk=ann.pk).exists()
    assert PrivacyRequest.objects.get().assignee is None
    assert not Upload.objects.exists()
    assert not SavedDraft.objects.exists()
    assert DataKey.objects.get(pk=upload.data_key_id).destroyed_at is not None
    assert User.objects.filter(pk=ann.user.pk).exists()


def test_who_is_removed_is_signed_out_here_and_not_elsewhere(
    administrator: Client, organization: Organization
) -> None:
    ann = colleague(organization)
    elsewhere = make_organization("Else@PortalOrg")
    here = sign_in(ann)
    members.add(organization=elsewhere, by=SYSTEM, user=ann.user, role="staff")
    there = sign_in(ann)
    there.post("/organization/", {"organization": str(elsewhere.public_id)})

    administrator.post(at(ann, "remove/"))

    assert here.get("/")["Location"].startswith("/accounts/login/")
    assert there.get("/").context["organization"] == elsewhere


def test_an_administrator_leaves_once_there_is_another(
    administrator: Client, organization: Organization
) -> None:
    me = Member.objects.get()
    colleague(organization, "administrator")

    asked = administrator.get(at(me, "remove/")).content.decode()
    answer = administrator.post(at(me, "remove/"))

    assert f"Leave {organization}?" in asked
    assert answer["Location"] == "/"
    assert not Member.objects.filter(pk=me.pk).exists()


def test_others_and_their_invitations_are_not_there(
    administrator: Client, organization: Organization
) -> None:
    elsewhere = make_organization("Else@PortalOrg")
    theirs = colleague(elsewhere)
    invitation = invitations.invite(
        organization=elsewhere, by=SYSTEM, email="x@example.org", role="staff", language="en"
    )

    paths = [at(theirs), at(theirs, "remove/"), f"/members/invitations/{invitation.public_id}/"]
    answers = [
        *(administrator.get(path).status_code for path in paths[:2]),
        administrator.post(paths[1]).status_code,
        administrator.post(at(theirs, "sessions/end/")).status_code,
        *(administrator.post(paths[2] + act).status_code for act in ("send/", "withdraw/")),
    ]

    assert answers == [404] * 6
    assert Invitation.objects.get().is_open


@pytest.mark.parametrize("role", ["officer", "staff", "auditor"])
def test_only_administrators_set_members_up(organization: Organization, role: str) -> None:
    client = signed_in(organization, role)
    ann = colleague(organization)

    gets = [client.get(path).status_code for path in ("/members/", "/members/invite/", at(ann))]
    posts = [
        client.post(path).status_code
        for path in ("/members/invite/", "/members/second-factor/", at(ann, "remove/"))
    ]

    assert gets + posts == [403] * 6
    assert "/members/" not in client.get("/").content.decode()


# --- sessions --------------------------------------------------------------------------------


def test_one_sees_where_one_is_signed_in_and_signs_out_everywhere_else(
    organization: Organization,
) -> None:
    ann = colleague(organization)
    here, lost = sign_in(ann), sign_in(ann)
    stranger = sign_in(colleague(organization))

    page = here.get("/preferences/").content.decode()
    answer = here.post("/preferences/sessions/end/", follow=True)

    assert page.count("Firefox, Linux") == 2
    assert page.count("this one") == 1
    assert "1 session was ended." in answer.content.decode()
    assert here.get("/").status_code == stranger.get("/").status_code == 200
    assert lost.get("/")["Location"].startswith("/accounts/login/")


def test_a_new_password_ends_all_sessions_but_this(organization: Organization) -> None:
    ann = colleague(organization)
    here, lost = sign_in(ann), sign_in(ann)
    new = "quite another one"

    here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )

    assert here.get("/").status_code == 200
    assert lost.get("/")["Location"].startswith("/accounts/login/")
    assert UserSession.objects.filter(user=ann.user).count() == 1


def test_an_administrator_ends_a_members_sessions(
    administrator: Client, organization: Organization
) -> None:
    ann = colleague(organization)
    client = sign_in(ann)

    shown = administrator.get(at(ann)).content.decode()
    answer = administrator.post(at(ann, "sessions/end/"), follow=True)

    assert "Firefox, Linux" in shown
    assert "Signed in nowhere." in answer.content.decode()
    assert client.get("/")["Location"].startswith("/accounts/login/")
    event = AuditEvent.objects.latest("pk")
    assert event.verb == "member.end_sessions"
    assert AuditDetail.objects.get(pk=event.pk).detail["sessions"] == 1
    assert client.post("/accounts/login/", {"login": ann.user.email, "password": PASSWORD})


def test_use_is_noted_every_five_minutes(organization: Organization) -> None:
    ann = colleague(organization)
    start = timezone.now()
    client = sign_in(ann)
    began = UserSession.objects.get(user=ann.user).created_at
    seen = []
    for later in (GRAIN / 2, GRAIN * 2):
        with time_machine.travel(start + later, tick=False):
            client.get("/preferences/")
        session = UserSession.objects.get(user=ann.user)
        ann.refresh_from_db()
        seen.append((session.seen_at == start + later, ann.seen_at == session.seen_at))
        assert session.created_at == began

    assert [noted for noted, _both in seen] == [False, True]


def test_sessions_that_are_over_are_forgotten(organization: Organization) -> None:
    sign_in(colleague(organization))
    assert sessions.forget_expired() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        assert sessions.forget_expired() == 1


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/1 Safari/5 Edg/1", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU like Mac OS X) Version/1 Safari/6", "Safari, iPhone"),
        ("", "Unknown browser"),
    ],
)
def test_browsers_are_called_by_name(agent: str, told: str) -> None:
    assert browser(agent) == told


# --- the second factor -----------------------------------------------------------------------


def test_who_has_no_second_factor_is_reminded_then_led_to_it(
    administrator: Client, organization: Organization
) -> None:
    ann = colleague(organization)
    client = sign_in(ann)

    administrator.post("/members/second-factor/", {"days": "7"})
    grace = client.get("/requests/")
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        client = sign_in(ann)
        led = [client.get("/"), client.post("/theme/"), client.get("/preferences/")]
        htmx = client.get("/", headers={"HX-Request": "true"})
        page = client.get("/accounts/2fa/").content.decode()
        activate = client.get("/accounts/2fa/totp/activate/")
        Authenticator.objects.create(user=ann.user, type="totp", data={})
        after = client.get("/")

    assert "requires a second factor" in grace.content.decode()
    assert [answer["Location"] for answer in led] == ["/accounts/2fa/", "/", "/accounts/2fa/"]
    assert htmx["HX-Redirect"] == "/accounts/2fa/"
    assert "Turn on the code app to go on." in page
    assert activate.status_code in (200, 302)
    assert after.status_code == 200
    assert "requires a second factor" not in after.content.decode()


def test_it_is_required_at_once_and_no_longer(
    administrator: Client, organization: Organization
) -> None:
    mine = Member.objects.get()
    Authenticator.objects.create(user=mine.user, type="totp", data={})
    client = sign_in(colleague(organization))

    administrator.post("/members/second-factor/", {"days": "0"})
    led = client.get("/")
    wrong = administrator.post("/members/second-factor/", {"days": "x"}, follow=True)
    still = client.get("/").status_code
    administrator.post("/members/second-factor/", {"off": "1"})

    assert led["Location"] == "/accounts/2fa/"
    assert "Nothing was changed" in wrong.content.decode()
    assert (still, client.get("/").status_code) == (302, 200)
    verbs = AuditEvent.objects.filter(verb="organization.second_factor")
    assert verbs.count() == 2


def test_it_is_asked_only_where_the_organization_asks(organization: Organization) -> None:
    ann = colleague(organization)
    elsewhere = make_organization("Else@PortalOrg")
    members.add(organization=elsewhere, by=SYSTEM, user=ann.user, role="staff")
    Organization.objects.filter(pk=elsewhere.pk).update(second_factor_from=timezone.now())
    client = sign_in(ann)

    assert client.get("/").status_code == 200
    client.post("/organization/", {"organization": str(elsewhere.public_id)})
    assert client.get("/")["Location"] == "/accounts/2fa/"
    client.post("/organization/", {"organization": str(organization.public_id)})
    assert client.get("/").status_code == 200


def test_programs_are_not_asked(program: Program, organization: Organization) -> None:
    Organization.objects.update(second_factor_from=timezone.now())

    assert program.get(regulation="gdpr").status_code == 200
