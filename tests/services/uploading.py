"""Files as members upload them, and the steps from one to its requests."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.utils import timezone

from jobs.models import Upload
from jobs.uploads import reading, uploads
from jobs.uploads.report import Report
from privacyportal.organizations.models import Member, Organization
from tests.api.bodies import document, user

HEADING = "key,action,regulation,products,email"


def people(count: int, action: str = "access") -> str:
    rows = [f"K{n},{action},gdpr,crm,p{n}@example.org" for n in range(count)]
    return "\n".join([HEADING, *rows])


def document_of(organization: Organization, count: int, **more: Any) -> bytes:
    users = [user(f"k{n}") for n in range(count)]
    return json.dumps(document(organization.ims_org_id, users=users, **more), indent=1).encode()


def receive(member: Member, body: str | bytes, name: str = "people.csv") -> Upload:
    """Uploaded, and read."""
    data = body.encode() if isinstance(body, str) else body
    upload = uploads.receive(member=member, name=name, body=data)
    reading.read_now(upload)
    upload.refresh_from_db()
    return upload


def report(upload: Upload) -> Report:
    found = uploads.report(upload)
    assert found is not None
    return found


def confirm(member: Member, upload: Upload) -> None:
    """Confirmed, and too late to take back."""
    uploads.confirm(member=member, public_id=upload.public_id, revision=upload.revision)
    let_begin()


def let_begin() -> None:
    """Too late to take anything back."""
    Upload.objects.filter(state="submitting").update(
        submitted_at=timezone.now() - timedelta(seconds=11)
    )
