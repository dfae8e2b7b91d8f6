"""The dashboard: its law, its charts, its list, and what is done from it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from jobs.models import Job, ProductResponse
from jobs.rules.states import State
from jobs.services import overview
from jobs.views import dashboard, job_list
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import Member, Organization
from tests.api.bodies import document, identity, user
from tests.api.conftest import Program
from tests.api.work import close, submit
from tests.sessions import signed_in
from tests.views.pages import FRAGMENT, read

HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def counted_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is; and nothing is known from the test before."""
    cache.clear()
    monkeypatch.setattr(dashboard, "IN_PAGE", 60)


def post(client: Client, path: str, data: dict[str, Any], **headers: str) -> Any:
    return client.post(path, data, headers=headers)


# --- the law -----------------------------------------------------------------------------------


def test_a_law_narrows_numbers_charts_and_list(program: Program, officer: Client) -> None:
    [ours] = submit(program, document(regulation="ccpa"))
    others = submit(program, document(users=[user(k) for k in "abc"]))

    page = read(officer, "/?regulation=ccpa")

    assert "<span>Open</span><b>1</b>" in page
    assert "<small>1 new today</small>" in page
    assert "30 days: 1 submitted · 0 completed · 0 errors" in page
    assert "1 open · 0 due within 7 days · 0 overdue" in page
    assert f"/jobs/{ours.public_id}/" in page
    assert not any(str(job.public_id) in page for job in others)


def test_a_bare_address_is_the_law_looked_at_last_and_the_url_wins(
    program: Program, officer: Client
) -> None:
    submit(program, document())
    assert officer.get("/").status_code == 200

    officer.get("/?regulation=gdpr&range=90")
    assert officer.get("/")["Location"] == "/?regulation=gdpr&range=90"
    officer.get("/?regulation=ccpa&status=error")  # a list that somebody sent
    assert Member.objects.get().view["regulation"] == "gdpr"
    assert "90 days: 1 submitted" in read(officer, "/?range=90")

    officer.get("/?regulation=")
    assert officer.get("/").status_code == 200


def test_the_switch_has_open_jobs_of_each_law(program: Program, officer: Client) -> None:
    for law, people in (("gdpr", "abc"), ("ccpa", "de"), ("lgpd_bra", "f"), ("dpdpa_ind", "g")):
        submit(program, document(users=[user(k) for k in people], regulation=law))

    laws = officer.get("/?regulation=dpdpa_ind").context["laws"]

    assert [(choice.label, choice.open) for choice in laws["shown"]] == [
        ("GDPR", 3), ("California", 2), ("India", 1),
    ]  # fmt: skip
    assert [choice.label for choice in laws["more"]] == ["Brazil"]


# --- numbers and charts ------------------------------------------------------------------------


def test_each_number_leads_to_the_list_that_it_counts(program: Program, officer: Client) -> None:
    late, soon, wrong, done, _far = submit(program, document(users=[user(k) for k in "abcde"]))
    today = overview.today(program.credential.organization)
    Job.objects.filter(pk=late.pk).update(due_on=today - timedelta(days=6))
    Job.objects.filter(pk=soon.pk).update(due_on=today)
    close(wrong, code="1010-400")
    close(done)

    figures = officer.get("/").context["figures"]

    assert [(str(f.label), f.number, f.detail) for f in figures[:4]] == [
        ("Open", "3", "5 new today"),
        ("Due within 7 days", "1", "1 of them today"),
        ("Overdue", "1", "Oldest: 6 days over"),
        ("In error", "1", "1 at crm"),
    ]
    for figure in figures:
        rows = officer.get(f"/{figure.query}", headers=FRAGMENT).context["rows"]
        assert figure.label == "Median to complete" or str(len(rows)) == figure.number


