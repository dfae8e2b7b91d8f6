"""Everything of one organization in a ZIP that is written as it is read: a file of JSON Lines for
each table, sealed values in clear, the files of packages and attachments. Secrets are left out."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.db import models
from django.utils import timezone
from stream_zip import ZIP_64, stream_zip

from jobs.models import PackageContent
from jobs.services.opened import OPENERS, opened
from jobs.services.package_parts import Expired, Part
from jobs.services.package_zip import files_of
from privacyportal import tenants
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import Organization, OrganizationLogo, User

AT_ONCE = 500  # rows in memory; of tables whose rows may be large, one
LARGE = frozenset({"jobs.RequestAttachment", "jobs.TaskFile", "jobs.Upload", "jobs.UploadPart"})
FILE = stat.S_IFREG | 0o600
PEOPLE = ("public_id", "email", "name", "language", "time_zone", "date_joined", "last_login")
README = """Everything that the privacy portal kept of {name} ({id}), as of {at}.

tables/NAME.jsonl      one row a line, as JSON; references are the numbers of other rows
tables/people.jsonl    those who work here, without what they sign in with
packages/RESPONSE/NAME what products gave out for access requests
logo.webp              of pages and reports, where there is one

This archive holds personal data IN CLEAR: identities, notes, attachments, packages. Keep it
encrypted, hand it over by a safe way, and delete it when it has arrived.

Left out: passwords, secrets of programs, products and webhooks, keys, and keyed digests, which mean
nothing elsewhere. null stands where a key was destroyed: that is forgotten.
"""

Member = tuple[str, datetime, int, Any, Iterable[bytes]]
Tell = Callable[[str, int], None]
encode = msgspec.json.Encoder(enc_hook=str).encode


def write(*, organization: Organization, by: Actor, path: Path, tell: Tell) -> None:
    """Writes the archive, for its owner's eyes alone, under another name until it is whole."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "wb") as file:
        for piece in stream_zip(_members(organization, tell)):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    record(
        organization=organization,
        by=by,
        verb="organization.hand_over",
        target=("organization", str(organization.public_id)),
        detail={"bytes": unfinished.stat().st_size},
    )
    unfinished.rename(path)


def _members(organization: Organization, tell: Tell) -> Iterator[Member]:
    now = timezone.now()

    def member(name: str, pieces: Iterable[bytes]) -> Member:
        return name, now, FILE, ZIP_64, pieces

    about = README.format(name=organization, id=organization.ims_org_id, at=now.isoformat())
    yield member("README.txt", [about.encode()])
    if logo := OrganizationLogo.objects.filter(organization=organization).first():
        yield member("logo.webp", [bytes(logo.body)])
    own = Organization.objects.filter(pk=organization.pk)
    yield member("tables/organization.jsonl", _lines(own.model._meta.label, list(own)))
    yield member("tables/people.jsonl", _people(organization))
    for model in tenants.tables():
        label = model._meta.label
        yield member(f"tables/{label}.jsonl", _table(model, organization, tell))
    for content in _contents(organization):
        for name, pieces in _package(content):
            yield member(name, pieces)


def _people(organization: Organization) -> Iterator[bytes]:
    people = User.objects.filter(memberships__organization=organization).order_by("pk")
    for person in people.values("pk", *PEOPLE).iterator(chunk_size=AT_ONCE):
        yield encode(person) + b"\n"


def _table(model: tenants.Model, organization: Organization, tell: Tell) -> Iterator[bytes]:
    label = model._meta.label
    for rows in _rows(model, organization):
        yield b"".join(_lines(label, rows))
        tell(label, len(rows))


def _rows(model: tenants.Model, organization: Organization) -> Iterator[list[Any]]:
    """Of one organization, few at a time, by ranges of primary keys."""
    label, content = model._meta.label, model is PackageContent
    opener = OPENERS.get(label)
    related = [*(opener.related if opener else ()), *(["response"] if content else [])]
    unread = ["body_sealed"] if content else []
    own = model._default_manager.filter(organization_id=organization.pk).order_by("pk")
    own = own.defer(*unread)
    if related:  # without a name it would be all of them
        own = own.select_related(*related)
    at_once = 1 if label in LARGE else AT_ONCE
    for after, end in tenants.steps(model, organization.pk):
        while rows := list(own.filter(pk__gt=after, pk__lte=end)[:at_once]):
            yield rows
            after = rows[-1].pk


def _lines(label: str, rows: list[Any]) -> Iterator[bytes]:
    for row, values in zip(rows, opened(label, rows), strict=True):
        shown = {
            field.attname: field.value_from_object(row)
            for field in row._meta.concrete_fields
            if not isinstance(field, models.BinaryField)
        }
        yield encode(shown | {name: _readable(value) for name, value in values.items()}) + b"\n"


def _readable(value: bytes | None) -> Any:
    """JSON as what it is, text as text, other bytes as base64."""
    if value is None:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}
    if text[:1] in "[{":
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return text
    return text


def _contents(organization: Organization) -> Iterator[PackageContent]:
    for rows in _rows(PackageContent, organization):
        yield from (row for row in rows if row.removed_at is None)


def _package(content: PackageContent) -> Iterator[tuple[str, Iterator[bytes]]]:
    part = Part(content.response, content)
    for name, _size, pieces in files_of(part, lambda _name, _size: lambda _piece: None):
        yield f"packages/{content.response.public_id}/{name}", _while_kept(pieces)


def _while_kept(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """A package that expires meanwhile ends there."""
    with suppress(Expired, FileNotFoundError):
        yield from pieces
