"""The page of a job: what it tells, to whom, and what may be done from it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Attempt, Job, PackageContent, ProductResponse
from jobs.rules.states import State
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.keys.services import destroy
from privacyportal.organizations.models import Organization, User
from tests.api.bodies import document, identity, user
from tests.api.conftest import Program
from tests.api.work import close, give, submit
from tests.consent.conftest import CONSENT, call
from tests.sessions import signed_in
from tests.views.pages import FRAGMENT, read

EMAIL, PHONE = "ann.berg@example.com", "+46701234567"
BOTH = ["access", "delete"]


def url(job: Job, rest: str = "") -> str:
    return f"/jobs/{job.public_id}/{rest}"


@pytest.fixture
def job(program: Program) -> Job:
    ids = [identity(value=EMAIL), identity("phone", PHONE)]
    [job] = submit(program, document(users=[user("ann", ids=ids)], include=["crm", "WebShop"]))
    return job


@pytest.mark.parametrize("role", ["administrator", "officer", "auditor"])
def test_who_may_read_sees_the_job_with_masked_identities(
    organization: Organization, job: Job, role: str
) -> None:
    answer = signed_in(organization, role).get(url(job))
    page = answer.content.decode()

    assert answer["Cache-Control"] == "no-store, private"
    assert "a•••••@e•••••.com" in page
    assert EMAIL not in page
    assert PHONE not in page


def test_a_job_of_another_organization_is_not_there(
    organization: Organization, stranger: Program, officer: Client
) -> None:
    [other] = submit(stranger, document("Other@PortalOrg"))

    for rest in ("", "package/", "retry/", "cancel/"):
        assert officer.get(url(other, rest)).status_code == 404
        assert officer.post(url(other, "cancel/")).status_code == 404
    assert officer.post(url(other, "identities/0/reveal/")).status_code == 404


def test_staff_see_their_own_job_without_package_and_acts(
    organization: Organization, job: Job
) -> None:
    client = signed_in(organization, "staff")
    assert client.get(url(job)).status_code == 404
    person = User.objects.get(email="staff@example.org")
    Job.objects.filter(pk=job.pk).update(submitted_by_id=person.actor.id)

    page = read(client, url(job))

    assert "Package" not in page
    assert "Reveal" not in page
    assert "Cancel" not in page
    assert client.get(url(job, "package/")).status_code == 403
    assert client.post(url(job, "cancel/")).status_code == 403
    assert client.post(url(job, "identities/0/reveal/")).status_code == 403


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_who_only_reads_gets_no_act_no_reveal_and_no_download(
    organization: Organization, job: Job, role: str
) -> None:
    close(job)
    client = signed_in(organization, role)

    page = read(client, url(job))

    assert "You can see this job but not its package" in page
    assert "Reveal" not in page
    assert "Download" not in page
    assert client.get(url(job, "package/")).status_code == 403
    for act in ("retry", "cancel", "release", "drop"):
        assert client.post(url(job, f"{act}/")).status_code == 403
    assert client.post(url(job, "identities/0/reveal/")).status_code == 403


def test_the_due_date_explains_itself(officer: Client, job: Job) -> None:
    page = read(officer, url(job))

    assert "1 month from receipt, GDPR Art. 12(3); may be extended once by 2 months" in page
    assert "end of day" in page


def test_an_error_says_what_happened_and_what_to_do(officer: Client, job: Job) -> None:
    close(
        job,
        code="1010-400",
        outcome_detail="sql.permission",
        outcome_params={"name": "customers"},
    )

    page = read(officer, url(job))

    assert "The database user may not do this to customers." in page
    assert "PRVCY-1010-400" in page
    assert "It is not tried again by itself." in page
    assert "Retry 2 errors" in page
    assert page.count('<details class="fold" id="response-') == 2
    assert page.count(" open>") == 1  # the first that needs a person


def test_the_timeline_tells_tries_acts_and_how_it_came(officer: Client, job: Job) -> None:
    now = timezone.now()
    for response in job.responses.all():
        Attempt.objects.create(
            organization_id=job.organization_id,
            job_id=job.pk,
            response_id=response.pk,
            number=1,
            step="process",
            started_at=now,
            ended_at=now,
            state="error",
            code="1021-400",
        )
    close(job, code="1021-400")
    officer.post(url(job, "retry/"))

    page = read(officer, url(job))

    assert "crm, WebShop ended in error" in page
    assert "Retried by officer@example.org" in page
    assert "Submitted by warehouse" in page
    assert "Received: API" in page


def test_the_page_takes_as_many_queries_for_one_product_as_for_many(
    program: Program, officer: Client
) -> None:
    counts = []
    for include in (["crm"], ["crm", "WebShop", "analytics", "campaign"]):
        [job] = submit(program, document(include=include))
        with CaptureQueriesContext(connection) as queries:
            read(officer, url(job))
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- live --------------------------------------------------------------------------------------


def test_htmx_gets_the_fragment_and_asks_again_until_the_job_is_over(
    officer: Client, job: Job
) -> None:
    moving = read(officer, url(job), **FRAGMENT)
    close(job)
    done = read(officer, url(job), **FRAGMENT)

    assert moving.startswith('<div id="job">')
    assert "every 5s" in moving
    assert "every 5s" not in done
    assert 'id="job-poll"' in done


def test_a_refresh_that_finds_nothing_new_swaps_nothing(officer: Client, job: Job) -> None:
    seen = officer.get(url(job), headers=FRAGMENT).context["version"]

    same = officer.get(f"{url(job)}?seen={seen}", headers=FRAGMENT)
    job.responses.filter(product_code="crm").update(attempts=1)
    other = officer.get(f"{url(job)}?seen={seen}", headers=FRAGMENT)

    assert same.status_code == 204
    assert other.status_code == 200


# --- reveal ------------------------------------------------------------------------------------


def test_a_reveal_shows_one_value_and_records_that_but_not_what(officer: Client, job: Job) -> None:
    answer = officer.post(url(job, "identities/1/reveal/"), headers=FRAGMENT)
    fragment = answer.content.decode()

    assert PHONE in fragment
    assert EMAIL not in fragment
    assert answer["Cache-Control"] == "no-store, private"
    [event] = AuditEvent.objects.filter(verb="identity.reveal")
    assert event.target_id == str(job.public_id)
    detail = AuditDetail.objects.get(pk=event.pk).detail
    assert detail["position"] == 1
    assert PHONE not in str(detail)


def test_a_reveal_works_without_htmx(officer: Client, job: Job) -> None:
    page = officer.post(url(job, "identities/0/reveal/")).content.decode()

    assert EMAIL in page
    assert PHONE not in page
    assert "Products" in page
    assert EMAIL not in read(officer, url(job))


def test_an_identity_that_is_not_there_reveals_nothing(officer: Client, job: Job) -> None:
    assert officer.post(url(job, "identities/9/reveal/")).status_code == 404
    assert officer.get(url(job, "identities/0/reveal/"))["Location"] == url(job)
    assert not AuditEvent.objects.filter(verb="identity.reveal").exists()


def test_forgotten_identities_are_told_as_removed(officer: Client, job: Job) -> None:
    destroy(job.request.data_key_id)

    assert "The identities of this request were removed." in read(officer, url(job))


# --- acts --------------------------------------------------------------------------------------


def test_only_possible_acts_are_offered(officer: Client, job: Job) -> None:
    fresh = read(officer, url(job))
    close(job)
    done = read(officer, url(job))

    assert "Cancel 2 responses" in fresh
    assert "Retry" not in fresh
    for word in ("Cancel", "Retry", "Release", "Drop"):
        assert word not in done


def test_cancelling_tells_what_was_done_per_product(officer: Client, job: Job) -> None:
    ProductResponse.objects.filter(job=job, product_code="crm").update(attempts=1)

    answer = officer.post(url(job, "cancel/"), follow=True)

    assert "1 response cancelled" in answer.content.decode()
    assert "WebShop: Cancelled." in answer.content.decode()
    assert "crm: Already tried, may have had effects." in answer.content.decode()
    assert job.responses.get(product_code="WebShop").state == State.CANCELLED


def test_retrying_brings_errors_back(officer: Client, job: Job) -> None:
    close(job, code="1021-400")

    answer = officer.post(url(job, "retry/"), follow=True)

    assert "2 responses are retried" in answer.content.decode()
    assert set(job.responses.values_list("state", flat=True)) == {State.DUE}


@pytest.mark.parametrize(("act", "state"), [("release", State.DUE), ("drop", State.CANCELLED)])
def test_a_held_delete_is_released_or_dropped(
    program: Program, officer: Client, act: str, state: str
) -> None:
    access, delete = submit(program, document(users=[user(action=BOTH)]))
    ProductResponse.objects.filter(job=delete).update(state=State.HELD)

    page = read(officer, url(delete))
    officer.post(url(delete, f"{act}/"))

    assert "1 delete waits for you" in page
    assert f"{act.capitalize()} 1 delete" in page
    assert f"/jobs/{access.public_id}/" in page  # same person, same request
    assert delete.responses.get().state == state


def test_without_script_an_act_is_asked_on_a_page_that_changes_nothing(
    officer: Client, job: Job
) -> None:
    page = read(officer, url(job, "cancel/"))

    assert "Cancel what has not begun?" in page
    assert "2 product responses end without anything being done there: crm and WebShop." in page
    assert "Keep as it is" in page
    assert set(job.responses.values_list("state", flat=True)) == {State.DUE}


def test_an_act_whose_time_is_over_is_told_so(officer: Client, job: Job) -> None:
    close(job)

    asked = officer.get(url(job, "cancel/"), follow=True)
    done = officer.post(url(job, "cancel/"), follow=True)

    assert "There is nothing to do any more" in asked.content.decode()
    assert "Nothing was changed" in done.content.decode()


def test_there_are_no_other_acts(officer: Client, job: Job) -> None:
    assert officer.post(url(job, "destroy/")).status_code == 404


# --- package -----------------------------------------------------------------------------------


def test_the_package_is_listed_downloaded_and_recorded(
    officer: Client, job: Job, tmp_path: Path
) -> None:
    give(job, "crm", {"customers.json": b"[1]"}, tmp_path)
    close(job)

    page = read(officer, url(job))
    answer = officer.get(url(job, "package/"))
    names = ZipFile(BytesIO(b"".join(answer))).namelist()  # type: ignore[arg-type]

    assert "customers.json" in page
    assert any(name.endswith("customers.json") for name in names)
    assert answer["Content-Disposition"] == f'attachment; filename="{job.public_id}.zip"'
    assert AuditEvent.objects.filter(verb="package.download").count() == 1


def test_a_package_that_waits_says_why(officer: Client, job: Job) -> None:
    page = read(officer, url(job))
    answer = officer.get(url(job, "package/"))

    assert "Download opens when 2 more products are done." in page
    assert answer.status_code == 404
    assert "The package opens when every product is done." in answer.content.decode()


def test_a_delete_has_no_package(program: Program, officer: Client) -> None:
    [job] = submit(program, document(users=[user(action=["delete"])]))

    assert "Package" not in read(officer, url(job))
    assert "this job deletes" in officer.get(url(job, "package/")).content.decode()


def test_a_removed_package_says_when(officer: Client, job: Job, tmp_path: Path) -> None:
    give(job, "crm", {"customers.json": b"[1]"}, tmp_path)
    close(job)
    past = timezone.now() - timedelta(days=1)
    PackageContent.objects.filter(job_id=job.pk).update(expires_at=past, removed_at=past)

    answer = officer.get(url(job, "package/"))

    assert answer.status_code == 410
    assert "The package was removed" in answer.content.decode()
    assert "The package was removed on" in read(officer, url(job))


def test_a_request_with_the_very_same_content_names_the_one_before(
    program: Program, officer: Client
) -> None:
    [first] = submit(program, document())
    [second] = submit(program, document())
    [third] = submit(program, document())
    [other] = submit(program, document(priority="low"))

    page = read(officer, url(third))

    assert "Same content as" in page
    assert url(second) in page
    assert second.request.request_id in page
    assert "Same content as" not in read(officer, url(first))
    assert "Same content as" not in read(officer, url(other))


@pytest.mark.parametrize(
    ("out", "title"), [(True, "Opt out of sale"), (False, "Opt back in to sale")]
)
def test_a_choice_is_called_by_its_name(
    program: Program, officer: Client, out: bool, title: str
) -> None:
    assert program.post(call(EMAIL, out=out), CONSENT).status_code == 202
    job = Job.objects.get()

    page = officer.get(url(job)).content.decode()

    assert title in page
    assert "Delete for" not in page
    assert "can be told of this" in page  # neither product can
    assert title in officer.get("/").content.decode()