def test_points_tell_their_numbers_and_lead_to_their_day(program: Program, officer: Client) -> None:
    [job] = submit(program, document())
    before = timezone.now() - timedelta(days=3)
    Job.objects.filter(pk=job.pk).update(created_at=before)
    context = officer.get("/").context

    [point] = [p for p in context["days_chart"].points if "1 submitted" in p.words]
    rows = read(officer, f"/{point.href}", **FRAGMENT)
    [due] = [p for p in context["due_chart"].points if p.words.startswith("1 job:")]

    assert str(job.public_id) in rows
    assert re.search(r"Submitted: <b>\d+ \w+</b>", rows)
    assert str(job.public_id) in read(officer, f"/{due.href}", **FRAGMENT)
    assert f'aria-label="{point.words}"' in read(officer)
    assert ("1", "0", "0") in [tuple(cells) for _, cells in context["days_table"].rows]


def test_days_that_nobody_had_time_to_count_are_asked_for_at_once(
    program: Program, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(program, document())
    monkeypatch.setattr(dashboard, "IN_PAGE", 0)

    page, rest = read(officer), read(officer, "/overview/?range=90")

    assert 'hx-trigger="load delay:300ms, every 60s"' in page
    assert "Older days are still being counted." in page
    assert 'hx-trigger="every 60s"' in rest
    assert rest.count('class="slot"') > 90


@pytest.mark.parametrize(("asked", "days"), [("7", 7), ("90", 90), ("", 30)])
def test_the_range_of_the_charts_is_chosen(
    program: Program, officer: Client, asked: str, days: int
) -> None:
    submit(program, document())

    assert len(officer.get(f"/?range={asked}").context["days_chart"].points) == days


def test_the_range_may_be_two_days(program: Program, officer: Client) -> None:
    submit(program, document())

    chart = officer.get("/?from=2026-10-01&to=2026-10-12").context["days_chart"]

    assert [point.id for point in chart.points][::11] == ["day-2026-10-01", "day-2026-10-12"]


def test_nothing_that_needs_a_person_is_said_quietly(program: Program, officer: Client) -> None:
    submit(program, document())
    Job.objects.update(due_on=overview.today(program.credential.organization) + timedelta(days=20))

    assert "Nothing needs you now." in read(officer)


def test_an_act_of_officers_is_not_said_to_need_others(
    program: Program, organization: Organization
) -> None:
    [job] = submit(program, document())
    ProductResponse.objects.filter(job=job).update(state="held")

    assert "1 job waits for an officer" in read(signed_in(organization, "auditor"))


def test_the_whole_page_takes_few_queries(
    program: Program, officer: Client, django_assert_max_num_queries: Any
) -> None:
    submit(program, document(users=[user(f"p{n}") for n in range(60)]))
    officer.get("/")

    with django_assert_max_num_queries(25):
        officer.get("/?regulation=gdpr")
    with django_assert_max_num_queries(11):
        officer.get("/?regulation=gdpr", headers=FRAGMENT)


# --- search ------------------------------------------------------------------------------------


def test_a_value_is_searched_by_post_and_its_result_has_an_address_of_ids(
    program: Program, officer: Client
) -> None:
    [ann, _bo] = submit(
        program, document(users=[user("ann"), user("bo", ids=[identity(value="b@x.se")])])
    )

    answer = post(officer, "/jobs/search/", {"q": "ann@example.com"}, **HX)
    plain = post(officer, "/jobs/search/", {"q": "ann@example.com"})

    assert [row.job for row in answer.context["rows"]] == [ann]
    assert "HX-Push-Url" not in answer
    assert answer["Cache-Control"] == "no-store, private"
    assert plain["Location"] == f"/?person={ann.data_subject.public_id}"
    assert str(ann.public_id) in read(officer, plain["Location"])


@pytest.mark.parametrize("headers", [HX, {}])
def test_what_is_not_found_is_told_with_what_search_finds(
    program: Program, officer: Client, headers: dict[str, str]
) -> None:
    submit(program, document())

    answer = post(officer, "/jobs/search/", {"q": "CUST-<448>"}, **headers)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "No job matches “CUST-&lt;448&gt;”." in page
    assert "whole identities" in page


def test_the_search_of_everything_groups_what_it_finds(
    program: Program, organization: Organization, officer: Client
) -> None:
    [job] = submit(program, document(users=[user("ann.berg@x.se")]))

    people = post(officer, "/search/", {"q": "ann.berg@x.se"}).content.decode()
    requests = post(officer, "/search/", {"q": job.request.request_id}).content.decode()
    jobs = post(officer, "/search/", {"q": str(job.public_id)[:8]}).content.decode()
    masked = post(signed_in(organization, "auditor"), "/search/", {"q": "ann.berg@x.se"})

    assert f"/people/{job.data_subject.public_id}/" in people
    assert f"/requests/{job.request.public_id}/" in requests
    assert f"/jobs/{job.public_id}/" in jobs
    assert "<b>a•••••@x•••••.se</b>" in masked.content.decode()


def test_searching_finds_nothing_of_others(
    program: Program, stranger: Program, organization: Organization, officer: Client
) -> None:
    [other] = submit(stranger, document("Other@PortalOrg"))
    [mine] = submit(program, document())
    staff = signed_in(organization, "staff")

    for text in (str(other.public_id), other.request.request_id):
        assert "Nothing matches" in post(officer, "/search/", {"q": text}).content.decode()
    for text in (str(mine.public_id), mine.request.request_id, "ann", "ann@example.com"):
        assert "Nothing matches" in post(staff, "/search/", {"q": text}).content.decode()


# --- rows, columns, changes --------------------------------------------------------------------


def test_the_next_rows_come_alone_for_htmx_and_as_a_page_for_others(
    program: Program, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(program, document(users=[user(f"p{n}") for n in range(5)]))
    monkeypatch.setattr(job_list, "PAGE", 3)
    following = officer.get("/").context["next"].query

    more = officer.get(f"/jobs/rows/{following}", headers=HX)

    assert more.content.decode().count("<tr ") == 2
    assert "<table" not in more.content.decode()
    assert officer.get(f"/jobs/rows/{following}")["Location"] == f"/{following}"
    assert len(officer.get(f"/{following}").context["rows"]) == 2


def test_only_rows_that_changed_come_again(program: Program, officer: Client) -> None:
    first, second = submit(program, document(users=[user("a"), user("b")]))
    watched = re.findall(r'name="row" form="job-poll" value="([^"]+)"', read(officer))

    assert post(officer, "/jobs/changes/", {"row": watched}).content.strip() == b""
    ProductResponse.objects.filter(job=first).update(
        state="complete", outcome_code="6000-200", modified_at=timezone.now()
    )
    answer = post(officer, "/jobs/changes/", {"row": watched})

    assert f'id="row-{first.public_id}" hx-swap-oob="true"' in answer.content.decode()
    assert str(second.public_id) not in answer.content.decode()
    close(first)
    close(second)
    assert post(officer, "/jobs/changes/", {"row": watched}).status_code == 286


def test_changes_of_jobs_that_one_may_not_see_do_not_come(
    program: Program, stranger: Program, officer: Client
) -> None:
    submit(program, document())
    [other] = submit(stranger, document("Other@PortalOrg"))

    answer = post(officer, "/jobs/changes/", {"row": [f"{other.public_id}:x", "nonsense"]})

    assert str(other.public_id) not in answer.content.decode()


def test_columns_are_chosen_and_kept(program: Program, officer: Client) -> None:
    [job] = submit(program, document())

    answer = post(officer, "/jobs/columns/", {"column": ["request", "law"], "status": "open"})

    assert answer["Location"] == "/?status=open"
    page = read(officer)
    assert job.request.request_id in page
    assert 'class="marks"' not in page


# --- acts on several ---------------------------------------------------------------------------


def test_selected_jobs_are_retried_and_the_result_is_told(
    program: Program, officer: Client
) -> None:
    jobs = submit(program, document(users=[user(k) for k in "abc"]))
    for job in jobs[:2]:
        close(job, code="1010-400")
    chosen = [str(job.public_id) for job in jobs]

    answer = officer.post(
        "/jobs/acts/", {"act": "retry", "job": chosen, "filter": "?status=error"}, follow=True
    )

    assert answer.redirect_chain == [("/?status=error", 302)]
    assert "2 responses in 2 jobs are retried" in answer.content.decode()
    assert "1 job stays as it is" in answer.content.decode()


@pytest.mark.parametrize("headers", [HX, {}])
def test_cancelling_asks_first_in_numbers(
    program: Program, officer: Client, headers: dict[str, str]
) -> None:
    jobs = submit(program, document(users=[user(k) for k in "ab"], include=["crm", "WebShop"]))
    chosen = {"act": "cancel", "job": [str(job.public_id) for job in jobs]}

    asked = post(officer, "/jobs/acts/", chosen, **headers).content.decode()

    assert "Cancel what has not begun in 2 jobs?" in asked
    assert "Cancel 4 responses" in asked
    assert set(ProductResponse.objects.values_list("state", flat=True)) == {State.DUE}

    told = officer.post("/jobs/acts/", {**chosen, "sure": "1"}, follow=True).content.decode()

    assert "4 responses in 2 jobs cancelled" in told
    assert set(ProductResponse.objects.values_list("state", flat=True)) == {State.CANCELLED}


def test_all_that_match_are_those_of_the_filter(program: Program, officer: Client) -> None:
    submit(program, document(users=[user(k) for k in "abc"]))
    [other] = submit(program, document(users=[user("o")], regulation="ccpa"))

    every = {"all": "1", "filter": "?regulation=gdpr", "job": str(other.public_id)}
    officer.post("/jobs/acts/", {"act": "cancel", "sure": "1", **every})

    assert Job.objects.filter(state="error", regulation="gdpr").count() == 3
    assert Job.objects.get(pk=other.pk).state == "submitted"


@pytest.mark.parametrize("role", ["administrator", "staff", "auditor"])
@pytest.mark.parametrize("act", ["retry", "cancel"])
def test_only_officers_act(
    program: Program, organization: Organization, role: str, act: str
) -> None:
    [job] = submit(program, document())
    client = signed_in(organization, role)

    answer = client.post("/jobs/acts/", {"act": act, "sure": "1", "job": str(job.public_id)})

    assert answer.status_code == 403
    assert 'value="retry"' not in read(client)


def test_jobs_of_others_are_not_acted_on(stranger: Program, officer: Client) -> None:
    [other] = submit(stranger, document("Other@PortalOrg"))

    officer.post("/jobs/acts/", {"act": "cancel", "sure": "1", "job": str(other.public_id)})

    assert other.responses.get().state == State.DUE


@pytest.mark.parametrize("data", [{}, {"act": "drop", "all": "1"}, {"act": "retry", "job": "x"}])
def test_an_act_that_is_none_is_refused(officer: Client, data: dict[str, str]) -> None:
    assert officer.post("/jobs/acts/", data).status_code == 400


# --- the file ----------------------------------------------------------------------------------


def test_the_list_is_given_out_as_a_file(program: Program, officer: Client) -> None:
    ours, other = submit(program, document(users=[user("=ann"), user("bo")]))
    close(ours)

    answer = officer.get("/jobs/export.csv?status=complete")
    text = b"".join(answer.streaming_content).decode()

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="jobs-\d{4}-\d\d-\d\d\.csv"', answer["Content-Disposition"]
    )
    assert answer["Cache-Control"] == "no-store, private"
    assert f"{ours.public_id}," in text
    assert ",'=ann," in text
    assert str(other.public_id) not in text
    assert AuditEvent.objects.filter(verb="job.export").count() == 1


def test_selected_jobs_are_given_out_alone(program: Program, officer: Client) -> None:
    ours, other = submit(program, document(users=[user("a"), user("b")]))

    answer = officer.post("/jobs/acts/", {"act": "export", "job": str(ours.public_id)})
    text = b"".join(answer.streaming_content).decode()

    assert str(ours.public_id) in text
    assert str(other.public_id) not in text


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_people_in_a_file_are_masked_for_who_may_not_reveal(
    program: Program, organization: Organization, role: str
) -> None:
    submit(program, document(users=[user("ann.berg@x.se")]))

    answer = signed_in(organization, role).get("/jobs/export.csv")

    assert b"ann.berg" not in b"".join(answer.streaming_content)
