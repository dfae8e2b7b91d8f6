"""The builder around the form: people as they are read, what products would do, drafts, counts,
and the seconds to undo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from jobs.models import DryRun, Job, PrivacyRequest, Product, ProductResponse, SavedDraft
from jobs.services import dry_run, products
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.api.conftest import make_organization
from tests.sessions import client_of, signed_in
from tests.views.test_request_new import URL, filled

PEOPLE_URL, DRAFTS = "/requests/new/people/", "/requests/drafts/"
DRAFT_ID = "7c4a0a9e-6d0e-4f2c-9d38-3a1f58a5a001"
NOW = "2026-11-24 12:00 +0000"
HX = {"HX-Request": "true"}
MAPPING = {
    "url": "postgresql://u@crm.example.org/x",
    "tables": {
        "customers": {"identities": [{"namespace": "email", "column": "email"}]},
        "orders": {
            "parent": {"table": "customers", "column": "customer", "parent_column": "id"},
            "delete": {"do": "keep", "reason": "bookkeeping"},
        },
    },
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _addresses_are_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "check", lambda processor, document: [])


def typed(people: str, **more: Any) -> dict[str, Any]:
    return filled(people=people, draft_id=DRAFT_ID, **more)


def read(client: Client, people: str, **more: Any) -> str:
    answer = client.post(PEOPLE_URL, typed(people, **more), headers=HX)
    assert answer.status_code == 200
    return answer.content.decode()


# --- people --------------------------------------------------------------------------------------


def test_who_stands_alone_is_a_block_and_lines_together_are_a_list(officer: Client) -> None:
    text = read(officer, "K-1 | ann@example.com, phone: 070 123 45\n\nbo@example.com\neva@x.org")

    assert text.count('class="one"') == 3  # and the empty one
    assert "Person 1 · K-1" in " ".join(text.split())
    assert "People 2 to 3" in text
    assert 'data-text="phone: 070 123 45"' in text
    assert '<p class="hint mb-0" role="status">3 lines read: 3 people.</p>' in text


def test_the_wrong_one_is_red_and_its_mend_a_button(officer: Client) -> None:
    text = read(officer, "ann@example.com\nlars@example,se\nann@example.com")

    assert text.count("chip bad") == 1
    assert "Line 2: “lars@example,se” is not an e-mail address." in text
    assert 'data-line="2" data-found="lars@example,se" data-instead="lars@example.se"' in text
    assert "3 lines read: 1 person, 1 duplicate merged, 1 to mend." in text
    assert 'data-good="false"' in text


def test_the_review_comes_along_and_says_what_is_missing(officer: Client) -> None:
    text = read(officer, "lars@example,se", regulation="", products=[])

    assert 'id="review" aria-labelledby="review-t" hx-swap-oob="true"' in text
    assert 'w-100 off" id="go"' in text
    for field, why in (
        ("regulation", "Choose a law."),
        ("products", "Choose one product at least."),
        ("people", "1 line to mend."),
    ):
        assert f'<a href="#id_{field}">{why}</a>' in text
    whole = read(officer, "ann@example.com", regulation="gdpr")
    assert 'w-100" id="go"' in whole


def test_of_many_people_some_are_shown_and_the_wrong_ones_always(officer: Client) -> None:
    people = "\n".join(f"p{n}@example.org" for n in range(299)) + "\nwrong@example,org"

    text = read(officer, people)
    more = read(officer, people, shown="400")

    assert text.count('<span class="chip') == 201
    assert "wrong@example,org" in text
    assert "Show 99 more" in text
    assert more.count('<span class="chip') == 300


def test_what_people_are_called_is_escaped(officer: Client) -> None:
    text = read(officer, '<b>"&\n\nann@example.com')

    assert "<b>&" not in text
    assert escape('<b>"&') in text


# --- products ------------------------------------------------------------------------------------


def test_products_say_what_each_action_would_do_there(
    officer: Client, organization: Organization
) -> None:
    products.add(
        organization=organization, by=SYSTEM, code="books", display_name="Books", processor="sql",
        document=MAPPING,
    )  # fmt: skip
    Product.objects.filter(code="books").update(unavailable_since="2026-11-24T08:00Z")

    text = officer.get(URL).content.decode()

    assert "<b>Access</b> Reads 2 tables" in text
    assert "<b>Delete</b> Erases rows in 1 table; keeps orders (bookkeeping)" in text
    assert "Has not answered since 09:00; work waits and nothing is lost." in text
    assert "Not set up" in text


def test_the_page_asks_as_much_for_one_product_as_for_ten(
    officer: Client, organization: Organization
) -> None:
    counts = []
    for more in (0, 10):
        for number in range(more):
            products.add(
                organization=organization, by=SYSTEM, code=f"p{number}", display_name="",
                processor="sql", document=MAPPING,
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            officer.get(URL)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12


# --- drafts --------------------------------------------------------------------------------------


def save(client: Client, people: str = "ann@example.com", **more: Any) -> str:
    answer = client.post(DRAFTS, typed(people, **more), headers=HX)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_draft_is_saved_and_gone_on_with(officer: Client) -> None:
    said = save(officer, "lars@example,se\n\nzoe@example.com", channel="phone", actions=["delete"])
    offered = officer.get(URL).content.decode()
    again = officer.get(URL, {"draft": DRAFT_ID}).content.decode()

    assert "Draft saved 13:00" in said
    assert "Continue the draft of 13:00 · 1 person" in offered
    assert "lars@example,se\n\nzoe@example.com</textarea>" in again
    assert '<option value="phone" selected>' in again
    assert 'name="actions" value="delete" checked' in again
    assert f'name="draft_id" value="{DRAFT_ID}"' in again
    assert "zoe@example.com" not in offered


def test_saved_again_it_is_the_same_draft_and_empty_it_is_none(officer: Client) -> None:
    assert "Draft saved" not in save(officer, " \n")
    save(officer)
    save(officer, "bo@example.com\neva@example.com")

    assert SavedDraft.objects.get().people == 2


def test_a_draft_is_seen_by_who_typed_it_alone(officer: Client, organization: Organization) -> None:
    save(officer)

    for other in (
        signed_in(organization, "staff"),
        signed_in_as_stranger(),
    ):
        assert other.get(URL, {"draft": DRAFT_ID}).status_code == 404
        assert other.get(f"{DRAFTS}{DRAFT_ID}/discard/").status_code == 404
        assert other.post(f"{DRAFTS}{DRAFT_ID}/discard/").status_code == 404
        assert other.get(f"{DRAFTS}{DRAFT_ID}/count/", headers=HX).status_code == 404
        assert "Continue the draft" not in other.get(URL).content.decode()
    assert officer.get(URL, {"draft": "nonsense"}).status_code == 404


def signed_in_as_stranger() -> Client:
    from privacyportal.organizations.models import Member, User

    person = User.objects.create_user("stranger@example.org")
    other = make_organization("Other@PortalOrg", "crm")
    Member.objects.create(organization=other, user=person, role="officer")
    return client_of(person)


def test_a_draft_is_discarded_after_a_question(officer: Client) -> None:
    save(officer)
    question = officer.get(f"{DRAFTS}{DRAFT_ID}/discard/").content.decode()

    answer = officer.post(f"{DRAFTS}{DRAFT_ID}/discard/")

    assert "What was typed of 1 person is forgotten." in question
    assert answer["Location"] == URL
    assert not SavedDraft.objects.exists()


def test_submitting_forgets_the_draft(officer: Client) -> None:
    save(officer)

    officer.post(URL, typed("ann@example.com"))

    assert not SavedDraft.objects.exists()
    assert "Draft saved" not in save(officer)
    assert not SavedDraft.objects.exists()


# --- counts --------------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    asked: list[int] = []
    monkeypatch.setattr(dry_run, "wake_counts", asked.extend)
    return asked


def test_counting_saves_the_draft_and_polls_until_all_have_answered(
    officer: Client, organization: Organization, asked: list[int]
) -> None:
    products.add(
        organization=organization, by=SYSTEM, code="books", display_name="Books", processor="sql",
        document=MAPPING,
    )  # fmt: skip
    sent = typed("ann@example.com", actions=["delete"], products=["books", "crm"])
    url = f"{DRAFTS}{DRAFT_ID}/count/"

    first = officer.post(url, sent, headers=HX).content.decode()
    DryRun.objects.filter(product__code="books").update(
        tables=[{"name": "customers", "erase": 12806, "blank": 0, "keep": 3}],
        answered_at="2026-11-24T12:00Z",
    )
    then = officer.get(url, headers=HX).content.decode()
    review = officer.post(URL, sent, headers=HX).content.decode()
    changed = officer.post(URL, {**sent, "people": "bo@example.com"}, headers=HX).content.decode()

    assert first.startswith('<div id="dry-run"')
    assert "counting…" in first
    assert 'hx-trigger="every 1s"' in first
    assert "Has no settings yet" in first
    assert "hx-get" not in then
    for text in (then, review):
        assert '<td class="num">12,806</td>' in text
        assert "Counted 13:00 without changing anything." in text
        assert "Count again" in text
    assert "People or products have changed since." in changed


def test_without_script_counting_leads_back_to_the_form(officer: Client, asked: list[int]) -> None:
    sent = typed("ann@example.com", actions=["delete"])

    answer = officer.post(f"{DRAFTS}{DRAFT_ID}/count/", sent)

    assert answer["Location"] == f"{URL}?draft={DRAFT_ID}#dry-run"
    page = officer.get(answer["Location"]).content.decode()
    assert "ann@example.com</textarea>" in page
    assert "What delete would touch" in page


# --- undo ----------------------------------------------------------------------------------------


def test_it_is_offered_on_every_page_while_it_is_possible(
    officer: Client, clock: time_machine.Traveller
) -> None:
    officer.post(URL, filled())
    request = PrivacyRequest.objects.get()
    undo = f'action="/requests/{request.public_id}/undo/"'

    assert undo in officer.get("/").content.decode()
    assert undo in officer.get(f"/jobs/{Job.objects.get().public_id}/").content.decode()
    clock.shift(9.5)
    assert f"{undo}" in (late := officer.get("/").content.decode())
    assert "data-seconds>1</span>" in late
    clock.shift(1)
    assert undo not in officer.get("/").content.decode()


def test_what_was_submitted_is_told_though_the_seconds_are_over(
    officer: Client, clock: time_machine.Traveller
) -> None:
    officer.post(URL, filled())
    clock.shift(60)

    text = officer.get("/").content.decode()
    again = officer.get("/").content.decode()

    assert "1 job submitted as request" in text
    assert "/undo/" not in text
    assert "1 job submitted as request" not in again


def test_undo_leads_back_to_the_form_with_everything_in_it(officer: Client) -> None:
    people = "K-1 | Email: ann@example.com, Phone: 070 123 45\n\nEmail: bo@example.com"
    sent = filled(people=people, actions=["access", "delete"], confirm="delete 2 people")
    officer.post(URL, sent)
    request = PrivacyRequest.objects.get()

    answer = officer.post(f"/requests/{request.public_id}/undo/")
    form = officer.get(answer["Location"]).content.decode()

    assert not PrivacyRequest.objects.exists()
    assert f"{people}</textarea>" in form
    for kept in (
        'value="2026-11-20"',
        '<option value="letter" selected>',
        'value="CASE-17"',
        'name="actions" value="delete" checked',
        'value="WebShop" checked',
    ):
        assert kept in form
    assert "The request is taken back." in form
    saved = SavedDraft.objects.get()
    assert UUID(answer["Location"].rpartition("=")[2]) == saved.public_id
    assert officer.post(f"/requests/{request.public_id}/undo/").status_code == 404


def test_too_late_it_says_what_can_still_be_done(officer: Client) -> None:
    officer.post(URL, filled())
    request, job = PrivacyRequest.objects.get(), Job.objects.get()
    ProductResponse.objects.filter(product_code="crm").update(
        state="complete", outcome_code="6000-200", attempts=1
    )

    answer = officer.post(f"/requests/{request.public_id}/undo/")

    assert answer.status_code == 409
    text = " ".join(answer.content.decode().split())
    assert "Too late to undo" in text
    assert "1 has not begun: it can still be cancelled at its job." in text
    assert f'href="/jobs/{job.public_id}/"' in text
    assert PrivacyRequest.objects.exists()


def test_a_portal_without_undo_offers_none(officer: Client, settings: Any) -> None:
    settings.PORTAL_UNDO_SECONDS = 0

    officer.post(URL, filled(draft_id=str(uuid4())))

    text = officer.get("/").content.decode()
    assert "1 job submitted as request" in text
    assert "/undo/" not in text
