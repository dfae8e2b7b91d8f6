"""What a member has of their own here: told before they are removed, and forgotten with them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.engine.housekeeping import forget_drafts, forget_uploads
from jobs.models import PrivacyRequest, SavedDraft, Upload
from jobs.models.uploads import UploadState
from privacyportal.organizations.models import Member

MOST = 1000  # counted


def told(member: Member) -> list[str]:
    """A sentence for each kind of thing that there is."""
    counts = {
        "assigned": PrivacyRequest.objects.filter(assignee=member),
        "drafts": SavedDraft.objects.filter(member=member),
        "uploads": Upload.objects.filter(member=member, submitted_at=None).exclude(
            state=UploadState.SUBMITTING
        ),
        "submitting": Upload.objects.filter(member=member, state=UploadState.SUBMITTING),
    }
    found = {name: rows.order_by()[:MOST].count() for name, rows in counts.items()}
    return [_sentence(name, n) for name, n in found.items() if n]


def _sentence(name: str, n: int) -> str:
    match name:
        case "assigned":
            words = ngettext(
                "%(n)s request is assigned to this member, and then to nobody.",
                "%(n)s requests are assigned to this member, and then to nobody.",
                n,
            )
        case "drafts":
            words = ngettext(
                "%(n)s draft that was not submitted is forgotten.",
                "%(n)s drafts that were not submitted are forgotten.",
                n,
            )
        case "uploads":
            words = ngettext(
                "%(n)s file that was not submitted is forgotten.",
                "%(n)s files that were not submitted are forgotten.",
                n,
            )
        case _:
            words = ngettext(
                "%(n)s file is being submitted: what it has not made yet is not made.",
                "%(n)s files are being submitted: what they have not made yet is not made.",
                n,
            )
    return words % {"n": n if n < MOST else _("%(n)s or more") % {"n": n}}


@transaction.atomic
def forget(member: Member) -> None:
    """With the keys that sealed it."""
    drafts = SavedDraft.objects.filter(member=member).select_for_update()
    forget_drafts(list(drafts.only("pk", "data_key_id").order_by("pk")))
    uploads = Upload.objects.filter(member=member).select_for_update()
    forget_uploads(list(uploads.only("pk", "data_key_id").order_by("pk")))
