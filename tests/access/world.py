"""Two organizations with one of everything that a URL can name, and a client for each persona."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from consent.models import ConsentRecord
from consent.services import calls
from consent.services.calls import ConsentDraft
from jobs.events.signing import signer
from jobs.models import Delivery, Job, ManualTask, Product, Webhook
from jobs.rules.events import Kind
from jobs.services import notes, webhooks
from jobs.services.drafts import IdentityDraft
from jobs.services.webhooks import WebhookDraft
from jobs.uploads import reading, uploads
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Member, Organization, User
from privacyportal.organizations.permissions import GRANTABLE, Role
from privacyportal.organizations.services import invitations, logo
from tests.access.table import ROLES
from tests.access.urls import EVERY
from tests.api.bodies import document
from tests.api.conftest import make_organization, make_program
from tests.api.work import close, give, submit
from tests.sessions import client_of


@dataclass
class World:
    """Two organizations with their people and programs, and a job of the first, with a package."""

    job_id: str
    organization: Organization
    webhook_id: str
    delivery_id: str
    key_id: str
    record_id: str  # of a choice
    others: dict[str, dict[str, str]]
    clients: dict[str, Client] = field(default_factory=dict)

    def path(self, name: str) -> str:
        values: dict[str, Any] = {
            "public_id": self.job_id, "job_id": self.job_id, "position": 0, "object_id": 1,
            "uidb36": "1", "key": "used-up", "app_label": "jobs", "content_type_id": 1,
            "id": 1, "url": "nothing", "webhook_id": self.webhook_id, "key_id": self.key_id,
            "delivery_id": self.delivery_id, "token": "unknown", "place": "1-1",
            "name": "x", "number": 0,
        }  # fmt: skip
        if name.startswith(("jobs:webhook-", "jobs:deliver")):
            values["public_id"] = self.webhook_id
        for kind, ids in self.others.items():
            if name.removeprefix("jobs:").startswith(kind):
                values |= ids
        if "/" in name and ":" not in name:
            return f"/{name}"
        if name.startswith("consent:"):
            values["public_id"] = self.record_id
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", dict(EVERY)[name])
        return reverse(name, kwargs={argument: values[argument] for argument in wanted})

    def answered(self, persona: str, method: str, path: str) -> str:
        """What came back, of a world that is afterwards as before."""
        with transaction.atomic():
            answer = told(self.ask(persona, method, path))
            transaction.set_rollback(True)
        return answer

    def ask(self, persona: str, method: str, path: str) -> HttpResponse:
        client, sent = self.clients[persona], {}
        if path == reverse("organizations:organization-choose"):
            sent = {"organization": str(self.organization.public_id)}
        if path == reverse("jobs:job-acts"):
            sent = {"act": "retry", "job": self.job_id}
        if path.startswith("/data/") and method in ("POST", "PUT", "PATCH"):
            return client.generic(method, path, b"{}", "application/json")  # type: ignore[return-value]
        answer: HttpResponse = getattr(client, method.lower())(path, sent)
        return answer


def told(answer: HttpResponse) -> str:
    """The status, or the word that the tables have for a redirect to sign in."""
    where = answer.headers.get("Location", "")
    if where.startswith("/accounts/login/"):
        return "in"
    if "/reauthenticate/" in where:
        return "re"
    return str(answer.status_code)


def build(packages: Path) -> World:
    """The job's package lies in the folder."""
    organization = make_organization("First@PortalOrg", "crm")
    other = make_organization("Other@PortalOrg", "crm")
    program, foreign = make_program(organization, *GRANTABLE), make_program(other, *GRANTABLE)
    [job] = submit(program, document("First@PortalOrg"))
    give(job, "crm", {"crm.json": b"{}"}, packages)
    close(job)
    clients = {"anonymous": Client()}
    for role in ROLES:
        clients[role] = member(organization, role, f"{role}@example.org")
    clients["stranger"] = member(other, "officer", "stranger@example.org")
    clients["program"] = Client(headers=program.headers)
    clients["other_program"] = Client(headers=foreign.headers)
    delivery = delivered(organization)
    return World(
        job_id=str(job.public_id),
        organization=organization,
        webhook_id=str(delivery.webhook.public_id),
        delivery_id=str(delivery.public_id),
        key_id=str(signer().keys[1].public_id),
        record_id=opted_out(organization),
        others=others(job),
        clients=clients,
    )


