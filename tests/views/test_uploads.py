"""The pages of uploads: a file is dropped, mended, reviewed and confirmed, by its member alone."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from consent.models import ConsentRecord
from jobs.models import Job, PrivacyRequest, Upload, UploadPart
from jobs.uploads import counting, submitting, uploads
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import Organization
from tests.api.bodies import ORGANIZATION, document, user
from tests.services.uploading import let_begin
from tests.sessions import signed_in

URL = "/uploads/"
GOOD = "key,action,regulation,products,email\nK1,access+delete,gdpr,crm,ann@example.org\n"
BAD = GOOD.replace("delete", "erase")
UNCLEAR = "Customer;Mail;Remarks\nK1;ann@example.org;called\nK2;bo@example.org;\n"


def file(body: str | bytes, name: str = "people.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body.encode() if isinstance(body, str) else body)


def send(client: Client, *files: SimpleUploadedFile) -> Upload:
    """The last of the files, uploaded."""
    answer = client.post(URL, {"files": list(files)})
    assert (answer.status_code, answer["Location"]) == (302, URL)
    return Upload.objects.latest("pk")


def text(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def at(upload: Upload, what: str) -> str:
    return f"{URL}{upload.public_id}/{what}"


def test_a_file_is_reviewed_confirmed_and_submitted(officer: Client) -> None:
    upload = send(officer, file(GOOD, "november.csv"))
    page = text(officer.get(URL))
    assert "november.csv Ready 1 people 2 jobs 1 request, GDPR Review and submit" in page
    assert not PrivacyRequest.objects.exists()

    review = officer.get(at(upload, "review/"))
    assert "Jobs 2 1 access, 1 delete Requests 1" in text(review)
    assert "Type delete 1 person" in text(review)
    sent = {"revision": upload.revision, "confirm": "delete 2 people"}
    wrong = officer.post(at(upload, "review/"), sent)
    assert wrong.status_code == 422
    assert "Type “delete 1 person” to go on." in text(wrong)
    assert Upload.objects.get().state == "ready"
    answer = officer.post(at(upload, "review/"), {**sent, "confirm": " Delete 1  person"})
    assert answer.status_code == 302
    page = text(officer.get(URL))
    assert "0 of 1 requests 0 of 1 people" in page
    assert "The file is submitted. 1 person Nothing begins while it can be undone. Undo" in page
    let_begin()
    submitting.work()

    made = PrivacyRequest.objects.get()
    assert made.channel == "upload"
    assert Job.objects.count() == 2
    assert f"/requests/{made.public_id}/" in officer.get(URL).content.decode()
    assert officer.get(at(upload, "review/")).status_code == 302


def test_what_changed_after_the_review_is_not_submitted(officer: Client) -> None:
    upload = send(officer, file(GOOD))
    officer.post(at(upload, "replace/"), {"file": file(GOOD.replace("K1", "K2"))})
    sent = {"revision": upload.revision, "confirm": "delete 1 person"}

    answer = officer.post(at(upload, "review/"), sent, follow=True)

    assert "The file has changed since." in text(answer)
    assert Upload.objects.get().state == "ready"


def test_problems_stand_by_line_and_a_mended_file_takes_their_place(officer: Client) -> None:
    upload = send(officer, file(BAD))

    page = text(officer.get(URL))
    assert "1 problem in people.csv" in page
    assert "2 action access+erase “erase” is not an action." in page
    answer = officer.post(at(upload, "replace/"), {"file": file(GOOD)})

    assert answer["Location"] == f"{URL}?file={upload.public_id}"
    assert Upload.objects.get().state == "ready"


def test_the_first_hundred_problems_are_shown_and_all_are_in_the_csv(officer: Client) -> None:
    rows = [f"K{n},access,gdpr,crm,=p{n}" for n in range(130)]
    upload = send(officer, file("\n".join([GOOD.splitlines()[0], *rows])))

    page = officer.get(URL)
    assert page.content.decode().count("is not an e-mail address") == 100
    assert "30 more stand in the CSV." in text(page)
    assert "no-store" in page["Cache-Control"]
    told = officer.get(at(upload, "problems.csv"))

    assert "no-store" in told["Cache-Control"]
    lines = list(csv.reader(io.StringIO(told.content.decode("utf-8-sig"))))
    assert len(lines) == 131
    assert lines[1][:3] == ["2", "email", "'=p0"]


def test_columns_are_said_once_and_kept(officer: Client) -> None:
    upload = send(officer, file(UNCLEAR))
    page = text(officer.get(URL))
    assert "Columns of people.csv 2 lines after the heading · semicolons · UTF-8" in page
    assert "a•••••@e•••••.org" in page
    assert "ann@" not in officer.get(URL).content.decode()
    said: dict[str, Any] = {"column-0": "key", "column-1": "key", "column-2": ""}

    wrong = officer.post(at(upload, "columns/"), said)
    assert wrong.status_code == 422
    for told in (
        "Another column is “Key” already.",
        "Choose what this is.",
        "Choose for one column at least which identity it holds.",
    ):
        assert told in text(wrong)
    assert text(wrong).count("No column says it: choose it here, for all lines.") == 3
    good = {
        "column-0": "key", "column-1": "identity:Email", "column-2": "ignore",
        "regulation": "gdpr", "products": ["crm", "WebShop"], "action": "access",
    }  # fmt: skip
    assert officer.post(at(upload, "columns/"), good).status_code == 302
    assert Upload.objects.get().jobs == 2
    officer.post(at(upload, "replace/"), {"file": file(f"{UNCLEAR}K3;cy@example.org;\n")})

    assert (Upload.objects.get().state, Upload.objects.get().jobs) == ("ready", 3)


def test_what_was_chosen_is_offered_for_the_next_file(officer: Client) -> None:
    upload = send(officer, file(UNCLEAR))
    said = {
        "column-0": "key", "column-1": "identity:Email", "column-2": "ignore",
        "regulation": "ccpa", "products": ["WebShop"], "action": "access",
    }  # fmt: skip
    officer.post(at(upload, "columns/"), said)

    send(officer, file(UNCLEAR, "next.csv"))
    page = officer.get(URL).content.decode()

    assert "next.csv" in page
    assert '<option value="ignore" selected>' in page
    assert '<option value="ccpa" selected>' in page
    assert 'value="WebShop" checked' in page
    assert 'value="crm" checked' not in page
    assert '<option value="access" selected>' not in page


def test_a_guess_is_chosen_already(officer: Client) -> None:
    send(officer, file("Kund;E-post\n1;ann@example.org\n"))

    page = officer.get(URL).content.decode()

    assert '<option value="key" selected>' in page
    assert '<option value="identity:Email" selected>' in page


def test_several_files_come_at_once_json_among_them(officer: Client) -> None:
    body = json.dumps(document(ORGANIZATION, users=[user("a"), user("b")]))

    send(officer, file(BAD, "bad.csv"), file(body, "good.json"))

    page = text(officer.get(URL))
    assert "2 files read, 1 ready, 1 needs you" in page
    assert "good.json Ready 2 people 2 jobs" in page
    assert [p["Content-Type"] for p in (officer.get(URL + "requests.json"),)] == [
        "application/json"
    ]


@pytest.mark.parametrize("name", ["requests.csv", "requests.json"])
def test_the_templates_are_files_that_can_be_submitted(officer: Client, name: str) -> None:
    template = officer.get(URL + name)

    upload = send(officer, file(template.content, name))

    assert (upload.state, upload.people, upload.jobs) == ("ready", 2, 3)


def test_what_cannot_be_taken_says_so_in_its_place(officer: Client, settings: Any) -> None:
    def refused(**sent: Any) -> str:
        answer = officer.post(URL, sent)
        assert answer.status_code == 422
        return text(answer)

    assert "No file was chosen" in refused()
    assert "No file was chosen" in refused(files=[file("")])
    assert "larger than 20 MB" in refused(files=[file(b"x" * (20 * 2**20 + 1))])
    assert not Upload.objects.exists()


def test_nothing_of_a_file_is_written_to_the_disk(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: Any, **more: Any) -> None:
        raise AssertionError("a file was written")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", fail)
    rows = "".join(f"K{n},access,gdpr,crm,p{n}@example.org\n" for n in range(80_000))

    upload = send(officer, file(GOOD + rows))

    assert upload.size > 3_000_000
    assert upload.state == "reading"
    moving = officer.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert moving.startswith("<section") or moving.lstrip().startswith("<section")
    assert 'hx-trigger="every 2s"' in moving


def test_the_page_asks_again_only_while_something_goes_on(officer: Client) -> None:
    send(officer, file(GOOD))

    fragment = officer.get(URL, headers={"HX-Request": "true"}).content.decode()

    assert 'id="uploads"' in fragment
    assert "hx-trigger" not in fragment
    assert "<h1" not in fragment


def test_only_its_member_sees_it(officer: Client, organization: Organization) -> None:
    upload = send(officer, file(BAD))
    staff = signed_in(organization, "staff")

    assert "people.csv" not in staff.get(URL).content.decode()
    assert staff.get(at(upload, "review/")).status_code == 404
    assert staff.get(at(upload, "problems.csv")).status_code == 404
    for what, sent in (("columns/", {}), ("discard/", {}), ("replace/", {"file": file(GOOD)})):
        assert staff.post(at(upload, what), sent).status_code == 404
    assert Upload.objects.get().state == "wrong"


def test_it_is_discarded_after_a_question(officer: Client) -> None:
    upload = send(officer, file(GOOD))

    assert "Discard people.csv?" in text(officer.get(at(upload, "discard/")))
    assert Upload.objects.exists()
    answer = officer.post(at(upload, "discard/"), follow=True)

    assert "Nothing of it is kept." in text(answer)
    assert not Upload.objects.exists()


def test_a_file_of_opt_outs_records_them(officer: Client) -> None:
    rows = "".join(f"p{n}@example.org\n" for n in range(3))
    upload = send(officer, file(f"email\n{rows}"))
    said = {"column-0": "identity:Email", "action": "opt-out-of-sale"}
    assert officer.post(at(upload, "columns/"), said).status_code == 302
    review = text(officer.get(at(upload, "review/")))
    assert "Identities 3" in review
    assert "Record 3 choices" in review

    officer.post(at(upload, "review/"), {"revision": upload.revision + 1})
    let_begin()
    submitting.work()

    assert ConsentRecord.objects.filter(opted_out=True, channel="upload").count() == 3
    assert "Recorded choices" in text(officer.get(URL))
    page = officer.get("/consent/").content.decode()
    assert 'href="/uploads/"' in page


def test_staff_may_not_record_opt_outs(organization: Organization) -> None:
    staff = signed_in(organization, "staff")

    send(staff, file("email,action\nann@example.org,opt-in\n"))

    assert "opt-in" not in re.findall(r'option value="([^"]*)"', staff.get(URL).content.decode())


def test_the_page_asks_as_little_for_many_files_as_for_few(
    officer: Client, django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST", 50)
    send(officer, *[file(GOOD) for _ in range(19)], file(BAD))

    with django_assert_max_num_queries(20):
        officer.get(URL)


def test_new_requests_and_the_rail_lead_here(officer: Client) -> None:
    page = officer.get("/requests/new/").content.decode()

    assert page.count('href="/uploads/"') == 2
    assert "Upload a file instead" in page
    assert officer.get("/uploads/columns/").status_code == 200


def test_the_review_of_deletes_counts_what_they_would_touch(
    officer: Client, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(officer, file(GOOD))
    place = at(upload, "count/")
    review = officer.get(at(upload, "review/")).content.decode()
    assert f'formaction="{place}"' in review
    assert "Only the first" not in review

    answer = officer.post(place)
    assert answer["Location"] == at(upload, "review/#dry-run")
    part = officer.post(place, headers={"HX-Request": "true"}).content.decode()
    assert 'id="dry-run"' in part
    assert "Has no settings yet" in part
    monkeypatch.setattr(counting, "MOST", 1)
    two = send(officer, file(GOOD + "K2,delete,gdpr,crm,bo@example.org\n"))
    officer.post(at(two, "count/"))
    assert "Only the first 1 people are counted." in text(officer.get(at(two, "review/")))
    assert signed_in(organization, "staff").post(place).status_code == 404
    only_access = send(officer, file(GOOD.replace("access+delete", "access")))
    assert "dry-run" not in officer.get(at(only_access, "review/")).content.decode()


def test_a_submission_is_taken_back_and_can_be_reviewed_again(
    officer: Client, organization: Organization
) -> None:
    upload = send(officer, file(GOOD))
    sent = {"revision": upload.revision, "confirm": "delete 1 person"}
    officer.post(at(upload, "review/"), sent)
    assert "people.csv" not in str(dict(officer.session))
    assert at(upload, "undo/") in officer.get(URL).content.decode()
    assert signed_in(organization, "staff").post(at(upload, "undo/")).status_code == 404

    answer = officer.post(at(upload, "undo/"), follow=True)

    assert answer.redirect_chain == [(at(upload, "review/"), 302)]
    assert "The file is taken back. No request was made of it." in text(answer)
    assert at(upload, "undo/") not in officer.get(URL).content.decode()
    officer.post(at(upload, "review/"), sent)
    let_begin()
    submitting.work()
    late = officer.post(at(upload, "undo/"), follow=True)
    assert "It is too late to take the file back" in text(late)
    assert Job.objects.count() == 2


def test_a_part_that_fails_is_explained_and_tried_again(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"K{n},access,gdpr,crm,p{n}@example.org\n" for n in range(1500))
    upload = send(officer, file(GOOD.splitlines()[0] + "\n" + rows))
    officer.post(at(upload, "review/"), {"revision": upload.revision})
    let_begin()
    submit = submitting._submit

    def second_fails(part: UploadPart) -> None:
        if part.number == 2:
            raise ValueError("p1400@example.org")
        submit(part)

    monkeypatch.setattr(submitting, "_submit", second_fails)
    submitting.work()

    page = text(officer.get(URL))
    reference = upload.parts.get(number=2).reference
    assert "1 of 2 requests 1,000 of 1,500 people" in page
    assert "1 request could not be made: a fault on our side. It is about 500 people." in page
    assert "The next try is at" in page
    assert f"Request 2 failed 1 time, reference {reference}." in page
    monkeypatch.undo()
    answer = officer.post(at(upload, "retry/"), follow=True)
    assert "It is being tried again." in text(answer)
    submitting.work()

    assert "Submitted 1,500 people" in text(officer.get(URL))
    assert Job.objects.count() == 1500


def test_what_fails_for_ever_is_given_up_and_the_rest_stays(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"K{n},access,gdpr,crm,p{n}@example.org\n" for n in range(1500))
    upload = send(officer, file(GOOD.splitlines()[0] + "\n" + rows))
    officer.post(at(upload, "review/"), {"revision": upload.revision})
    let_begin()
    submit = submitting._submit
    monkeypatch.setattr(
        submitting, "_submit", lambda part: submit(part) if part.number == 1 else 1 / 0
    )
    submitting.work()

    asked = text(officer.get(at(upload, "discard/")))
    told = text(officer.post(at(upload, "discard/"), follow=True))

    assert "No request is made for 500 people" in asked
    assert "500 people are not asked for." in told
    assert "Given up for 500 people" in told
    assert Job.objects.count() == 1000
    upload.refresh_from_db()
    assert (upload.state, upload.content_sealed) == ("submitted", None)
    assert not UploadPart.objects.exclude(content_sealed=None).exists()
    assert AuditEvent.objects.get(verb="upload.give_up").target_id == str(upload.public_id)


def test_while_it_is_submitted_it_says_how_much_is_left(officer: Client) -> None:
    rows = "".join(f"K{n},access,gdpr,crm,p{n}@example.org\n" for n in range(1500))
    upload = send(officer, file(GOOD.splitlines()[0] + "\n" + rows))
    officer.post(at(upload, "review/"), {"revision": upload.revision})
    Upload.objects.update(submitted_at=timezone.now() - timedelta(seconds=310))
    submitting.submit_next()

    page = text(officer.get(URL))

    assert "people.csv 1 of 2 requests 1,000 of 1,500 people · about 3 minutes left" in page
    assert "people.csv Being submitted 1,500 people 1,500 jobs 2 requests, GDPR" in page
