"""Which language an organization speaks: on pages, in its switch, in its mails."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Member, Organization, User
from privacyportal.organizations.permissions import Role
from privacyportal.organizations.services.languages import offered, spoken, written
from privacyportal.organizations.services.mails import tell_members
from tests.api.conftest import make_organization, organization
from tests.sessions import signed_in
from tests.views.test_settings import general

__all__ = ["organization"]
ENGLISH, SWEDISH = 'lang="en"', 'lang="sv"'


@pytest.fixture
def administrator(organization: Organization) -> Client:
    return signed_in(organization, "administrator")


def speaks(client: Client, browser: str = "en") -> str:
    page = client.get("/preferences/", HTTP_ACCEPT_LANGUAGE=browser).content.decode()
    return page[:100].partition("<html ")[2].partition(">")[0].split()[0]


def change(client: Client, **wanted: Any) -> Any:
    return client.post("/settings/", general(**wanted))


def test_ones_own_goes_before_the_organizations_before_the_browsers(
    organization: Organization, administrator: Client
) -> None:
    assert (speaks(administrator), speaks(administrator, "sv")) == (ENGLISH, SWEDISH)

    change(administrator, language="sv")
    assert speaks(administrator) == SWEDISH
    User.objects.update(language="en")
    assert speaks(administrator, "sv") == ENGLISH

    event = AuditEvent.objects.get(verb="organization.change")
    told = AuditDetail.objects.get(pk=event.pk).detail
    assert told["language"] == {"before": "", "after": "sv"}


def test_what_is_not_offered_is_not_spoken_nor_chosen(
    organization: Organization, administrator: Client
) -> None:
    User.objects.update(language="sv")
    change(administrator, languages=["en"])

    assert speaks(administrator, "sv") == ENGLISH
    page = administrator.get("/preferences/").content.decode()
    assert 'value="sv"' not in page
    assert "/language/" not in page
    administrator.post("/language/", {"language": "sv"})
    assert "django_language" not in administrator.cookies
    refused = administrator.post("/preferences/", {"language": "sv"})
    assert refused.status_code == 422
    invite = {"email": "eva@example.org", "role": "staff", "language": "sv"}
    assert administrator.post("/members/invite/", invite).status_code == 422


def test_a_language_that_is_not_offered_cannot_be_the_usual_one(administrator: Client) -> None:
    form = change(administrator, languages=["en"], language="sv").context["form"]

    assert form.errors["language"] == ["Choose one of the languages that are offered."]
    assert "languages" in change(administrator, languages=[]).context["form"].errors


def test_all_languages_are_none_in_particular(
    organization: Organization, administrator: Client
) -> None:
    change(administrator, languages=["en", "sv"])

    organization.refresh_from_db()
    assert organization.languages == []
    assert [code for code, _ in offered(organization)] == ["en", "sv"]


def test_notices_are_in_each_members_language_else_the_organizations(
    organization: Organization,
) -> None:
    organization.languages, organization.language = [], "sv"
    organization.save()
    for name, language in (("ann", "en"), ("bo", ""), ("cy", "sv")):
        user = User.objects.create_user(f"{name}@example.org", language=language)
        Member.objects.create(organization=organization, user=user, role="officer")

    def words() -> tuple[str, str]:
        from django.utils.translation import get_language

        return f"in {get_language()}", "text"

    tell_members(organization, (Role.OFFICER,), words)

    assert {m.subject: sorted(m.bcc) for m in mail.outbox} == {
        "in en": ["ann@example.org"],
        "in sv": ["bo@example.org", "cy@example.org"],
    }


def test_an_invitation_begins_with_the_organizations_language(
    organization: Organization, administrator: Client
) -> None:
    change(administrator, language="sv")
    User.objects.update(language="en")

    form = administrator.get("/members/invite/").context["form"]

    assert form["language"].value() == "sv"


def test_what_is_written_where_no_browser_can_be_asked(db: None) -> None:
    made = make_organization("Words@PortalOrg")
    assert (spoken("", made), written("", made)) == ("", "en")
    made.languages = ["sv"]
    assert written("", made) == written("en", made) == "sv"
    made.languages = ["tlh"]  # none that this installation knows
    assert written("sv", made) == "sv"
