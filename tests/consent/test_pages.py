"""The pages of choices: listed, found, recorded, and the receipt that anybody can check."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from consent.models import ConsentDay, ConsentRecord, ConsentState
from consent.services import calls, reports
from consent.services.calls import ConsentDraft
from jobs.services import overview
from jobs.services.drafts import IdentityDraft
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import Member, Organization, User
from tests.api.conftest import make_organization
from tests.sessions import client_of

ANNA = "anna.karlsson@example.org"
pytestmark = pytest.mark.django_db


@pytest.fixture
def organization() -> Organization:
    return make_organization("Consent@PortalOrg", "crm")


@pytest.fixture
def officer(organization: Organization) -> Client:
    return member(organization, "officer")


def member(organization: Organization, role: str) -> Client:
    user = User.objects.create_user(f"{role}-{organization.pk}@example.org", name=role.title())
    Member.objects.create(organization=organization, user=user, role=role)
    return client_of(user)


def choose(organization: Organization, *values: str, out: bool = True, **more: Any) -> None:
    identities = tuple(IdentityDraft("email", "Email", value) for value in values)
    draft = ConsentDraft(opted_out=out, identities=identities, **more)
    calls.accept(organization=organization, by=SYSTEM, draft=draft)


def typed(**changes: str) -> dict[str, str]:
    return {
        "choice": "out",
        "channel": "phone",
        "received_on": timezone.now().date().isoformat(),
        "namespace": "email",
        "values": ANNA,
        **changes,
    }


def test_an_empty_page_says_what_will_stand_there(officer: Client) -> None:
    page = officer.get("/consent/").content.decode()

    assert "Nobody has chosen yet." in page
    assert "Record an opt-out" in page


def test_records_are_listed_masked_and_newest_first(
    organization: Organization, officer: Client
) -> None:
    choose(organization, ANNA)
    choose(organization, "bo@example.org", out=False, channel="gpc")

    page = officer.get("/consent/").content.decode()

    assert ANNA not in page
    assert "bo@example.org" not in page
    assert page.index("b•••••@e•••••.org") < page.index("a•••••@e•••••.org")
    only_out = officer.get("/consent/?choice=out").content.decode()
    assert "a•••••@" in only_out
    assert "b•••••@" not in only_out
    by_signal = officer.get("/consent/?channel=gpc").content.decode()
    assert "b•••••@" in by_signal
    assert "a•••••@" not in by_signal


def test_a_page_of_fifty_asks_no_more_than_a_page_of_two(
    organization: Organization, officer: Client, django_assert_max_num_queries: Any
) -> None:
    choose(organization, *(f"p{n}@example.org" for n in range(60)))

    with django_assert_max_num_queries(22):
        page = officer.get("/consent/").content.decode()

    assert page.count('role="row"') == 51
    assert "Older records" in page
    [older] = [part.split('"')[0] for part in page.split('href="/consent/?after=')[1:2]]
    rest = officer.get(f"/consent/?after={older}").content.decode()
    assert rest.count('role="row"') == 11


def test_an_identity_is_found_by_its_value_and_stands_in_no_url(
    organization: Organization, officer: Client
) -> None:
    choose(organization, ANNA)

    found = officer.post("/consent/search/", {"q": ANNA.upper()})

    record = ConsentRecord.objects.get()
    assert found["Location"] == f"/consent/{record.public_id}/"
    missed = officer.post("/consent/search/", {"q": "nobody@example.org"})
    assert "Nobody chose with this identity." in missed.content.decode()


def test_an_officer_records_a_choice_of_an_earlier_day(
    organization: Organization, officer: Client
) -> None:
    day = timezone.now().date() - timedelta(days=3)

    answer = officer.post(
        "/consent/new/", typed(received_on=day.isoformat(), values=f"{ANNA}\nbo@example.org")
    )

    assert answer.status_code == 302
    records = ConsentRecord.objects.order_by("pk")
    assert {record.channel for record in records} == {"phone"}
    assert {record.effective_at.date() for record in records} == {day}
    assert "2 identities opted out." in officer.get("/consent/").content.decode()
    assert ConsentDay.objects.get().day == day


def test_every_problem_is_told_and_nothing_recorded(officer: Client) -> None:
    tomorrow = timezone.now().date() + timedelta(days=2)

    answer = officer.post(
        "/consent/new/", typed(received_on=tomorrow.isoformat(), values="anna@example,org\nx: y")
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This day is still to come." in page
    assert "Line 1:" in page
    assert "Line 2:" in page
    assert not ConsentRecord.objects.exists()


def test_the_other_choice_stands_beside_the_first(
    organization: Organization, officer: Client
) -> None:
    choose(organization, ANNA)
    first = ConsentRecord.objects.get()

    answer = officer.post(f"/consent/{first.public_id}/change/", {"choice": "in"}, follow=True)

    latest = ConsentRecord.objects.latest("pk")
    assert answer.redirect_chain == [(f"/consent/{latest.public_id}/", 302)]
    assert not ConsentState.objects.get().opted_out
    page = answer.content.decode()
    assert page.count('scope="row"') == 2
    assert "Opted back in." in page


def test_a_value_is_revealed_to_who_may_see_it_and_that_is_audited(
    organization: Organization, officer: Client
) -> None:
    choose(organization, ANNA)
    record = ConsentRecord.objects.get()
    place = f"/consent/{record.public_id}/reveal/"

    assert ANNA in officer.post(place).content.decode()

    assert AuditEvent.objects.filter(verb="consent.reveal", target_id=record.public_id).exists()
    assert member(organization, "auditor").post(place).status_code == 403


def test_a_receipt_can_be_checked_with_the_published_keys(
    organization: Organization, officer: Client
) -> None:
    choose(organization, ANNA)
    record = ConsentRecord.objects.get()

    answer = officer.get(f"/consent/{record.public_id}/receipt/")

    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        receipt = archive.read("receipt.jsonld")
        signature = archive.read("receipt.jsonld.jws").decode()
    published = Client().get("/.well-known/jwks.json").json()["keys"]
    keys = {key["kid"]: jwt.PyJWK(key) for key in published}
    key = keys[jwt.get_unverified_header(signature)["kid"]]
    jwt.api_jws.decode(signature, key, ["RS256"], detached_payload=receipt)
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.api_jws.decode(signature, key, ["RS256"], detached_payload=receipt + b" ")
    told = json.loads(receipt)["dpv:hasRecordOfActivity"]
    assert told["dpv:hasDataSubject"]["dpv:hasIdentifier"]["rdf:value"] == ANNA
    assert told["dpv:hasConsentStatus"]["@type"] == "dpv:ConsentRefused"
    assert AuditEvent.objects.filter(verb="consent.receipt").exists()


def test_the_numbers_are_those_of_the_records(organization: Organization) -> None:
    today = overview.today(organization)
    choose(organization, "a@example.org", "b@example.org")
    choose(organization, "a@example.org", out=False)
    old = timezone.now() - timedelta(days=9)
    choose(organization, "c@example.org", channel="gpc", received_at=old)

    figures = reports.figures(organization, today)
    channels = reports.by_channel(organization, today)

    assert (figures.opted_out.number, figures.out, figures.before, figures.back) == (2, 2, 1, 1)
    assert [(c.channel, c.total, sum(c.weeks)) for c in channels] == [("api", 2, 2), ("gpc", 1, 1)]
    assert channels[0].weeks[-1] == 2


def test_another_organization_finds_nothing(organization: Organization) -> None:
    choose(organization, ANNA)
    record = ConsentRecord.objects.get()
    stranger = member(make_organization("Other@PortalOrg", "crm"), "officer")

    for place in ("", "reveal/", "receipt/"):
        assert stranger.get(f"/consent/{record.public_id}/{place}").status_code == 404
    assert stranger.post(f"/consent/{record.public_id}/change/").status_code == 404
    answer = stranger.post("/consent/search/", {"q": ANNA})
    assert "Nobody chose with this identity." in answer.content.decode()
