"""Uploads of a member: taken in, replaced, said what they are, discarded, confirmed. Reading and
submitting are done by others (reading, submitting)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from jobs.engine.housekeeping import forget_uploads
from jobs.models import Upload, UploadPart
from jobs.models.places import upload_part_place, upload_place
from jobs.models.uploads import UploadState
from jobs.uploads import known
from jobs.uploads.files import kind_of
from jobs.uploads.report import Choices, Part, Report, encode
from privacyportal.audit.services import record
from privacyportal.bulk import reserve_ids
from privacyportal.keys.models import Purpose
from privacyportal.keys.services import Sealer, create_data_key, sealer, sealers
from privacyportal.organizations.models import Member

MOST = 20  # of one member, that are not submitted yet
SHOWN = 50
DAYS = 7
NAME_LENGTH = 200
CLOSED = (UploadState.SUBMITTING, UploadState.SUBMITTED)


class TooMany(Exception):
    """The member has MOST uploads that are not submitted."""


class Changed(Exception):
    """The upload is not as it was when it was looked at."""


@dataclass(frozen=True, slots=True)
class Named:
    """An upload and the name of its file."""

    upload: Upload
    name: str


def receive(*, member: Member, name: str, body: bytes) -> Upload:
    """Keeps a file, sealed, to be read. Raises TooMany."""
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=member.pk)  # one at a time
        own = Upload.objects.filter(member=member).exclude(state__in=CLOSED)
        if own[:MOST].count() == MOST:
            raise TooMany
        key = create_data_key(organization_id=member.organization_id, purpose=Purpose.DRAFT)
        (pk,) = reserve_ids(Upload, 1)
        upload = Upload(
            pk=pk,
            organization_id=member.organization_id,
            member=member,
            data_key_id=key.id,
            created_at=timezone.now(),
            expires_at=timezone.now() + timedelta(days=DAYS),
        )
        _write(upload, name, body)
        upload.save(force_insert=True)
    return upload


def replace(*, member: Member, public_id: UUID, name: str, body: bytes) -> Upload:
    """Another file in the place of one; what its columns were said to be is kept. Raises
    Upload.DoesNotExist and Changed."""
    with transaction.atomic():
        upload = _locked(member, public_id)
        upload.parts.all().delete()
        _write(upload, name, body)
        _anew(upload)
        upload.save()
    return upload


def choose(*, member: Member, public_id: UUID, choices: Choices) -> Upload:
    """Says what a file's columns are, and has it read again. Raises as replace does."""
    with transaction.atomic():
        upload = _locked(member, public_id)
        key = sealer(upload.data_key_id)
        upload.choices_sealed = key.seal(encode(choices), upload_place(upload.pk, "choices"))
        known.remember(member, list(choices.columns), choices)
        upload.parts.all().delete()
        _anew(upload)
        upload.save()
    return upload


def discard(*, member: Member, public_id: UUID) -> bool:
    """Forgets a file that is not being submitted, and destroys its key; False where there is
    none."""
    with transaction.atomic():
        own = Upload.objects.filter(member=member, public_id=public_id)
        locked = own.exclude(state=UploadState.SUBMITTING).select_for_update()
        return bool(forget_uploads(list(locked.only("pk", "data_key_id"))))


def confirm(*, member: Member, public_id: UUID, revision: int) -> Upload:
    """Has the requests of a file made that was read without problems, as it was when it was looked
    at. Raises as replace does."""
    with transaction.atomic():
        upload = _locked(member, public_id)
        if upload.state != UploadState.READY or upload.revision != revision:
            raise Changed
        upload.state = UploadState.SUBMITTING
        upload.submitted_at = timezone.now()
        upload.save(update_fields=["state", "submitted_at"])
        _record(upload, member, "upload.submit")
    return upload


def take_back(*, member: Member, public_id: UUID) -> Upload:
    """Makes a confirmed file one that can be confirmed, as long as no request is made of it. Raises
    as replace does."""
    with transaction.atomic():
        upload = Upload.objects.filter(member=member).select_for_update().get(public_id=public_id)
        # All parts are locked: whoever makes a request of one is waited for, and then seen.
        made = any(upload.parts.select_for_update().values_list("done_at", flat=True))
        if made or upload.state != UploadState.SUBMITTING:
            raise Changed
        upload.state, upload.submitted_at = UploadState.READY, None
        upload.save(update_fields=["state", "submitted_at"])
        _record(upload, member, "upload.undo")
    return upload


