"""Drafts that a member left half-way: sealed, few, and forgotten on time. They know nothing of
forms: what is read so far is a RequestDraft, beside what the page needs to go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from jobs.engine.housekeeping import forget_drafts
from jobs.models import SavedDraft
from jobs.models.places import draft_place
from jobs.services.drafts import RequestDraft
from jobs.services.submission import request_id_taken
from privacyportal.bulk import reserve_ids
from privacyportal.keys.models import Purpose
from privacyportal.keys.services import create_data_key, fingerprinter, sealer
from privacyportal.organizations.models import Member, Organization

MOST = 20  # of one member
DAYS = 30

encode = msgspec.json.Encoder(order="deterministic").encode


class TooMany(Exception):
    """The member has MOST drafts."""


class Submitted(Exception):
    """The draft was submitted meanwhile: what comes late must not bring it back."""


class Content(msgspec.Struct, frozen=True):
    """What a draft says: `draft` as far as it can be read, `form` as its page typed it (empty where
    no page did)."""

    draft: RequestDraft
    form: dict[str, Any] = {}


def save(
    *, member: Member, public_id: UUID, content: Content, one_more: bool = False
) -> SavedDraft:
    """Saves a draft under the id that its page gave it; `one_more` goes beyond MOST.

    Raises TooMany and Submitted.
    """
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=member.pk)  # one save at a time
        if request_id_taken(member.organization, content.draft.request_id):
            raise Submitted
        own = SavedDraft.objects.filter(member=member)
        known = own.select_for_update().filter(public_id=public_id).first()
        if known is None and not one_more and own[:MOST].count() == MOST:
            raise TooMany
        return _write(known or _new(member, public_id), content)


def _new(member: Member, public_id: UUID) -> SavedDraft:
    key = create_data_key(organization_id=member.organization_id, purpose=Purpose.DRAFT)
    (pk,) = reserve_ids(SavedDraft, 1)
    return SavedDraft(
        pk=pk,
        organization_id=member.organization_id,
        member=member,
        public_id=public_id,
        data_key_id=key.id,
        created_at=timezone.now(),
    )


def _write(saved: SavedDraft, content: Content) -> SavedDraft:
    key = sealer(saved.data_key_id)
    saved.people = len(content.draft.people)
    saved.content_sealed = key.seal(encode(content), draft_place(saved.pk))
    saved.about = about(saved.organization, content.draft)
    saved.saved_at = timezone.now()
    saved.expires_at = saved.saved_at + timedelta(days=DAYS)
    saved.save()
    return saved


def about(organization: Organization, draft: RequestDraft) -> bytes:
    """Equal for drafts of the same people at the same products."""
    said = encode([draft.people, sorted(draft.products)]).decode()
    return fingerprinter(organization.pk)("\x01draft", said)


def find(member: Member, public_id: UUID) -> SavedDraft | None:
    return SavedDraft.objects.filter(member=member, public_id=public_id).first()


def read(saved: SavedDraft) -> Content:
    key = sealer(saved.data_key_id)
    return msgspec.json.decode(key.open(saved.content_sealed, draft_place(saved.pk)), type=Content)


def unfinished(member: Member) -> list[SavedDraft]:
    """The member's drafts, newest first; what they say is not read."""
    own = SavedDraft.objects.filter(member=member, expires_at__gt=timezone.now())
    return list(own.defer("content_sealed", "about").order_by("-saved_at")[: MOST + 1])


def discard(*, member: Member, public_id: UUID) -> bool:
    """Forgets a draft and destroys its key; False where there is none."""
    with transaction.atomic():
        own = SavedDraft.objects.select_for_update().filter(member=member, public_id=public_id)
        return bool(forget_drafts(list(own.only("pk", "data_key_id"))))
