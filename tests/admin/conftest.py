"""A row of every model, and the operator who looks at them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.events.outbox import tell_responses
from jobs.events.publisher import publish
from jobs.events.signing import signer
from jobs.models import (
    Attempt,
    Delivery,
    DeliveryTry,
    Heartbeat,
    Job,
    ManualTask,
    Product,
    ProductResponse,
    ProductRetry,
    TaskFile,
    Webhook,
    WorkedBatch,
)
from jobs.models.tasks import OutsideWorker
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
from privacyportal.keys.services import check_master_keys
from privacyportal.organizations.models import Member, Organization, OrganizationLogo, User
from privacyportal.organizations.permissions import Role
from privacyportal.organizations.services import invitations
from tests.api.bodies import document, identity, user
from tests.api.conftest import Program, organization, program
from tests.api.work import close, give, submit
from tests.consent.conftest import CONSENT, call
from tests.services.ledger import Ledger

__all__ = ["organization", "program"]


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
    ProductRetry.objects.create(
        organization=organization, product=Product.objects.latest("pk"), total=3, started_at=now
    )
    OrganizationLogo.objects.create(organization=organization, body=b"\x00", width=1, height=1)
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
    task(job)
    Authenticator.objects.create(user=person, type="totp", data={"secret": "sealed-factor"})
    LogEntry.objects.all().delete()


def task(job: Job) -> None:
    """Somebody outside has it, and found a file."""
    response = ProductResponse.objects.filter(job=job, product__isnull=False).latest("pk")
    outsider = OutsideWorker.objects.create(organization=job.organization, email="o@example.org")
    made = ManualTask.objects.create(
        organization=job.organization, public_id=response.public_id, product=response.product,
        job=job, response=response, action=job.action, outsider=outsider, due_on=job.due_on,
        created_at=timezone.now(), words_sealed=b"secret-words",
    )  # fmt: skip
    TaskFile.objects.create(
        organization=job.organization, task=made, size=5, created_at=timezone.now(),
        name_sealed=b"secret-name", body_sealed=b"secret-body",
    )  # fmt: skip


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