def try_again(*, member: Member, public_id: UUID) -> bool:
    """Has what failed tried again at once; False where nothing is to be tried."""
    waiting = UploadPart.objects.filter(
        upload__member=member,
        upload__public_id=public_id,
        upload__state=UploadState.SUBMITTING,
        done_at=None,
        failures__gt=0,
    )
    return bool(waiting.update(not_before=None))


def give_up(*, member: Member, public_id: UUID) -> int:
    """Ends what failed of a file that is being submitted: nothing is made of it. The people whom it
    is about; 0 where nothing failed."""
    with transaction.atomic():
        own = Upload.objects.filter(member=member, public_id=public_id).defer("content_sealed")
        upload = own.filter(state=UploadState.SUBMITTING).select_for_update().first()
        if upload is None:
            return 0
        # Whoever is trying one of them is waited for, and then seen.
        failing = upload.parts.filter(done_at=None, failures__gt=0).defer("content_sealed")
        failed = list(failing.select_for_update())
        upload.parts.filter(pk__in=[part.pk for part in failed]).update(
            content_sealed=None, done_at=timezone.now(), given_up=True
        )
        people = sum(part.people for part in failed)
        if failed:
            _record(upload, member, "upload.give_up", given_up=people)
        return people


def find(member: Member, public_id: UUID) -> Upload | None:
    own = Upload.objects.filter(member=member, public_id=public_id)
    return own.defer("content_sealed").first()


def newest(member: Member) -> list[Named]:
    """The member's uploads, newest first, with their names."""
    own = Upload.objects.filter(member=member, expires_at__gt=timezone.now())
    light = own.defer("content_sealed", "report_sealed", "choices_sealed")
    found = list(light.order_by("-created_at", "-pk")[:SHOWN])
    keys = sealers(upload.data_key_id for upload in found)
    return [Named(upload, _name(upload, keys[upload.data_key_id])) for upload in found]


def name(upload: Upload) -> str:
    return _name(upload, sealer(upload.data_key_id))


def _name(upload: Upload, key: Sealer) -> str:
    return key.open(upload.name_sealed, upload_place(upload.pk, "name")).decode()


def report(upload: Upload) -> Report | None:
    """What was found in it; None where it was not read yet, or is submitted."""
    if upload.report_sealed is None:
        return None
    opened = sealer(upload.data_key_id).open(
        upload.report_sealed, upload_place(upload.pk, "report")
    )
    return msgspec.json.decode(opened, type=Report)


def choices(upload: Upload) -> Choices:
    if upload.choices_sealed is None:
        return Choices()
    key = sealer(upload.data_key_id)
    opened = key.open(upload.choices_sealed, upload_place(upload.pk, "choices"))
    return msgspec.json.decode(opened, type=Choices)


def content(upload: Upload) -> bytes:
    key = sealer(upload.data_key_id)
    assert upload.content_sealed is not None
    return key.open(upload.content_sealed, upload_place(upload.pk, "content"))


def part(upload: Upload, part: UploadPart, key: Sealer) -> Part:
    """What a part holds until its request is made; `key` is the upload's."""
    assert part.content_sealed is not None
    place = upload_part_place(upload.pk, upload.revision, part.number)
    return msgspec.json.decode(key.open(part.content_sealed, place), type=Part)


def _locked(member: Member, public_id: UUID) -> Upload:
    own = Upload.objects.filter(member=member).select_for_update()
    upload: Upload = own.get(public_id=public_id)
    if upload.state in CLOSED:
        raise Changed
    return upload


def _record(upload: Upload, member: Member, verb: str, **more: int) -> None:
    record(
        organization=member.organization,
        by=member.user.actor,
        verb=verb,
        target=("upload", str(upload.public_id)),
        detail={"people": upload.people, "jobs": upload.jobs, "kind": upload.kind, **more},
    )


def _write(upload: Upload, name: str, body: bytes) -> None:
    key = sealer(upload.data_key_id)
    upload.kind, upload.size = kind_of(name, body), len(body)
    upload.name_sealed = key.seal(name[:NAME_LENGTH], upload_place(upload.pk, "name"))
    upload.content_sealed = key.seal(body, upload_place(upload.pk, "content"))


def _anew(upload: Upload) -> None:
    """What was found is no longer so."""
    upload.state, upload.revision = UploadState.READING, upload.revision + 1
    upload.tries = upload.percent = upload.people = upload.jobs = upload.problems = 0
    upload.laws, upload.report_sealed, upload.lease_until = [], None, None
