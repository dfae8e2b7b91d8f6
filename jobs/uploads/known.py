"""What a member said of columns before: the next file that has the same is read alike."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from jobs.models import KnownColumns
from jobs.uploads.report import Choices, encode
from privacyportal.keys.services import fingerprinter
from privacyportal.organizations.models import Member

MOST = 50  # kinds of files of one member; the oldest is forgotten


def remember(member: Member, labels: Sequence[str], choices: Choices) -> None:
    KnownColumns.objects.update_or_create(
        member=member,
        heading=_heading(member, labels),
        defaults={
            "organization_id": member.organization_id,
            "meanings": [choices.columns.get(label, "") for label in labels],
            "regulation": choices.regulation,
            "products": choices.products,
            "said_at": timezone.now(),
        },
    )
    kept = KnownColumns.objects.filter(member=member).order_by("-said_at", "-pk")
    over = list(kept.values_list("pk", flat=True)[MOST : 2 * MOST])
    KnownColumns.objects.filter(pk__in=over).delete()


def recall(member: Member, labels: Sequence[str]) -> Choices:
    """Empty where these columns are new."""
    own = KnownColumns.objects.filter(member=member, heading=_heading(member, labels))
    if (known := own.first()) is None:
        return Choices()
    columns = dict(zip(labels, known.meanings, strict=True))
    return Choices(columns, regulation=known.regulation, products=known.products)


def _heading(member: Member, labels: Sequence[str]) -> bytes:
    said = encode(list(labels)).decode()
    return fingerprinter(member.organization_id)("\x01columns", said)
