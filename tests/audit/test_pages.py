"""The audit log: read newest first, narrowed, followed, exported; by those who may."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from privacyportal.actors import SYSTEM, Actor
from privacyportal.audit import reading, words
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.audit.services import record
from privacyportal.organizations.models import Organization
from tests.api.conftest import organization
from tests.sessions import signed_in

__all__ = ["organization"]
ROOT = Path(__file__).parent.parent.parent
VERB = re.compile(r'(?:verb=|_record\([^"]*|_act\()"([a-z]+\.[a-z_]+)"')


@pytest.fixture
def auditor(organization: Organization) -> Client:
    return signed_in(organization, "auditor")


def act(organization: Organization, verb: str, target: str = "x", **more: Any) -> AuditEvent:
    by = more.pop("by", SYSTEM)
    kind = verb.partition(".")[0]
    return record(organization=organization, by=by, verb=verb, target=(kind, target), detail=more)


def listed(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/audit/{query}")
    assert answer.status_code == 200
    return [one.event.target_id for one, _detail in answer.context["acts"]]


def test_newest_first_narrowed_and_followed(organization: Organization, auditor: Client) -> None:
    ann = Actor("user", "ann-id", "Ann")
    act(organization, "job.retry", "a", by=ann, done=3)
    act(organization, "product.pause", "b")
    act(organization, "job.cancel", "a")
    other = Organization.objects.create(ims_org_id="Else@PortalOrg", name="Else")
    act(other, "job.retry", "elsewhere")

    assert listed(auditor) == ["a", "b", "a"]
    assert listed(auditor, "?group=product") == ["b"]
    assert listed(auditor, "?by=ann-id") == ["a"]
    assert listed(auditor, "?about=job:a") == ["a", "a"]
    assert listed(auditor, "?first=2000-01-01&last=2000-01-02") == []
    assert listed(auditor, "?before=nonsense&group=other&first=then&by=%00") == ["a", "b", "a"]
    page = auditor.get("/audit/").content.decode()
    assert "Ann" in page
    assert "retried a job" in page
    assert "done: 3" in page
    assert "No act matches" in auditor.get("/audit/?group=consent").content.decode()


def test_pages_go_on_and_look_only_so_far(
    organization: Organization, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 3)
    for number in range(7):
        act(organization, "job.retry", str(number))

    seen, query = [], ""
    while True:
        answer = auditor.get(f"/audit/{query}")
        seen += [one.event.target_id for one, _ in answer.context["acts"]]
        if not answer.context["next"]:
            break
        query = answer.context["next"].query
    assert len(seen) == 7

    monkeypatch.setattr(reading, "LOOK", 2)
    answer = auditor.get("/audit/?group=product")
    assert answer.context["short"]


def test_a_detail_that_was_deleted(organization: Organization, auditor: Client) -> None:
    act(organization, "job.retry", "a")
    AuditDetail.objects.all().delete()

    assert listed(auditor) == ["a"]


def test_the_export_is_recorded(organization: Organization, auditor: Client) -> None:
    act(organization, "job.retry", "=cmd", by=Actor("user", "1", "=Ann"))

    answer = auditor.get("/audit/export.csv?group=job")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]

    assert "'=Ann,job.retry,job,'=cmd" in text
    assert AuditEvent.objects.filter(verb="organization.export").count() == 1


def test_who_may_read(organization: Organization) -> None:
    for role, status in (
        ("administrator", 200),
        ("auditor", 200),
        ("officer", 403),
        ("staff", 403),
    ):
        client = signed_in(organization, role)
        assert client.get("/audit/").status_code == status
        assert client.get("/audit/export.csv").status_code == status


def test_as_many_queries_for_one_as_for_many(organization: Organization, auditor: Client) -> None:
    counts = []
    for number in range(2):
        for _ in range(1 + 5 * number):
            act(organization, "job.retry")
        with CaptureQueriesContext(connection) as queries:
            listed(auditor)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12


def test_every_verb_has_words() -> None:
    used = {
        verb
        for folder in ("jobs", "consent", "privacyportal")
        for path in (ROOT / folder).rglob("*.py")
        for verb in VERB.findall(path.read_text())
    }

    assert len(used) > 20
    assert used - set(words.VERBS) == set()
    assert {verb.partition(".")[0] for verb in words.VERBS} == set(words.GROUPS)
