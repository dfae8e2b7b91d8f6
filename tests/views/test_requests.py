"""The list of requests and the page of one."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import PrivacyRequest, ProductResponse, RequestAttachment, RequestNote
from jobs.rules.states import State
from jobs.services import notes
from jobs.views import request_list as listed
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditEvent
from privacyportal.keys.services import destroy
from privacyportal.organizations.models import Member, Organization, User
from tests.api.bodies import document
from tests.api.conftest import Program
from tests.api.work import close, submit
from tests.services.crowd import CODES, crowd
from tests.sessions import signed_in
from tests.views.pages import FRAGMENT, read


def url(asked: PrivacyRequest, rest: str = "") -> str:
    return f"/requests/{asked.public_id}/{rest}"


@pytest.fixture
def asked(organization: Organization) -> PrivacyRequest:
    return crowd(organization, 2, "crm", "WebShop")


def own(client: Client, asked: PrivacyRequest, email: str = "staff@example.org") -> None:
    """As if this member had submitted it."""
    author = User.objects.get(email=email).actor.id
    PrivacyRequest.objects.filter(pk=asked.pk).update(submitted_by_id=author)
    asked.jobs.update(submitted_by_id=author)


# --- the list ----------------------------------------------------------------------------------


def test_the_list_has_the_organizations_requests_newest_first(
    officer: Client, asked: PrivacyRequest, stranger: Program, organization: Organization
) -> None:
    [foreign] = submit(stranger, document("Other@PortalOrg"))
    newer = crowd(organization, 1, "crm")

    page = read(officer, "/requests/")

    assert page.index(newer.request_id) < page.index(asked.request_id)
    assert foreign.request.request_id not in page
    assert "0/4" in page  # jobs


def test_staff_see_their_own_requests_only(
    organization: Organization, asked: PrivacyRequest
) -> None:
    client = signed_in(organization, "staff")
    mine = crowd(organization, 1, "crm")
    own(client, mine)

    for path in ("/requests/", "/requests/?show=open"):
        page = read(client, path)
        assert mine.request_id in page
        assert asked.request_id not in page
    assert client.get(url(asked)).status_code == 404


def test_the_list_is_filtered(officer: Client, organization: Organization) -> None:
    done, mine, theirs = (crowd(organization, 1, "crm") for _ in range(3))
    for job in done.jobs.all():
        close(job)
    own(officer, mine, "officer@example.org")
    member = Member.objects.get(user__email="officer@example.org")
    PrivacyRequest.objects.filter(pk=theirs.pk).update(assignee=member)

    def shown(query: str) -> set[str]:
        page = read(officer, f"/requests/{query}", **FRAGMENT)
        return set(re.findall(r'href="/requests/([0-9a-f-]{36})/"', page))

    everyone = {str(one.public_id) for one in (done, mine, theirs)}
    assert shown("") == everyone == shown("?show=nothing-of-ours")
    assert shown("?show=open") == everyone - {str(done.public_id)}
    assert shown("?show=mine") == {str(mine.public_id)}
    assert shown("?show=assigned") == {str(theirs.public_id)}


def test_the_list_goes_on_page_by_page(
    officer: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "PAGE", 2)
    made = [crowd(organization, 1, "crm") for _ in range(3)]

    first = read(officer, "/requests/")
    assert made[0].request_id not in first
    onward = re.search(r'href="(/requests/\?after=[^"]+)"', first)
    assert onward
    second = read(officer, onward[1])

    assert made[0].request_id in second
    assert made[1].request_id not in second
    assert "Older requests" not in second


def test_the_list_takes_as_many_queries_for_one_request_as_for_many(
    officer: Client, organization: Organization
) -> None:
    counts = []
    for _ in range(2):
        crowd(organization, 2, "crm")
        with CaptureQueriesContext(connection) as queries:
            read(officer, "/requests/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- the page ----------------------------------------------------------------------------------


def test_a_request_of_a_thousand_people_is_counted_and_not_read(
    officer: Client, organization: Organization, django_assert_max_num_queries
) -> None:
    asked = crowd(organization, 1000, *CODES)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for job in asked.jobs.all()[:3]:
        close(job)

    with django_assert_max_num_queries(26) as queries:
        page = read(officer, url(asked))

    assert "3 of 2,000 jobs ended" in page
    assert page.count('role="rowheader"') == 100
    assert "Next 100 jobs" in page
    slow = {q["sql"][:300]: q["time"] for q in queries.captured_queries if float(q["time"]) > 0.25}
    assert slow == {}


def test_pills_count_and_filter(officer: Client, asked: PrivacyRequest) -> None:
    first = asked.jobs.earliest("pk")
    close(first, code="1021-400")

    page = read(officer, f"{url(asked)}?status=error")

    assert f"/jobs/{first.public_id}/" in page
    assert page.count('role="rowheader"') == 1
    assert re.search(r"Error <b[^>]*>1</b>", page)
    assert re.search(r"All jobs <b[^>]*>4</b>", page)
    assert "No job of this request is so any more." in read(
        officer, f"{url(asked)}?status=cancelled"
    )


def test_the_jobs_go_on_page_by_page(
    officer: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.views.request_page.PAGE", 3)
    asked = crowd(organization, 2, "crm")

    first = read(officer, url(asked))
    onward = re.search(r'href="(/requests/[^"]+\?after=[^"]+)"', first)
    assert onward
    second = read(officer, onward[1])

    assert first.count('role="rowheader"') == 3
    assert second.count('role="rowheader"') == 1
    assert "Back to the first" in second


def test_time_left_is_told_where_there_is_a_pace(officer: Client, asked: PrivacyRequest) -> None:
    assert " left" not in read(officer, url(asked))
    half = list(asked.jobs.filter(action="access"))
    for job in half:
        close(job, at=timezone.now() - timedelta(seconds=5))

    assert "about 1 minute left" in read(officer, url(asked))


def test_it_is_live_while_anything_can_change(officer: Client, asked: PrivacyRequest) -> None:
    answer = officer.get(url(asked), headers=FRAGMENT)
    seen = answer.context["version"]
    assert "every 5s" in answer.content.decode()
    assert officer.get(f"{url(asked)}?seen={seen}", headers=FRAGMENT).status_code == 204

    for job in asked.jobs.all():
        close(job)

    after = officer.get(f"{url(asked)}?seen={seen}", headers=FRAGMENT)
    assert after.status_code == 200
    assert "every 5s" not in after.content.decode()


def test_the_request_before_with_the_same_content_is_named(
    officer: Client, program: Program
) -> None:
    [first], [second] = submit(program, document()), submit(program, document())

    assert f'href="/requests/{first.request.public_id}/"' in read(officer, url(second.request))


# --- acts --------------------------------------------------------------------------------------


def test_an_act_names_its_numbers_and_is_told(officer: Client, asked: PrivacyRequest) -> None:
    asked.jobs.earliest("pk").responses.update(attempts=1)

    asks = read(officer, url(asked, "cancel/"))
    assert "6 product responses of this request end" in asks
    assert not ProductResponse.objects.filter(state=State.CANCELLED).exists()
    page = officer.post(url(asked, "cancel/"), follow=True).content.decode()

    assert "6 responses cancelled" in page
    assert "In 3 jobs." in page
    assert "6 responses cancelled by officer@example.org" in page  # the history
    job = asked.jobs.latest("pk")
    assert "Whole request: 6 responses cancelled" in read(officer, f"/jobs/{job.public_id}/")
    assert (
        "nothing to do any more"
        in officer.get(url(asked, "release/"), follow=True).content.decode()
    )


# --- assignee ----------------------------------------------------------------------------------


def test_a_request_is_taken_on_given_and_left(
    officer: Client, asked: PrivacyRequest, organization: Organization
) -> None:
    me = User.objects.get(email="officer@example.org")
    auditor = signed_in(organization, "auditor")
    other = User.objects.get(email="auditor@example.org")
    assert "Assign to me" in read(officer, url(asked))

    officer.post(url(asked, "assignee/"), {"to": str(me.public_id)})
    page = read(officer, url(asked))
    assert "Assign to me" not in page
    assert "Taken on by officer@example.org" in page
    assert officer.post(url(asked, "assignee/"), {"to": str(other.public_id)}).status_code == 404
    assert auditor.post(url(asked, "assignee/"), {"to": ""}).status_code == 403
    officer.post(url(asked, "assignee/"), {"to": ""})

    asked.refresh_from_db()
    assert asked.assignee is None
    assert AuditEvent.objects.filter(verb="request.assign").count() == 2


# --- notes and attachments ---------------------------------------------------------------------

SECRET = "<b>Her son</b> called"


def test_an_officer_writes_reads_and_deletes_a_note(officer: Client, asked: PrivacyRequest) -> None:
    answer = officer.post(url(asked, "notes/"), {"text": f"{SECRET}\r\ntwice"})
    assert answer["Location"] == url(asked) + "#notes"

    job = asked.jobs.earliest("pk")
    for path in (url(asked), f"/jobs/{job.public_id}/"):
        page = read(officer, path)
        assert "&lt;b&gt;Her son&lt;/b&gt; called<br>twice" in page
        assert "1 note, 0 files" in page
    note = RequestNote.objects.get()
    assert "gone for good" in read(officer, url(asked, f"notes/{note.public_id}/delete/"))
    officer.post(url(asked, f"notes/{note.public_id}/delete/"))
    assert not RequestNote.objects.exists()


def test_from_a_jobs_page_one_comes_back_to_it(officer: Client, asked: PrivacyRequest) -> None:
    job = asked.jobs.earliest("pk")

    answer = officer.post(url(asked, "notes/"), {"text": "1", "job": str(job.public_id)})

    assert answer["Location"] == f"/jobs/{job.public_id}/#notes"


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_who_reads_no_content_learns_only_that_there_are_notes(
    organization: Organization, asked: PrivacyRequest, role: str
) -> None:
    notes.add_note(request=asked, by=SYSTEM, text=SECRET)
    file = notes.attach(request=asked, by=SYSTEM, name="son.txt", body=b"1")
    client = signed_in(organization, role)

    page = read(client, url(asked))

    assert "1 note, 1 file" in page
    assert "Her son" not in page
    assert "son.txt" not in page
    for path in ("notes/", "attachments/"):
        assert client.post(url(asked, path), {"text": "x"}).status_code == 403
    assert client.get(url(asked, f"attachments/{file.public_id}/")).status_code == 403


def test_staff_read_and_write_notes_of_what_they_submitted(
    organization: Organization, asked: PrivacyRequest
) -> None:
    client = signed_in(organization, "staff")
    assert client.post(url(asked, "notes/"), {"text": "x"}).status_code == 404
    own(client, asked)
    theirs = notes.add_note(request=asked, by=SYSTEM, text="From the office")

    client.post(url(asked, "notes/"), {"text": "From the shop"})

    page = read(client, url(asked))
    assert "From the office" in page
    assert "From the shop" in page
    assert client.post(url(asked, f"notes/{theirs.public_id}/delete/")).status_code == 403


@pytest.mark.parametrize(
    ("text", "told"),
    [("  ", "The note is empty"), ("x" * 10_001, "1 character too long")],
    ids=("empty", "long"),
)
def test_a_note_that_cannot_be_kept_is_still_there(
    officer: Client, asked: PrivacyRequest, text: str, told: str
) -> None:
    answer = officer.post(url(asked, "notes/"), {"text": text})

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert text.strip() in answer.content.decode()


def upload(client: Client, asked: PrivacyRequest, body: bytes, name: str = "bréf.html") -> int:
    file = BytesIO(body)
    file.name = name
    return client.post(url(asked, "attachments/"), {"file": file}).status_code


def test_a_file_comes_back_as_a_download_only(officer: Client, asked: PrivacyRequest) -> None:
    assert upload(officer, asked, b"<script>1</script>") == 302
    file = RequestAttachment.objects.get()

    answer = officer.get(url(asked, f"attachments/{file.public_id}/"))

    assert answer.content == b"<script>1</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''br%C3%A9f.html"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store, private"
    assert "bréf.html" in read(officer, url(asked))


def test_a_file_is_never_in_clear_on_the_disk(
    officer: Client, asked: PrivacyRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", refuse)

    assert upload(officer, asked, b"x" * (5 * 1024 * 1024)) == 302


@pytest.mark.parametrize("size", [0, notes.LARGEST + 1, notes.LARGEST + 1_000_000])
def test_an_empty_and_a_too_large_file_are_refused_in_place(
    officer: Client, asked: PrivacyRequest, size: int
) -> None:
    assert upload(officer, asked, b"x" * size) == 422
    assert not RequestAttachment.objects.exists()


def test_a_file_without_the_forms_token_is_refused(
    organization: Organization, asked: PrivacyRequest
) -> None:
    signed_in(organization, "officer")
    client = Client(enforce_csrf_checks=True)
    person = User.objects.get(email="officer@example.org")
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert upload(client, asked, b"x") == 403


def test_what_was_forgotten_is_told_so(officer: Client, asked: PrivacyRequest) -> None:
    notes.add_note(request=asked, by=SYSTEM, text=SECRET)
    destroy(asked.data_key_id)

    assert "This request was forgotten" in read(officer, url(asked))
    answer = officer.post(url(asked, "notes/"), {"text": "more"})
    assert answer.status_code == 422


def test_a_note_of_another_request_is_not_there(
    officer: Client, asked: PrivacyRequest, organization: Organization
) -> None:
    other = crowd(organization, 1, "crm")
    file = notes.attach(request=other, by=SYSTEM, name="a", body=b"1")

    assert officer.get(url(asked, f"attachments/{file.public_id}/")).status_code == 404
