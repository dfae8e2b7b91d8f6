"""Notes and attachments of a request: sealed with its key, and forgotten with it. What they say is
in no record of acts; that they came and went is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from jobs.models import PrivacyRequest, RequestAttachment, RequestNote
from jobs.models.places import attachment_body_place, attachment_name_place, note_place
from jobs.rules.file_kinds import picture
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.keys.services import Destroyed, sealer, sealers

__all__ = ["Destroyed", "NotTheirs", "TooMany"]

MOST_NOTES = 200
MOST_FILES = 20
LONGEST = 10_000  # characters of a note
LARGEST = 10 * 1024 * 1024  # bytes of an attachment


class TooMany(Exception):
    """The request has as many as it may have."""


class NotTheirs(Exception):
    """Somebody else wrote it: only the author takes it away."""


@dataclass(frozen=True, slots=True)
class SeenNote:
    """A note in clear; `own` where the reader wrote it."""

    public_id: UUID
    author: str
    at: datetime
    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class SeenFile:
    """An attachment without its body; its name is in clear."""

    public_id: UUID
    author: str
    at: datetime
    name: str
    size: int
    picture: str
    own: bool


@dataclass(frozen=True, slots=True)
class Board:
    """All that is written to a request, oldest first; `forgotten` once its key was destroyed."""

    notes: Sequence[SeenNote] = ()
    files: Sequence[SeenFile] = ()
    forgotten: bool = False


def count(request: PrivacyRequest) -> tuple[int, int]:
    """How many notes and attachments there are."""
    return (
        RequestNote.objects.filter(request=request).count(),
        RequestAttachment.objects.filter(request=request).count(),
    )


def read(request: PrivacyRequest, reader: Actor) -> Board:
    """Opens all of them, for somebody who may read them."""
    key = sealers([request.data_key_id]).get(request.data_key_id)
    if key is None:
        return Board(forgotten=True)
    notes = RequestNote.objects.filter(request=request).order_by("pk")
    files = RequestAttachment.objects.filter(request=request).order_by("pk").defer("body_sealed")

    def text(sealed: bytes, place: str) -> str:
        return key.open(sealed, place).decode()

    return Board(
        [
            SeenNote(
                note.public_id,
                note.author_name,
                note.created_at,
                text(note.text_sealed, note_place(note.public_id)),
                note.author_id == reader.id,
            )
            for note in notes
        ],
        [
            SeenFile(
                file.public_id,
                file.author_name,
                file.created_at,
                text(file.name_sealed, attachment_name_place(file.public_id)),
                file.size,
                file.picture,
                file.author_id == reader.id,
            )
            for file in files
        ],
    )


@transaction.atomic
def add_note(*, request: PrivacyRequest, by: Actor, text: str) -> RequestNote:
    """Raises TooMany and, of a request that was forgotten, Destroyed."""
    _room(request, RequestNote, MOST_NOTES)
    public_id = uuid4()
    note: RequestNote = RequestNote.objects.create(
        organization_id=request.organization_id,
        public_id=public_id,
        request=request,
        author_id=by.id,
        author_name=by.name,
        created_at=timezone.now(),
        text_sealed=sealer(request.data_key_id).seal(text, note_place(public_id)),
    )
    _record(request, by, "note.add", note=str(public_id))
    return note


@transaction.atomic
def attach(*, request: PrivacyRequest, by: Actor, name: str, body: bytes) -> RequestAttachment:
    """`body` is LARGEST at most. Raises TooMany and Destroyed."""
    _room(request, RequestAttachment, MOST_FILES)
    public_id, key = uuid4(), sealer(request.data_key_id)
    file: RequestAttachment = RequestAttachment.objects.create(
        organization_id=request.organization_id,
        public_id=public_id,
        request=request,
        author_id=by.id,
        author_name=by.name,
        created_at=timezone.now(),
        size=len(body),
        picture=picture(body),
        name_sealed=key.seal(name, attachment_name_place(public_id)),
        body_sealed=key.seal(body, attachment_body_place(public_id)),
    )
    _record(request, by, "attachment.add", attachment=str(public_id), bytes=len(body))
    return file


@transaction.atomic
def open_file(*, request: PrivacyRequest, by: Actor, public_id: UUID) -> tuple[str, bytes]:
    """Name and bytes of an attachment; that it was opened is recorded. Raises DoesNotExist and
    Destroyed."""
    file = RequestAttachment.objects.get(request=request, public_id=public_id)
    key = sealer(request.data_key_id)
    name = key.open(file.name_sealed, attachment_name_place(public_id)).decode()
    body = key.open(file.body_sealed, attachment_body_place(public_id))
    _record(request, by, "attachment.download", attachment=str(public_id), bytes=file.size)
    return name, body


@transaction.atomic
def delete_note(*, request: PrivacyRequest, by: Actor, public_id: UUID) -> None:
    """Gone for good. Raises DoesNotExist and NotTheirs."""
    _delete(RequestNote.objects.get(request=request, public_id=public_id), by)
    _record(request, by, "note.delete", note=str(public_id))


@transaction.atomic
def delete_file(*, request: PrivacyRequest, by: Actor, public_id: UUID) -> None:
    """Gone for good. Raises DoesNotExist and NotTheirs."""
    found = RequestAttachment.objects.filter(request=request).defer("body_sealed")
    _delete(found.get(public_id=public_id), by)
    _record(request, by, "attachment.delete", attachment=str(public_id))


def _delete(thing: RequestNote | RequestAttachment, by: Actor) -> None:
    if thing.author_id != by.id:
        raise NotTheirs
    thing.delete()


def _room(request: PrivacyRequest, model: type[RequestNote | RequestAttachment], most: int) -> None:
    """Locks the request, then looks: of two who add the last one at once, the second waits."""
    PrivacyRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if model.objects.filter(request=request).count() >= most:
        raise TooMany


def _record(request: PrivacyRequest, by: Actor, verb: str, **detail: object) -> None:
    record(
        organization=request.organization,
        by=by,
        verb=verb,
        target=("request", str(request.public_id)),
        detail=detail,
    )
