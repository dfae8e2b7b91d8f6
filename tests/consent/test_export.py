"""The list of choices as a file: filtered, masked, on record, and never whole in memory."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from consent.models import ConsentRecord
from consent.services import calls, record_export
from jobs.models import Product
from jobs.rules.states import Action
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization
from tests.api.conftest import make_organization
from tests.consent.test_pages import ANNA, choose, member, officer, organization

__all__ = ["officer", "organization"]

URL = "/consent/export.csv"
pytestmark = pytest.mark.django_db


def rows(client: Client, query: str = "") -> list[dict[str, str]]:
    answer: Any = client.get(f"{URL}{query}")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private")
    text = b"".join(answer.streaming_content).decode()
    assert "anna.karlsson" not in text
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_each_choice_is_a_row_newest_first_and_masked_for_everybody(
    organization: Organization, officer: Client
) -> None:
    Product.objects.update(actions=[Action.OPT_OUT])
    choose(organization, ANNA)
    choose(organization, "bo@example.org", out=False, channel="gpc")
    calls.make_open_jobs()

    for client in (officer, member(organization, "auditor")):
        found = rows(client)
        told = [(row["Choice"], row["Identity"], row["Channel"]) for row in found]
        assert told == [
            ("Opted in", "b•••••@e•••••.org", "Global Privacy Control"),
            ("Opted out", "a•••••@e•••••.org", "API"),
        ]
        assert [row["Products"] for row in found] == ["1", "1"]
    assert [row["Choice"] for row in rows(officer, "?choice=out")] == ["Opted out"]
    assert [row["Choice"] for row in rows(officer, "?channel=gpc")] == ["Opted in"]


def test_it_is_on_record_with_its_filter(organization: Organization, officer: Client) -> None:
    choose(organization, ANNA)

    rows(officer, "?choice=out&channel=api&nothing=1")

    event = AuditEvent.objects.get(verb="consent.export")
    told = AuditDetail.objects.get(event_id=event.pk).detail
    assert told["filter"] == {"choice": "out", "channel": "api"}


def test_the_page_leads_to_the_file_of_its_filter(
    organization: Organization, officer: Client
) -> None:
    assert URL not in officer.get("/consent/").content.decode()
    choose(organization, ANNA)

    page = officer.get("/consent/?choice=out").content.decode()

    assert f'href="{URL}?choice=out"' in page


def test_of_others_nobody_gets_anything(organization: Organization) -> None:
    choose(organization, ANNA)
    stranger = member(make_organization("Other@PortalOrg", "crm"), "officer")

    assert rows(stranger) == []
    assert member(organization, "staff").get(URL).status_code == 403


def test_a_long_list_comes_in_pieces_of_few_queries(
    organization: Organization, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(organization, *(f"p{n}@example.org" for n in range(25)))
    monkeypatch.setattr(record_export, "CHUNK", 10)
    answer: Any = officer.get(URL)
    pieces = iter(answer.streaming_content)
    assert next(pieces).count(b"\r\n") == 1

    counts = []
    with CaptureQueriesContext(connection) as queries:
        for piece in pieces:
            counts.append(piece.count(b"\r\n"))

    assert counts == [10, 10, 5]
    assert len(queries) <= 13
    assert ConsentRecord.objects.count() == 25
