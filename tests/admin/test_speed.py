"""Lists stay quick on large tables: nothing is counted or looked through without a bound, and a
longer list takes no more statements."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Job, PrivacyRequest, ProductResponse
from privacyportal.adminsite import changelist
from privacyportal.organizations.models import Organization
from tests.admin.conftest import url
from tests.api.bodies import document, user
from tests.api.conftest import Program, make_organization, make_program
from tests.api.work import submit

MODELS = list(admin.site._registry)
# Tables that never hold more rows than an organization has people who sign in, or the installation
# has keys and processes.
SMALL = {"django_session", "jobs_heartbeat", "keys_masterkeycanary", "organizations_organization"}


def statements(client: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200, path
    return [one["sql"] for one in queries.captured_queries]


def addresses(client: Client, model: type[models.Model]) -> list[str]:
    """The list, searched, and with some choices of each filter."""
    base = url(model, "changelist")
    shown = client.get(base).context["cl"]
    filters = [
        choice["query_string"]
        for spec in shown.filter_specs
        for choice in list(spec.choices(shown))[1:4]
    ]
    return [base, f"{base}?q=nothing", f"{base}?q={'0' * 64}", *(base + query for query in filters)]


@pytest.mark.usefixtures("rows")
def test_no_statement_counts_or_reads_without_a_bound(operator: Client) -> None:
    for path in [one for model in MODELS for one in addresses(operator, model)]:
        for sql in statements(operator, path):
            if "COUNT(" in sql.upper():
                assert re.search(r"LIMIT \d+\)", sql), (path, sql)
            reads = re.match(r'SELECT .* FROM "(\w+)"', sql)
            if reads and reads[1] not in SMALL:
                assert re.search(r'LIMIT \d+|"id" = \d+|WHERE .* IN \(', sql), (path, sql)


def test_a_longer_list_takes_no_more_statements(
    operator: Client, program: Program, organization: Organization
) -> None:
    names = (
        "job", "productresponse", "privacyrequest", "requestsubject", "identity", "datasubject",
    )  # fmt: skip
    counts = []
    for more in (2, 20):
        submit(program, document(users=[user(f"p{more}-{n}") for n in range(more)]))
        lists = [*(f"/admin/jobs/{name}/" for name in names), "/admin/audit/auditevent/"]
        counts.append([len(statements(operator, path)) for path in lists])

    assert counts[0] == counts[1]


@pytest.fixture
def many(program: Program) -> list[Job]:
    return submit(program, document(users=[user(f"p{n}") for n in range(6)]))


def test_what_no_index_knows_is_looked_for_in_the_newest_rows_and_says_so(
    operator: Client, many: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changelist, "LOOK", 3)

    answer = operator.get(f"{url(Job, 'changelist')}?action__exact=access")

    assert {job.pk for job in answer.context["cl"].result_list} == {job.pk for job in many[-3:]}
    assert "Looked for in the newest 3 rows only" in answer.content.decode()


@pytest.mark.parametrize("query", ["", "organization={org}", "request={request}", "closed_at=0"])
def test_what_an_index_knows_is_whole(
    operator: Client, many: list[Job], monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(changelist, "LOOK", 3)
    query = query.format(org=many[0].organization_id, request=many[0].request_id)

    shown = operator.get(f"{url(Job, 'changelist')}?{query}").context["cl"]

    assert (shown.result_count, shown.looked) == (6, 0)


def test_within_an_organization_the_newest_are_its_own(
    operator: Client, many: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_organization("1B@PortalOrg", "crm")
    body = document(users=[user(f"o{n}") for n in range(5)])
    body["companyContexts"][0]["value"] = "1B@PortalOrg"
    body["include"] = ["crm"]
    submit(make_program(other), body)
    monkeypatch.setattr(changelist, "LOOK", 4)
    query = f"organization={many[0].organization_id}&action__exact=access"

    shown = operator.get(f"{url(Job, 'changelist')}?{query}").context["cl"]

    # All were made in one moment, by which an organization's jobs are ordered.
    assert {job.organization_id for job in shown.result_list} == {many[0].organization_id}
    assert shown.looked == 4


@pytest.mark.parametrize(
    "query",
    ["key_sealed__startswith=x", "request__data_key__wrapped=x", "job__state=due", "nothing=1"],
)
def test_an_address_asks_only_what_filters_and_links_ask(
    operator: Client, many: list[Job], query: str
) -> None:
    for model in (Job, ProductResponse, PrivacyRequest):
        answer = operator.get(f"{url(model, 'changelist')}?{query}")
        assert answer.status_code == 400, (model, query)


def test_a_wrong_value_leads_back_to_the_whole_list(operator: Client, many: list[Job]) -> None:
    answer = operator.get(f"{url(Job, 'changelist')}?request=abc", follow=True)

    assert answer.context["cl"].result_count == 6


def test_no_column_without_an_index_orders_a_list(operator: Client, many: list[Job]) -> None:
    sql = [
        one for one in statements(operator, f"{url(Job, 'changelist')}?o=5.-7") if "LIMIT" in one
    ]

    assert not any("due_on" in one.partition("ORDER BY")[2] for one in sql)


@pytest.mark.usefixtures("rows")
def test_search_finds_whole_ids_and_nothing_else(operator: Client) -> None:
    job = Job.objects.filter(action="access").earliest("pk")

    def found(model: Any, term: str) -> int:
        return int(operator.get(url(model, "changelist"), {"q": term}).context["cl"].result_count)

    assert found(Job, str(job.public_id)) == found(Job, str(job.pk)) == 1
    assert found(Job, str(job.public_id)[:8]) == found(Job, "ann@example.com") == 0
    assert found(Job, "9" * 30) == found(Job, "a&b=c") == 0
    assert found(PrivacyRequest, job.request.request_id) == 1
    assert found(PrivacyRequest, job.request.request_id[:-1]) == 0
    assert found(Organization, job.organization.name[:3]) == 1


def test_a_filter_offers_few_organizations_however_many_there_are(
    operator: Client, many: list[Job]
) -> None:
    first = Organization.objects.get()
    Organization.objects.bulk_create(
        Organization(ims_org_id=f"N{n}@PortalOrg", name=f"Number {n}") for n in range(40)
    )

    def offered(query: str) -> list[str]:
        shown = operator.get(f"{url(Job, 'changelist')}{query}").context["cl"]
        [spec] = [s for s in shown.filter_specs if s.title == "organization"]
        return [str(choice["display"]) for choice in spec.choices(shown)]

    assert len(offered("")) == 16
    assert first.name not in offered("")
    assert first.name in offered(f"?organization={first.pk}")
