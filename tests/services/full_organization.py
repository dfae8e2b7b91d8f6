"""An organization with a row of every table that has rows of organizations, all of them really
sealed: what is exported, and deleted, as a whole."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from jobs.events.outbox import tell_responses
from jobs.events.publisher import publish
from jobs.models import (
    Attempt,
    Delivery,
    DeliveryTry,
    Job,
    ManualTask,
    OutsideWorker,
    Product,
    ProductResponse,
    ProductRetry,
    TaskFile,
    Webhook,
    WorkedBatch,
)
from jobs.models.places import task_file_place, task_words_place
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
from privacyportal.keys.services import check_master_keys, sealer
from privacyportal.organizations.models import (
    Member,
    Organization,
    OrganizationLogo,
    User,
)
from privacyportal.organizations.permissions import Role
from privacyportal.organizations.services import invitations
from tests.api.bodies import document, identity, user
from tests.api.conftest import Program
from tests.api.work import close, give, submit
from tests.consent.conftest import CONSENT, call
from tests.services.ledger import Ledger

# What stands sealed somewhere, and is exported.
VALUES = (
    "a logo",
    "a-persons-key",
    "ann@example.com",
    "secret-note",
    "secret-name",
    "secret-words",
    "secret-file",
    "secret-find",
    "people-of-may.csv",
    "what the product holds",
)


def fill(program: Program, person: User, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an organization may have, a row of everything; `folder` is that of packages."""
    organization = program.credential.organization
    monkeypatch.setitem(PROCESSORS, Ledger.kind, Ledger)
    check_master_keys()
    products.add(
        organization=organization, by=SYSTEM, code="ledger", display_name="Ledger",
        processor=Ledger.kind, document={"url": "secret-of-the-product", "tables": ["people"]},
    )  # fmt: skip
    people = [user("a-persons-key", ids=[identity(value="ann@example.com")])]
    body = document(organization.ims_org_id, users=people)
    [job] = submit(program, body, key="once")
    namespaces.register(organization=organization, by=SYSTEM, name="Loyalty")
    give(job, "crm", {"crm.json": b"what the product holds"}, folder)
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
    organization_clocks.change(organization=organization, by=SYSTEM, given=[], calendar=USUAL)
    OrganizationLogo.objects.create(organization=organization, body=b"a logo", width=1, height=1)
    ProductRetry.objects.create(
        organization=organization, product=organization_product(organization), total=1,
        by_kind="system", by_id="system", by_name="", started_at=now,
    )  # fmt: skip
    member = Member.objects.create(organization=organization, user=person, role="officer")
    leave_half_way(member)
    upload(member)
    [waiting] = submit(program, document(organization.ims_org_id, users=[user("who waits")]))
    leave_to_somebody(waiting)
    invitations.invite(
        organization=organization, by=SYSTEM, email="eva@example.org", role=Role.STAFF,
        language="en",
    )  # fmt: skip


def organization_product(organization: Organization) -> Product:
    product: Product = Product.objects.for_organization(organization).earliest("pk")
    return product


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


def leave_to_somebody(job: Job) -> None:
    """A task, somebody outside who has it, and a file that they found."""
    response, now = job.responses.earliest("pk"), timezone.now()
    own = {"organization_id": job.organization_id}
    key, number = sealer(job.request.data_key_id), uuid4()
    task = ManualTask.objects.create(
        **own, public_id=response.public_id, product=response.product, job=job, response=response,
        action="access", due_on=job.due_on, created_at=now,
        words_sealed=key.seal("secret-words", task_words_place(response.public_id)),
        outsider=OutsideWorker.objects.create(**own, email="eva@example.org"),
    )  # fmt: skip
    TaskFile.objects.create(
        **own, public_id=number, task=task, size=1, created_at=now,
        name_sealed=key.seal("secret-file", task_file_place(number, "name")),
        body_sealed=key.seal("secret-find", task_file_place(number, "body")),
    )  # fmt: skip
