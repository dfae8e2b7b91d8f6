"""Every URL of the product for every persona. A URL that is in no table fails the first test, so
that nobody adds one without saying who may open it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
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
from tests.api.bodies import document
from tests.api.conftest import make_organization, make_program
from tests.api.work import close, give, submit
from tests.sessions import client_of

ROLES = ("administrator", "officer", "staff", "auditor")
# The stranger is an officer of another organization, the other program a program of it. Whatever
# the job is that a URL names: it is the first organization's, and staff did not submit it.
PERSONAS = ("anonymous", *ROLES, "stranger", "program", "other_program")

# What each persona gets, in the order of PERSONAS; "in" is a redirect to sign-in.
PAGES = {
    #                            anon adm off sta aud str pro oth
    "GET jobs:job-list": "        in  200 200 200 200 200 in  in",
    "GET jobs:overview": "        in  200 200 200 200 200 in  in",
    "GET jobs:job-rows": "        in  302 302 302 302 302 in  in",
    "POST jobs:job-changes": "    in  286 286 286 286 286 in  in",
    "POST jobs:job-search": "     in  302 302 302 302 302 in  in",
    "POST jobs:job-columns": "    in  302 302 302 302 302 in  in",
    "POST jobs:job-acts": "       in  403 302 403 403 302 in  in",
    "GET jobs:jobs-export": "      in  200 200 200 200 200 in  in",
    "GET jobs:search": "          in  200 200 200 200 200 in  in",
    "POST jobs:search": "         in  200 200 200 200 200 in  in",
    "GET jobs:request-new": "     in  403 200 200 403 200 in  in",
    "POST jobs:request-new": "    in  403 422 422 403 422 in  in",
    "POST jobs:request-people": " in  403 200 200 403 200 in  in",
    "POST jobs:draft-save": "     in  403 200 200 403 200 in  in",
    "GET jobs:draft-discard": "   in  403 404 404 403 404 in  in",
    "POST jobs:draft-discard": "  in  403 404 404 403 404 in  in",
    "GET jobs:draft-count": "     in  403 302 302 403 302 in  in",
    "POST jobs:draft-count": "    in  403 302 302 403 302 in  in",
    "POST jobs:request-undo": "   in  403 404 404 403 404 in  in",
    "GET jobs:job-detail": "      in  200 200 404 200 404 in  in",
    "GET jobs:package-download": "in  403 200 404 403 404 in  in",
    "GET jobs:job-export": "      in  200 200 404 200 404 in  in",
    "GET jobs:package-preview": " in  403 200 404 403 404 in  in",
    "GET jobs:file-download": "   in  403 200 404 403 404 in  in",
    "GET jobs:request-list": "    in  200 200 200 200 200 in  in",
    "GET jobs:request-detail": "  in  200 200 404 200 404 in  in",
    "GET jobs:request-retry": "   in  403 302 404 403 404 in  in",
    "POST jobs:request-retry": "  in  403 302 404 403 404 in  in",
    "POST jobs:request-cancel": " in  403 302 404 403 404 in  in",
    "POST jobs:request-release": "in  403 302 404 403 404 in  in",
    "POST jobs:request-assign": " in  403 302 404 403 404 in  in",
    "POST jobs:note-add": "       in  403 422 404 403 404 in  in",
    "GET jobs:note-delete": "     in  403 200 404 403 404 in  in",
    "POST jobs:note-delete": "    in  403 403 404 403 404 in  in",
    "POST jobs:attachment-add": " in  403 422 404 403 404 in  in",
    "GET jobs:attachment-download": "in 403 200 404 403 404 in in",
    "GET jobs:attachment-delete": "in 403 200 404 403 404 in  in",
    "POST jobs:attachment-delete": "in 403 403 404 403 404 in in",
    "GET jobs:upload-list": "     in  403 200 200 403 200 in  in",
    "POST jobs:upload-list": "    in  403 422 422 403 422 in  in",
    "GET jobs:upload-help": "     in  403 200 200 403 200 in  in",
    "GET jobs:upload-csv": "      in  403 200 200 403 200 in  in",
    "GET jobs:upload-json": "     in  403 200 200 403 200 in  in",
    "POST jobs:upload-replace": " in  403 422 404 403 404 in  in",
    "POST jobs:upload-columns": " in  403 422 404 403 404 in  in",
    "GET jobs:upload-problems": " in  403 200 404 403 404 in  in",
    "GET jobs:upload-review": "   in  403 302 404 403 404 in  in",
    "POST jobs:upload-review": "  in  403 302 404 403 404 in  in",
    "GET jobs:upload-count": "    in  403 302 404 403 404 in  in",
    "POST jobs:upload-count": "   in  403 302 404 403 404 in  in",
    "POST jobs:upload-undo": "    in  403 302 404 403 404 in  in",
    "POST jobs:upload-retry": "   in  403 302 404 403 404 in  in",
    "GET jobs:upload-discard": "  in  403 200 404 403 404 in  in",
    "POST jobs:upload-discard": " in  403 302 404 403 404 in  in",
    "GET jobs:person-list": "     in  200 200 403 200 200 in  in",
    "POST jobs:person-list": "    in  302 302 403 302 302 in  in",
    "GET jobs:person-detail": "   in  200 200 403 200 404 in  in",
    "GET jobs:person-request": "  in  403 302 403 403 404 in  in",
    "POST jobs:person-request": " in  403 302 403 403 404 in  in",
    "GET jobs:person-export": "   in  200 200 403 200 404 in  in",
    "GET jobs:person-reveal": "   in  403 302 403 403 404 in  in",
    "POST jobs:person-reveal": "  in  403 200 403 403 404 in  in",
    "GET jobs:identity-reveal": " in  403 302 404 403 404 in  in",
    "POST jobs:identity-reveal": "in  403 200 404 403 404 in  in",
    "GET jobs:job-retry": "       in  403 302 404 403 404 in  in",
    "POST jobs:job-retry": "      in  403 302 404 403 404 in  in",
    "POST jobs:job-cancel": "     in  403 302 404 403 404 in  in",
    "POST jobs:job-release": "    in  403 302 404 403 404 in  in",
    "POST jobs:job-drop": "       in  403 302 404 403 404 in  in",
    "GET jobs:task-list": "       in  200 200 200 200 200 in  in",
    "GET jobs:task-detail": "     in  200 200 200 200 404 in  in",
    "POST jobs:task-reveal": "    in  403 200 200 403 404 in  in",
    "POST jobs:task-attach": "    in  403 422 422 403 404 in  in",
    "POST jobs:task-detach": "    in  403 404 404 403 404 in  in",
    "POST jobs:task-answer": "    in  403 422 422 403 404 in  in",
    "POST jobs:task-take-back": " in  403 302 302 403 404 in  in",
    "POST jobs:task-many": "      in  302 302 302 302 302 in  in",
    "POST jobs:task-end-links": " in  404 404 403 403 404 in  in",
    "POST jobs:task-give": "      in  422 422 403 403 404 in  in",
    "GET jobs:program-list": "    in  200 403 403 403 403 in  in",
    "GET jobs:program-new": "     in  200 403 403 403 403 in  in",
    "POST jobs:program-new": "    in  422 403 403 403 403 in  in",
    "GET jobs:program-detail": "  in  200 403 403 403 403 in  in",
    "GET jobs:program-rotate": "  in  200 403 403 403 403 in  in",
    "POST jobs:program-rotate": " in  422 403 403 403 403 in  in",
    "POST jobs:program-end-previous": "in 302 403 403 403 403 in in",
    "GET jobs:program-revoke": "  in  200 403 403 403 403 in  in",
    "POST jobs:program-revoke": " in  302 403 403 403 403 in  in",
    "GET jobs:webhook-list": "    in  200 403 403 403 403 in  in",
    "GET jobs:webhook-new": "     in  200 403 403 403 403 in  in",
    "POST jobs:webhook-new": "    in  422 403 403 403 403 in  in",
    "GET jobs:webhook-detail": "  in  200 403 403 403 403 in  in",
    "GET jobs:webhook-change": "  in  200 403 403 403 403 in  in",
    "POST jobs:webhook-change": " in  422 403 403 403 403 in  in",
    "GET jobs:webhook-remove": "  in  200 403 403 403 403 in  in",
    "POST jobs:webhook-remove": " in  302 403 403 403 403 in  in",
    "POST jobs:webhook-pause": "  in  302 403 403 403 403 in  in",
    "POST jobs:webhook-resume": " in  302 403 403 403 403 in  in",
    "POST jobs:webhook-challenge": "in 302 403 403 403 403 in in",
    "POST jobs:deliveries-send": "in  302 403 403 403 403 in  in",
    "POST jobs:delivery-send": "  in  302 403 403 403 403 in  in",
    "GET consent:record-list": "    in  200 200 403 200 200 in  in",
    "GET consent:records-export": " in  200 200 403 200 200 in  in",
    "POST consent:record-search": " in  200 200 403 200 200 in  in",
    "GET consent:consent-new": "    in  403 200 403 403 200 in  in",
    "POST consent:consent-new": "   in  403 422 403 403 422 in  in",
    "GET consent:record-detail": "  in  200 200 403 200 404 in  in",
    "GET consent:record-receipt": " in  403 200 403 403 404 in  in",
    "GET consent:record-reveal": "  in  403 302 403 403 404 in  in",
    "POST consent:record-reveal": " in  403 200 403 403 404 in  in",
    "POST consent:record-change": " in  403 302 403 403 404 in  in",
    "GET api-description": "      200 200 200 200 200 200 200 200",
    "POST organizations:theme-choose": "302 302 302 302 302 302 302 302",
    "POST organizations:language-choose": "302 302 302 302 302 302 302 302",
    "GET organizations:preferences": "in  200 200 200 200 200 in  in",
    "POST organizations:organization-choose": "in 302 302 302 302 404 in in",
    "POST organizations:sessions-end": "in 302 302 302 302 302 in in",
    "GET jobs:product-list": "    in  200 200 403 200 200 in  in",
    "GET jobs:product-kinds": "   in  200 403 403 403 403 in  in",
    "GET jobs:product-new": "     in  200 403 403 403 403 in  in",
    "POST jobs:product-new": "    in  200 403 403 403 403 in  in",
    "POST jobs:product-effects": "in  400 403 403 403 403 in  in",
    "GET jobs:product-detail": "  in  200 200 403 200 404 in  in",
    "POST jobs:product-detail": " in  302 403 403 403 404 in  in",
    "POST jobs:product-pause": "  in  302 403 403 403 403 in  in",
    "POST jobs:product-resume": " in  302 403 403 403 403 in  in",
    "POST jobs:product-retry": "  in  403 302 403 403 404 in  in",
    "POST jobs:product-retry-stop": "in 403 302 403 403 404 in in",
    "GET jobs:product-settings": "in  200 403 403 403 403 in  in",
    "POST jobs:product-settings": "in 200 403 403 403 403 in  in",
    "GET jobs:product-versions": "in  200 200 403 200 404 in  in",
    "POST jobs:product-restore": "in  404 403 403 403 403 in  in",
    "GET jobs:organization-settings": "in 200 403 403 403 403 in in",
    "POST jobs:organization-settings": "in 200 403 403 403 403 in in",
    "GET jobs:organization-clocks": "in 200 403 403 403 403 in in",
    "POST jobs:organization-clocks": "in 200 403 403 403 403 in in",
    "GET audit:audit-list": "     in  200 403 403 200 403 in  in",
    "GET audit:audit-export": "   in  200 403 403 200 403 in  in",
    "GET organizations:brand": "  in  200 200 200 200 200 in  in",
    # For whoever runs the installation, from this machine.
    "GET jobs:healthz": "        200 200 200 200 200 200 200 200",
    "GET jobs:readyz": "         503 503 503 503 503 503 503 503",
    "GET jobs:metrics": "        200 200 200 200 200 200 200 200",
    "GET organizations:settings-mail": "in  200 403 403 403 403 in  in",
    "POST organizations:settings-mail": "in 302 403 403 403 403 in  in",
    "POST organizations:mail-try": " in  302 403 403 403 403 in  in",
    "GET organizations:settings-brand": "in 200 403 403 403 403 in  in",
    "POST organizations:settings-brand": "in 302 403 403 403 403 in in",
    "POST organizations:logo-remove": "in 302 403 403 403 403 in in",
    "GET organizations:logo": "   in  200 200 200 200 404 in  in",
    "GET organizations:member-list": "  in  200 403 403 403 403 in  in",
    "GET organizations:member-invite": "in  200 403 403 403 403 in  in",
    "POST organizations:member-invite": "in 422 403 403 403 403 in  in",
    "POST organizations:factor-require": "in 302 403 403 403 403 in in",
    "GET organizations:member-detail": "in  200 403 403 403 403 in  in",
    "POST organizations:member-detail": "in 422 403 403 403 403 in  in",
    "GET organizations:member-remove": "in  200 403 403 403 403 in  in",
    "POST organizations:member-remove": "in 302 403 403 403 403 in  in",
    "POST organizations:member-sessions-end": "in 302 403 403 403 403 in in",
    "POST organizations:invitation-send": "in 302 403 403 403 403 in in",
    "GET organizations:invitation-withdraw": "in 200 403 403 403 403 in in",
    "POST organizations:invitation-withdraw": "in 302 403 403 403 403 in in",
    # Mails are sent here.
    "GET mailbox:mail-list": "404 404 404 404 404 404 404 404",
    "GET mailbox:mail-detail": "404 404 404 404 404 404 404 404",
    "GET mailbox:mail-html": "404 404 404 404 404 404 404 404",
    # With a link that is none.
    "GET organizations:invitation-accept": "410 410 410 410 410 410 410 410",
    "GET jobs:link-task-list": "410 410 410 410 410 410 410 410",
    "POST jobs:link-task-many": "410 410 410 410 410 410 410 410",
    "GET jobs:link-task-detail": "410 410 410 410 410 410 410 410",
    "POST jobs:link-task-reveal": "410 410 410 410 410 410 410 410",
    "POST jobs:link-task-attach": "410 410 410 410 410 410 410 410",
    "POST jobs:link-task-detach": "410 410 410 410 410 410 410 410",
    "POST jobs:link-task-answer": "410 410 410 410 410 410 410 410",
    "POST jobs:link-task-take-back": "410 410 410 410 410 410 410 410",
}
FOR_EVERYBODY = {
    "api-description",
    "organizations:brand",
    "jobs:healthz",
    "jobs:readyz",
    "jobs:metrics",
    "organizations:theme-choose",
    "organizations:language-choose",
    "organizations:preferences",
    "organizations:sessions-end",
    "organizations:invitation-accept",
    "jobs:link-task-list",
    "jobs:link-task-many",
    "jobs:link-task-detail",
    "jobs:link-task-reveal",
    "jobs:link-task-attach",
    "jobs:link-task-detach",
    "jobs:link-task-answer",
    "jobs:link-task-take-back",
}
# Of the API a session opens nothing: without an api key the gateway answers 403, in JSON.
API = {
    #                              anon adm off sta aud str pro oth
    "GET jobs-api:jobs": "         403 403 403 403 403 403 200 200",
    "POST jobs-api:jobs": "        403 403 403 403 403 403 400 400",
    "GET jobs-api:job": "          403 403 403 403 403 403 200 404",
    "GET jobs-api:content": "      403 403 403 403 403 403 200 404",
    "POST jobs-api:child-job": "   403 403 403 403 403 403 400 404",
    "GET jobs-api:namespaces": "   403 403 403 403 403 403 200 200",
    "POST jobs-api:namespaces": "  403 403 403 403 403 403 400 400",
    "GET jobs-api:older-jobs": "   403 403 403 403 403 403 200 200",
    "GET jobs-api:older-job": "    403 403 403 403 403 403 200 404",
    "GET jobs-api:older-content": "403 403 403 403 403 403 200 404",
    "POST consent-api:consent": "  403 403 403 403 403 403 400 400",
    "POST consent-api:lookup": "   403 403 403 403 403 403 400 400",
    "POST consent-api:gpc": "      403 403 403 403 403 403 400 400",
    "GET openapi": "              200 200 200 200 200 200 200 200",
    "POST jobs-api:older-child": " 403 403 403 403 403 403 400 404",
    "POST jobs-api:older-child-job": "403 403 403 403 403 403 400 404",
    "GET jobs-api:events": "       403 403 403 403 403 403 200 200",
    "GET jobs-api:webhooks": "     403 403 403 403 403 403 200 200",
    "POST jobs-api:webhooks": "    403 403 403 403 403 403 400 400",
    "GET jobs-api:webhook": "      403 403 403 403 403 403 200 404",
    "PUT jobs-api:webhook": "      403 403 403 403 403 403 400 404",
    "PATCH jobs-api:webhook": "    403 403 403 403 403 403 200 404",
    "DELETE jobs-api:webhook": "   403 403 403 403 403 403 204 404",
    "POST jobs-api:challenge": "   403 403 403 403 403 403 200 404",
    "GET jobs-api:deliveries": "   403 403 403 403 403 403 200 404",
    "POST jobs-api:redeliver": "   403 403 403 403 403 403 200 404",
    # For receivers, who have no credential.
    "GET jobs-api:webhook-key": "  200 200 200 200 200 200 200 200",
    "GET jobs-api:key-set": "      200 200 200 200 200 200 200 200",
    "GET jobs-api:webhook-validation": "404 404 404 404 404 404 404 404",
    "POST jobs-api:callback": "    404 404 404 404 404 404 404 404",
    "GET jobs-api:callback": "     404 404 404 404 404 404 404 404",
    "POST ims/token/v2": "         400 400 400 400 400 400 400 400",
    "POST ims/token/v3": "         400 400 400 400 400 400 400 400",
}
# allauth's pages do not know roles: signed out, signed in. "re" asks for the password again.
ACCOUNT = {
    "account_login": "200 302",
    "account_logout": "302 200",
    "account_inactive": "200 200",
    "account_signup": "200 302",
    "account_reauthenticate": "in 200",
    "account_change_password": "in 200",
    "account_set_password": "in 302",
    "account_reset_password": "200 200",
    "account_reset_password_done": "200 200",
    "account_reset_password_from_key": "200 200",
    "account_reset_password_from_key_done": "200 200",
    "mfa_index": "in 200",
    "mfa_authenticate": "in 302",
    "mfa_reauthenticate": "in re",
    "mfa_activate_totp": "in re",
    "mfa_deactivate_totp": "in 404",
    "mfa_view_recovery_codes": "in 404",
    "mfa_generate_recovery_codes": "in re",
    "mfa_download_recovery_codes": "in 404",
}
# Answers of the API that there is nothing at an address.
NOTHING_HERE = {"^ims/token(?:/|$)", "^(?:data/core/privacy|data/privacy/gdpr)(?:/|$)"}
ADMIN = "admin/"


def walk(resolver: URLResolver, names: str = "", route: str = "") -> Iterator[tuple[str, str]]:
    """(name or "", route) of every URL."""
    for entry in resolver.url_patterns:
        here = f"{route}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield f"{names}{entry.name}" if entry.name else "", here
        else:
            space = f"{entry.namespace}:" if entry.namespace else ""
            yield from walk(entry, f"{names}{space}", here)


EVERY = list(walk(get_resolver()))


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


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    settings.PACKAGE_DIR = tmp_path
    organization = make_organization("First@PortalOrg", "crm")
    other = make_organization("Other@PortalOrg", "crm")
    program, foreign = make_program(organization, *GRANTABLE), make_program(other, *GRANTABLE)
    [job] = submit(program, document("First@PortalOrg"))
    give(job, "crm", {"crm.json": b"{}"}, tmp_path)
    close(job)
    clients = {"anonymous": Client()}
    for role in ROLES:
        clients[role] = member(organization, role, f"{role}@example.org")
    clients["stranger"] = member(other, "officer", "stranger@example.org")
    clients["program"] = Client(headers=program.headers)
    clients["other_program"] = Client(headers=foreign.headers)
    delivery = delivered(organization)
    return World(
        str(job.public_id),
        organization,
        str(delivery.webhook.public_id),
        str(delivery.public_id),
        str(signer().keys[1].public_id),
        opted_out(organization),
        others(job),
        clients,
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


def told(answer: HttpResponse) -> str:
    where = answer.headers.get("Location", "")
    if where.startswith("/accounts/login/"):
        return "in"
    if "/reauthenticate/" in where:
        return "re"
    return str(answer.status_code)


def test_every_url_is_in_a_table() -> None:
    known = {line.split()[1] for line in (*PAGES, *API)} | set(ACCOUNT)
    routes = {route for name, route in EVERY if name in known} | known

    missing = [
        name or route
        for name, route in EVERY
        if name not in known
        and route.removesuffix("/") not in routes  # the API's optional slash
        and route not in NOTHING_HERE
        and not route.startswith(ADMIN)
    ]

    assert missing == []
    assert {name for name in known if "/" not in name} <= {name for name, _ in EVERY}


def test_each_persona_gets_what_the_table_says(world: World) -> None:
    tables = PAGES | API
    got = {}

    for line in tables:
        method, name = line.split()
        query = "?regulation=gdpr" if name.endswith("jobs") and method == "GET" else ""
        path = world.path(name) + query
        got[line] = {who: world.answered(who, method, path) for who in PERSONAS}

    assert got == {
        line: dict(zip(PERSONAS, expected.split(), strict=True))
        for line, expected in tables.items()
    }


def test_the_slash_at_the_end_changes_nothing_for_anybody(world: World) -> None:
    for line in API:
        method, name = line.split()
        path, query = world.path(name), "?regulation=gdpr" if name.endswith("jobs") else ""
        for who in PERSONAS if method == "GET" else ():
            plain, slashed = (world.answered(who, method, path + end + query) for end in ("", "/"))
            assert plain == slashed, (line, who)


def test_pages_of_the_account_are_open_or_ask_to_sign_in(world: World) -> None:
    asking = ("anonymous", *ROLES)

    got = {
        name: [world.answered(who, "GET", world.path(name)) for who in asking] for name in ACCOUNT
    }

    signed_out_in = {name: expected.split() for name, expected in ACCOUNT.items()}
    assert got == {name: [out, *[in_] * len(ROLES)] for name, (out, in_) in signed_out_in.items()}


def test_nobody_but_the_operator_sees_anything_of_the_admin(world: World) -> None:
    world.clients["operator"] = client_of(User.objects.create_superuser("operator@example.org"))
    names = [name for name, route in EVERY if route.startswith(ADMIN) and name]
    assert len(names) > 80

    for path in map(world.path, names):
        for who in ("anonymous", "administrator"):
            assert world.ask(who, "GET", path).status_code in (302, 403, 404), (who, path)
        assert world.ask("operator", "GET", path).status_code in (200, 302, 403, 404, 405), path
    for who in PERSONAS:
        assert world.ask(who, "GET", "/admin/").status_code == 302, who
    assert world.ask("operator", "GET", "/admin/").status_code == 200


@pytest.mark.parametrize("path", ["/ims/token/v9", "/data/core/privacy/nothing"])
def test_unknown_addresses_of_the_api_are_404_in_json_for_everybody(
    world: World, path: str
) -> None:
    for who in PERSONAS:
        answer = world.ask(who, "GET", path)
        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_no_page_answers_a_method_that_it_does_not_know(world: World, method: str) -> None:
    """Whatever it is answered with, nothing of the job is shown or changed."""
    for line in PAGES:
        path = world.path(line.split()[1])
        answer = world.ask("stranger", method, path)
        assert answer.status_code in (200, 302, 404, 405), path
        assert world.job_id not in answer.content.decode()


def test_a_person_of_no_organization_sees_nothing(world: World) -> None:
    person = User.objects.create_user("nobody@example.org")
    client = world.clients["nobody"] = client_of(person)

    for line in PAGES:
        method, name = line.split()
        status = world.ask("nobody", method, world.path(name)).status_code
        if name == "jobs:job-list":
            assert "belong to no organization" in client.get("/").content.decode()
        elif name in FOR_EVERYBODY:
            assert status in (200, 302, 410, 503)
        else:
            assert status in (403, 404), name
