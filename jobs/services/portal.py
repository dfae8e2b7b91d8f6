"""Submissions of people in the portal: what they had saved is forgotten, and for a few seconds they
may take all of it back."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction

from jobs.services import saved_drafts, submission
from jobs.services.drafts import RequestDraft
from jobs.services.submission import Submitted
from privacyportal.organizations.models import Member


@transaction.atomic
def submit(*, member: Member, draft: RequestDraft, saved: UUID | None) -> Submitted:
    """Submits a checked draft; `saved` is the id of what was kept of it. Raises RequestIdTaken."""
    done = submission.submit(
        organization=member.organization,
        by=member.user.actor,
        draft=draft,
        delay=settings.PORTAL_UNDO_SECONDS,
    )
    if saved:
        saved_drafts.discard(member=member, public_id=saved)
    return done
