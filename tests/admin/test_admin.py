"""The operator's lists: every one opens, shows nothing sealed, changes nothing that was recorded,
and opens for nobody else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection, models
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jobs.events.outbox import tell_responses
from jobs.events.publisher import publish
from jobs.events.signing import signer
from jobs.models import (
    Attempt,
    CustomNamespace,
    Delivery,
    DeliveryTry,
    Heartbeat,
    Job,
    Product,
    ProductResponse,
    Webhook,
    WorkedBatch,
)
from jobs.processors.registry import PROCESSORS
from jobs.rules.clocks import USUAL
from jobs.rules.events import Kind
from jobs.services import (
    dry_run,
    namespaces,
    notes,
    organization_clocks,
    products,
    saved_drafts,
    webhooks,
)
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from jobs.services.webhooks import WebhookDraft
from jobs.uploads import known, uploads
from jobs.uploads.reading import read_now
from jobs.uploads.report import Choices
from privacyportal.actors import SYSTEM
from privacyportal.adminsite import ReadOnlyAdmin
from privacyportal.audit.models import AuditEvent
from privacyportal.keys.services import check_master_keys
from privacyportal.organizations.models import (
    ApiCredential,
    Member,
    Organization,
    User,
    UserSession,
)
from privacyportal.organizations.permissions import Role
from privacyportal.organizations.services import credentials, invitations
from tests.api.bodies import document, identity, user
from tests.api.conftest import Program, organization, program
from tests.api.work import close, give, submit
from tests.consent.conftest import CONSENT, call
from tests.services.ledger import Ledger
from tests.views.test_job_list import signed_in

__all__ = ["organization", "program"]

MODELS = list(admin.site._registry)
EDITABLE = {User, Organization, Member, ApiCredential, CustomNamespace}
VALUES = (
    "BEGIN PRIVATE KEY",
    "a-secret-path",
    "ann@example.com",
    "secret-of-the-product",
    "what the product holds",
    "a-persons-key",
    "secret-note",
    "secret-name",
    "secret-body",
)


@pytest.fixture
def operator(db: None) -> Client:
    person = User.objects.create_superuser("operator@example.org", "a long password")
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def rows(
    program: Program, organization: Organization, operator: Client, settings: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A row of every model, with values that must not be shown."""
    settings.PACKAGE_DIR = tmp_path
    monkeypatch.setitem(PROCESSORS, Ledger.kind, Ledger)
    check_master_keys()
    products.add(
        organization=organization, by=SYSTEM, code="ledger", display_name="Ledger",
        processor=Ledger.kind, document={"url": "secret-of-the-product", "tables": ["people"]},
    )  # fmt: skip
    body = document(users=[user("a-persons-key", ids=[identity(value="ann@example.com")])])
    [job] = submit(program, body, key="once")
    namespaces.register(organization=organization, by=SYSTEM, name="Loyalty")
    give(job, "crm", {"crm.json": b"what the product holds"}, tmp_path)
    assert program.post(call("ann@example.com"), CONSENT).status_code == 202
    close(job)
    tell(organization, job)
    notes.add_note(request=job.request, by=SYSTEM, text="secret-note")
    notes.attach(request=job.request, by=SYSTEM, name="secret-name", body=b"secret-body")
    now = timezone.now()
    Attempt.objects.create(
        organization_id=organization.pk, job_id=job.pk, response_id=1, number=1, step="process",
        started_at=now, ended_at=now, state="complete",
    )  # fmt: skip
    WorkedBatch.objects.create(
        organization_id=organization.pk, product_id=1, ended_at=now, seconds=1.5, complete=3
    )
    Heartbeat.objects.create(name="work@here", seen_at=now)
    organization_clocks.change(organization=organization, by=SYSTEM, given=[], calendar=USUAL)
    person = User.objects.get()
    member = Member.objects.create(organization=organization, user=person, role="officer")
    leave_half_way(member)
    upload(member)
    invitations.invite(
        organization=organization, by=SYSTEM, email="eva@example.org", role=Role.STAFF,
        language="en",
    )  # fmt: skip
    Authenticator.objects.create(user=person, type="totp", data={"secret": "sealed-factor"})
    LogEntry.objects.all().delete()


def leave_half_way(member: Member) -> None:
    """A draft, and that a product was asked about it."""
    ann = PersonDraft(
        "a-persons-key", ("delete",), (IdentityDraft("email", "Email", "ann@example.com"),)
    )
    draft = RequestDraft(
        regulation="gdpr", regulation_given="gdpr", products=("ledger",), people=(ann,)
    )
    content = saved_drafts.Content(draft, {"people": "ann@example.com"})
    dry_run.start(saved_drafts.save(member=member, public_id=uuid4(), content=content))