def others(job: Job) -> dict[str, dict[str, str]]:
    """Beginning of a URL's name → the ids in it, where it is not of a job: its request with a note
    and a file of somebody else, its person."""
    request = job.request
    note = notes.add_note(request=request, by=SYSTEM, text="Called back.")
    file = notes.attach(request=request, by=SYSTEM, name="letter.txt", body=b"Dear all")
    asked = {"public_id": str(request.public_id)}
    product = str(Product.objects.for_organization(job.organization).get().public_id)
    return {
        "request-": asked,
        "note-": {**asked, "item_id": str(note.public_id)},
        "attachment-": {**asked, "item_id": str(file.public_id)},
        "upload-": {"public_id": uploaded(job.organization)},
        "program-": {"public_id": str(job.organization.credentials.get().public_id)},
        "organizations:member-": {"public_id": str(officer(job.organization).user.public_id)},
        "organizations:invitation-": {"public_id": invited(job.organization)},
        "organizations:logo": {"public_id": with_logo(job.organization)},
        "product-": {"public_id": product, "kind": "sql"},
        "task-": {"public_id": task_of_staff(job), "file_id": str(uuid4())},
        "link-": {"file_id": str(uuid4())},
        "person-": {
            "public_id": str(job.data_subject.public_id),
            "job_id": str(job.public_id),
        },
    }


def task_of_staff(job: Job) -> str:
    """The id of a manual task of the member who is staff."""
    response = job.responses.get()
    task = ManualTask.objects.create(
        organization=job.organization, product=response.product, job=job, response=response,
        action=response.action, due_on=job.due_on, created_at=timezone.now(),
        member=Member.objects.get(organization=job.organization, role="staff"),
    )  # fmt: skip
    return str(task.public_id)


def uploaded(organization: Organization) -> str:
    """The id of a file of the officer's, whose columns are not clear."""
    body = b"who,mail\nann,ann@example.org"
    upload = uploads.receive(member=officer(organization), name="a.csv", body=body)
    reading.read_now(upload)
    return str(upload.public_id)


def with_logo(organization: Organization) -> str:
    """The id of the organization, which has a logo."""
    out = BytesIO()
    Image.new("RGB", (64, 32), "#005f73").save(out, "PNG")
    logo.put(organization=organization, by=SYSTEM, picture=logo.read(out.getvalue()))
    return str(organization.public_id)


def officer(organization: Organization) -> Member:
    return Member.objects.get(organization=organization, role="officer")


def invited(organization: Organization) -> str:
    invitation = invitations.invite(
        organization=organization,
        by=SYSTEM,
        email="eva@example.org",
        role=Role.STAFF,
        language="en",
    )
    return str(invitation.public_id)


def delivered(organization: Organization) -> Delivery:
    """A delivery of a webhook that is live."""
    draft = WebhookDraft("warehouse", "https://example.org/hook", tuple(Kind))
    webhook, _ = webhooks.create(
        organization=organization, by=SYSTEM, client_id="program", draft=draft
    )
    Webhook.objects.update(state="active")
    now = timezone.now()
    return Delivery.objects.create(
        organization=organization, webhook=webhook, event_id=1, state="delivered", not_before=now,
        last_try_at=now, created_at=now, closed_at=now,
    )  # fmt: skip


def opted_out(organization: Organization) -> str:
    """The id of the record of an opt-out."""
    identity = IdentityDraft("email", "Email", "ann@example.org")
    draft = ConsentDraft(opted_out=True, identities=(identity,))
    calls.accept(organization=organization, by=SYSTEM, draft=draft)
    return str(ConsentRecord.objects.get().public_id)


@cache
def hashed() -> str:
    """Argon2 is slow on purpose: once is enough for all personas of all tests."""
    return make_password("a long password")


def member(organization: Organization, role: str, email: str) -> Client:
    person = User.objects.create_user(email)
    User.objects.filter(pk=person.pk).update(password=hashed())
    person.refresh_from_db()
    Member.objects.create(organization=organization, user=person, role=role)
    return client_of(person)
