"""What hinders people who see, hear or move otherwise, as axe-core finds it (WCAG 2.2 AA and best
practice): on every page, light and dark, on a desk and on a phone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from consent.models import ConsentRecord
from consent.services import calls
from consent.services.calls import ConsentDraft
from jobs.events import signing
from jobs.models import Job, Upload, Webhook
from jobs.models.uploads import UploadState
from jobs.models.webhooks import WebhookState
from jobs.rules.events import Kind
from jobs.services import webhooks
from jobs.services.drafts import IdentityDraft
from jobs.services.webhooks import WebhookDraft
from jobs.uploads import counting, reading, uploads
from privacyportal.actors import SYSTEM
from privacyportal.mailbox.reading import FILES
from privacyportal.organizations.models import (
    ApiCredential,
    Invitation,
    Member,
    Organization,
    User,
)
from privacyportal.organizations.permissions import Role
from privacyportal.organizations.services import credentials, invitation_mail, invitations
from tests.browser.portal import LOOKS, PASSWORD, assert_fits, hindrances, sign_in
from tests.daily import daily
from tests.views.test_webhooks import deliver


def pages(job: Job) -> list[str]:
    """Every page of an officer."""
    here, record = f"/jobs/{job.public_id}/", ConsentRecord.objects.latest("pk")
    person = job.data_subject.public_id
    wrong, ready = (upload.public_id for upload in Upload.objects.order_by("pk")[:2])
    return [
        "/",
        "/?status=overdue",
        here,
        f"{here}retry/",
        f"{here}package/",
        "/requests/",
        f"/requests/{job.request.public_id}/",
        "/requests/new/",
        "/people/",
        f"/people/{person}/",
        "/search/",
        "/consent/",
        "/consent/new/",
        f"/consent/{record.public_id}/",
        "/uploads/",
        f"/uploads/?file={wrong}",
        f"/uploads/{ready}/review/",
        f"/uploads/{ready}/discard/",
        "/uploads/columns/",
        "/preferences/",
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/docs/api/",
        "/nothing/",
    ]


def set_up_pages(organization: Organization) -> list[str]:
    """Every page with which an administrator sets people and programs up."""
    colleague = Member.objects.get(organization=organization, role="officer").user.public_id
    program = ApiCredential.objects.get(organization=organization).public_id
    invitation = Invitation.objects.get().public_id
    hooks = [f"/webhooks/{webhook.public_id}/" for webhook in Webhook.objects.order_by("pk")]
    return [
        "/members/",
        "/members/invite/",
        f"/members/{colleague}/",
        f"/members/{colleague}/remove/",
        f"/members/invitations/{invitation}/withdraw/",
        "/programs/",
        "/programs/new/",
        f"/programs/{program}/",
        f"/programs/{program}/rotate/",
        f"/programs/{program}/revoke/",
        "/webhooks/",
        "/webhooks/new/",
        "/settings/",
        "/settings/mail/",
        "/settings/branding/",
        *hooks,
        f"{hooks[0]}change/",
        f"{hooks[0]}remove/",
        "/preferences/",
        "/accounts/2fa/",
        "/mail/",
        urlsplit(invitations.link(Invitation.objects.get())).path,
        "/invitations/none/",
    ]


@pytest.fixture
def administered(job: Job, settings: Any, tmp_path: Path) -> None:
    """A colleague who is invited, a program with two secrets, a webhook in each state with a
    delivery, a second factor that is soon required."""
    organization = job.organization
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, str(tmp_path)
    boss = User.objects.create_user("boss@example.org", PASSWORD, name="Berit Boss")
    Member.objects.create(organization=organization, user=boss, role="administrator")
    invitation_mail.send(
        invitations.invite(
            organization=organization, by=boss.actor, email="a.very.long.name@example.org",
            role=Role.STAFF, language="en",
        )
    )  # fmt: skip
    soon = timezone.now() + timedelta(days=3)
    program = ApiCredential.objects.get(organization=organization)
    credentials.rotate(credential=program, by=SYSTEM, until=soon)
    Organization.objects.filter(pk=organization.pk).update(second_factor_from=soon)
    for number, state in enumerate(WebhookState):
        draft = WebhookDraft(f"warehouse {number}", "https://example.org/in", tuple(Kind))
        made, _secret = webhooks.create(
            organization=organization, by=SYSTEM, client_id=program.client_id, draft=draft
        )
        Webhook.objects.filter(pk=made.pk).update(state=state, visit_until=soon)
        deliver(made, "failed", event_id=number)
    signing.signer()


@pytest.mark.parametrize("look", daily(LOOKS, "phone, dark"))
def test_nothing_hinders_who_sets_up(
    page: Page, live_server: LiveServer, job: Job, administered: None, look: str
) -> None:
    width, theme = LOOKS[look]
    page.set_viewport_size({"width": width, "height": 900})
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    sign_in(page, live_server, "boss@example.org")
    found = {}

    for path in set_up_pages(job.organization):
        page.goto(live_server.url + path)
        if page.locator("details.sent").count():
            page.locator("details.sent > summary").first.click()
        found[path] = hindrances(page)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[f"{path}, sideways"] = [f"{over} px"] if over > 0 else []

    assert {path: what for path, what in found.items() if what} == {}


@pytest.fixture
def choice(job: Job) -> None:
    identity = IdentityDraft("email", "Email", "ann@example.org")
    draft = ConsentDraft(opted_out=True, identities=(identity,))
    calls.accept(organization=job.organization, by=SYSTEM, draft=draft)


@pytest.fixture
def files(job: Job) -> None:
    """One with a problem, one that is ready and counted, one whose columns are not clear, one that
    cannot be submitted."""
    officer = Member.objects.get(organization=job.organization)
    head = b"key,action,regulation,products,email\n"
    bodies = (b"1,erase,gdpr,crm,ann@example.org", b"1,delete,gdpr,crm,ann@example.org")
    for body in (*(head + body for body in bodies), b"Who,Mail\n1,ann@example.org"):
        reading.read_now(uploads.receive(member=officer, name="people.csv", body=body))
    counting.start(Upload.objects.get(state=UploadState.READY))
    failing = uploads.receive(member=officer, name="spring.csv", body=head + bodies[1])
    reading.read_now(failing)
    Upload.objects.filter(pk=failing.pk).update(state=UploadState.SUBMITTING)
    soon = timezone.now() + timedelta(minutes=5)
    failing.parts.update(failures=3, reference="7f1c09ad", not_before=soon)


@pytest.mark.parametrize("look", daily(LOOKS, "desk, light"))
def test_nothing_hinders(
    page: Page, live_server: LiveServer, job: Job, choice: None, files: None, look: str
) -> None:
    width, theme = LOOKS[look]
    page.set_viewport_size({"width": width, "height": 900})
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    found = {}
    page.goto(f"{live_server.url}/accounts/login/")
    found["sign-in"] = hindrances(page)
    sign_in(page, live_server)

    for path in pages(job):
        page.goto(live_server.url + path)
        found[path] = hindrances(page)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[f"{path}, sideways"] = [f"{over} px"] if over > 0 else []

    assert {path: what for path, what in found.items() if what} == {}


# Whether an element has a colour of the system.
IN_SYSTEM_COLOUR = """([selector, property, colour]) => {
  const probe = document.body.appendChild(document.createElement("span"));
  probe.style.forcedColorAdjust = "none";
  probe.style.color = colour;
  const wanted = getComputedStyle(probe).color;
  probe.remove();
  const all = [...document.querySelectorAll(selector)];
  return all.length > 0 && all.every((one) => getComputedStyle(one)[property] === wanted);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_forced_colours_leave_shapes_words_and_the_focus(
    page: Page, live_server: LiveServer, job: Job, theme: str
) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    page.emulate_media(forced_colors="active")
    sign_in(page, live_server)

    def has(selector: str, colour: str, of: str = "color") -> bool:
        return bool(page.evaluate(IN_SYSTEM_COLOUR, [selector, of, colour]))

    assert has(".table .mk", "CanvasText")
    assert has(".err-bar", "CanvasText", "fill")
    assert has(".side a[aria-current]", "SelectedItem", "backgroundColor")
    boxes = page.locator(".key .form-check-input")
    assert boxes.first.evaluate("one => getComputedStyle(one).appearance") == "auto"
    page.keyboard.press("j")
    link = page.locator(".table th a:focus-visible")
    assert link.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_large_text_is_laid_out_as_on_a_small_screen(
    page: Page, live_server: LiveServer, job: Job
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, live_server)
    sizes = {"fontSizes": {"standard": 32, "fixed": 26}}
    page.context.new_cdp_session(page).send("Page.setFontSizes", sizes)

    for path in ("/", f"/jobs/{job.public_id}/", "/requests/new/", "/uploads/"):
        page.goto(live_server.url + path)
        expect(page.get_by_role("button", name="Open menu")).to_be_visible()
        assert_fits(page)


def test_a_printed_page_is_ink_on_paper_with_all_that_it_says(
    page: Page, live_server: LiveServer, job: Job
) -> None:
    page.context.add_cookies([{"name": "theme", "value": "dark", "url": live_server.url}])
    sign_in(page, live_server)
    page.emulate_media(media="print")

    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("table", name="Jobs, newest first")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    page.goto(f"{live_server.url}/jobs/{job.public_id}/")
    closed = page.locator("details.fold:not(.notes, [open])")
    expect(closed.locator("dd", has_text="The database user may not")).to_be_visible()
    page.goto(f"{live_server.url}/requests/{job.request.public_id}/")
    expect(page.locator("#assignee")).to_be_hidden()
    expect(page.locator(".facts-x .print-only")).to_be_visible()


def test_nothing_moves_for_who_wants_no_motion(
    page: Page, live_server: LiveServer, job: Job
) -> None:
    page.emulate_media(reduced_motion="reduce")
    sign_in(page, live_server)
    page.evaluate("document.querySelector('main').innerHTML += '<span class=\"bone\"></span>'")

    assert page.evaluate("document.getAnimations().length") == 0