def upload(member: Member) -> None:
    """A file that is about to become a request."""
    rows = (
        b"key,email,action,regulation,products\na-persons-key,ann@example.com,access,gdpr,ledger\n"
    )
    made = uploads.receive(member=member, name="people-of-may.csv", body=rows)
    read_now(made)
    made.refresh_from_db()
    uploads.confirm(member=member, public_id=made.public_id, revision=made.revision)
    known.remember(member, ["a-column"], Choices(columns={"a-column": "key"}))


def tell(organization: Organization, job: Job) -> None:
    """Events of a job, and one of them delivered."""
    draft = WebhookDraft("warehouse", "https://example.org/a-secret-path", tuple(Kind))
    made, _ = webhooks.create(
        organization=organization, by=SYSTEM, client_id="program", draft=draft
    )
    Webhook.objects.update(state="active")
    tell_responses(ProductResponse.objects.filter(job=job).values_list("pk", flat=True))
    publish()
    delivery = Delivery.objects.last()
    assert delivery is not None
    DeliveryTry.objects.create(
        organization=organization, delivery_id=delivery.pk, webhook_id=made.pk, number=0,
        started_at=timezone.now(), milliseconds=12, status=200, good=True,
    )  # fmt: skip
    signer()


def url(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_model_of_the_product_has_a_list() -> None:
    from django.apps import apps

    labels = ("organizations", "keys", "audit", "api", "jobs", "consent")
    ours = {m for label in labels for m in apps.get_app_config(label).get_models()}

    # The key of a session lets in whoever reads it.
    assert (ours | {Authenticator}) - {UserSession} == set(MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
@pytest.mark.usefixtures("rows")
def test_lists_and_pages_open_and_show_nothing_sealed(
    operator: Client, model: type[models.Model]
) -> None:
    row = model._default_manager.order_by("pk").last()
    assert row is not None, "the fixture makes a row of every model"

    for path in (url(model, "changelist"), url(model, "change", row.pk)):
        answer = operator.get(path)
        text = answer.content.decode()

        assert answer.status_code == 200
        assert not [value for value in (*VALUES, "sealed-factor") if value in text]
        assert "memory at" not in text
        assert "b&#x27;" not in text
        assert "\\x" not in text
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=", text)


@pytest.mark.parametrize(
    "model", [m for m in MODELS if m not in EDITABLE], ids=lambda model: model._meta.label
)
@pytest.mark.usefixtures("rows")
def test_what_is_recorded_can_be_neither_added_nor_changed_nor_deleted(
    operator: Client, model: type[models.Model]
) -> None:
    row = model._default_manager.order_by("pk").last()
    assert row is not None
    listed = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = User.objects.get(is_superuser=True)

    assert isinstance(listed, ReadOnlyAdmin)
    assert not listed.has_add_permission(request)
    assert not listed.has_change_permission(request, row)
    assert operator.get(url(model, "add")).status_code == 403
    assert operator.post(url(model, "change", row.pk), {"state": "x"}).status_code == 403
    if model is not Authenticator:
        assert operator.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("role", ["administrator", "officer", "staff", "auditor"])
def test_members_do_not_get_in(organization: Organization, role: str) -> None:
    client = signed_in(organization, role)

    assert client.get("/admin/").status_code in (302, 403)
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/jobs/job/", follow=True).status_code == 403


def test_a_half_operator_does_not_get_in_nor_meets_a_second_sign_in(
    organization: Organization,
) -> None:
    client = signed_in(organization, "officer")
    User.objects.update(is_staff=True)

    assert client.get("/admin/login/").status_code == 403
    answer = client.post("/admin/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403


def test_one_signs_in_through_the_products_own_door(db: None) -> None:
    asked = Client().get("/admin/jobs/job/", follow=True)

    assert asked.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert "Sign in" in asked.content.decode()


def test_the_second_factor_stands_before_the_admin(operator: Client) -> None:
    from allauth.mfa.totp.internal.auth import TOTP

    person = User.objects.get()
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    client = Client()

    answer = client.post(
        "/accounts/login/",
        {"login": person.email, "password": "a long password", "next": "/admin/"},
    )

    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/admin/").status_code == 302


@pytest.mark.usefixtures("rows")
def test_search_finds_whole_ids_and_nothing_else(operator: Client) -> None:
    job = Job.objects.get(action="access")

    def found(term: str) -> int:
        return int(operator.get("/admin/jobs/job/", {"q": term}).context["cl"].result_count)

    assert found(str(job.public_id)) == found(str(job.pk)) == 1
    assert found(str(job.public_id)[:8]) == found("ann@example.com") == found("9" * 30) == 0


def test_a_longer_list_takes_no_more_queries(
    operator: Client, program: Program, organization: Organization
) -> None:
    counts = []
    for more in (2, 20):
        submit(program, document(users=[user(f"p{more}-{n}") for n in range(more)]))
        counts.append(0)
        for name in ("job", "productresponse", "privacyrequest", "requestsubject", "identity"):
            with CaptureQueriesContext(connection) as queries:
                operator.get(f"/admin/jobs/{name}/")
            counts[-1] += len(queries)

    assert counts[0] == counts[1]


def test_a_program_is_made_with_its_secret_shown_once(
    operator: Client, organization: Organization
) -> None:
    form = {"organization": organization.pk, "name": "warehouse", "permissions": ["privacy_read"]}

    shown = operator.post(url(ApiCredential, "add"), form, follow=True).content.decode()
    again = operator.get(url(ApiCredential, "changelist")).content.decode()

    secret = str(re.search(r"p8e-[\w-]+", shown)[0])  # type: ignore[index]
    made = ApiCredential.objects.get()
    assert made.permissions == ["privacy_read"]
    assert credentials.issue_token(client_id=made.client_id, client_secret=secret)
    assert secret not in again
    assert secret not in str(list(LogEntry.objects.values()))
    assert AuditEvent.objects.get(verb="credential.create").actor_kind == "user"


def test_a_program_cannot_be_changed_and_is_revoked_at_once(
    operator: Client, program: Program
) -> None:
    row = program.credential

    changed = operator.post(url(ApiCredential, "change", row.pk), {"name": "other"})
    operator.post(
        url(ApiCredential, "changelist"), {"action": "revoke", "_selected_action": [row.pk]}
    )

    assert changed.status_code == 403
    assert program.get().status_code == 403
    assert AuditEvent.objects.filter(verb="credential.revoke").count() == 1


def test_products_are_paused_and_resumed_on_record(
    operator: Client, organization: Organization
) -> None:
    chosen = {"_selected_action": list(Product.objects.values_list("pk", flat=True))}

    operator.post(url(Product, "changelist"), {"action": "pause", **chosen})
    paused = Product.objects.filter(paused_at__isnull=False).count()
    operator.post(url(Product, "changelist"), {"action": "resume", **chosen})

    assert paused == 2
    assert not Product.objects.filter(paused_at__isnull=False).exists()
    assert AuditEvent.objects.filter(verb="product.pause").count() == 2


def test_members_are_added_moved_and_removed_on_record(
    operator: Client, organization: Organization
) -> None:
    person = User.objects.create_user("ann@example.org", "a long password")
    form = {"user": person.pk, "organization": organization.pk, "role": "staff"}

    operator.post(url(Member, "add"), form)
    member = Member.objects.get()
    operator.post(url(Member, "change", member.pk), {"role": "officer"})
    member.refresh_from_db()
    role = member.role
    operator.post(url(Member, "delete", member.pk), {"post": "yes"})

    assert role == "officer"
    assert not Member.objects.exists()
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["member.add", "member.change_role", "member.remove"]


def test_people_and_organizations_are_made_and_never_deleted(operator: Client) -> None:
    with time_machine.travel(timezone.now()):
        made = operator.post(
            url(User, "add"),
            {
                "email": "New@Example.org",
                "name": "New",
                "usable_password": "true",
                "password1": "quite a long one",
                "password2": "quite a long one",
            },
        )
    operator.post(
        url(Organization, "add"), {"name": "New", "ims_org_id": "N@PortalOrg", "time_zone": "UTC"}
    )

    assert made.status_code == 302
    person = User.objects.get(email="new@example.org")
    assert person.check_password("quite a long one")
    assert AuditEvent.objects.get().verb == "organization.create"
    assert operator.post(url(User, "delete", person.pk), {"post": "yes"}).status_code == 403
    there = Organization.objects.get()
    assert operator.post(url(Organization, "delete", there.pk)).status_code == 403


def test_a_namespace_is_registered_once_on_record_and_never_changed(
    operator: Client, organization: Organization
) -> None:
    form = {"organization": organization.pk, "name": " Loyalty ", "description": "A card"}

    made = operator.post(url(CustomNamespace, "add"), form)
    again = operator.post(url(CustomNamespace, "add"), form | {"name": "LOYALTY"})
    standard = operator.post(url(CustomNamespace, "add"), form | {"name": "Email"})
    number = operator.post(url(CustomNamespace, "add"), form | {"name": "12"})

    assert (made.status_code, again.status_code, standard.status_code) == (302, 200, 200)
    assert "a namespace of this name already" in again.content.decode()
    assert "is not a number" in number.content.decode()
    row = CustomNamespace.objects.get()
    assert (row.name, row.description) == ("Loyalty", "A card")
    assert AuditEvent.objects.get(verb="namespace.register").actor_kind == "user"
    assert operator.post(url(CustomNamespace, "change", row.pk), form).status_code == 403
    assert operator.post(url(CustomNamespace, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_the_last_administrator_stays_in_the_admin_too(
    operator: Client, organization: Organization
) -> None:
    boss = User.objects.create_user("boss@example.org")
    last = Member.objects.create(organization=organization, user=boss, role="administrator")

    removed = operator.post(url(Member, "delete", last.pk), {"post": "yes"}, follow=True)
    changed = operator.post(url(Member, "change", last.pk), {"role": "staff"}, follow=True)

    for answer in (removed, changed):
        assert "The last administrator of an organization stays one." in answer.content.decode()
    assert Member.objects.get().role == "administrator"
