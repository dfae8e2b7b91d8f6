"""Who may read the notes and attachments of a request, and what of them its pages show."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.models import PrivacyRequest
from jobs.services import notes
from jobs.services.notes import Board
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

FEW = 6


@dataclass(frozen=True, slots=True)
class SeenNotes:
    """`board` is None to those who may know that there are notes but not read them."""

    board: Board | None
    notes: int
    files: int

    @property
    def number(self) -> int:
        return self.notes + self.files

    @property
    def few(self) -> bool:
        """So that they stand open and what follows is still near."""
        return 0 < self.number <= FEW


def may_read(asked: PrivacyRequest, member: Member) -> bool:
    """Officers, and staff of what they submitted: they may also write."""
    own = member.may(Permission.READ_OWN) and asked.submitted_by_id == member.user.actor.id
    return member.may(Permission.CONTENT_READ) or own


def notes_of(asked: PrivacyRequest, member: Member) -> SeenNotes:
    if not may_read(asked, member):
        return SeenNotes(None, *notes.count(asked))
    board = notes.read(asked, member.user.actor)
    return SeenNotes(board, len(board.notes), len(board.files))
