"""The logo of an organization. Of a file that is given only the picture is kept, made small and
written anew: neither what else is in it, nor what it would do to whoever opens it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import Organization, OrganizationLogo

FORMATS = ("PNG", "JPEG", "WEBP")
KIND = "image/webp"
MOST_BYTES = 2 * 2**20  # of the file
MOST_PIXELS = 16_000_000  # of its picture, which takes four bytes each to open
BOX = (512, 192)  # pixels that it is fitted into
KEPT = 256 * 2**10  # bytes
SMALLEST = 16  # pixels of the shorter side
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError,
              Image.DecompressionBombWarning)  # fmt: skip


class Unfit(Exception):
    """Why a file is no logo, as a sentence."""


@dataclass(frozen=True, slots=True)
class Picture:
    """As it is kept."""

    body: bytes
    width: int
    height: int


def read(file: bytes) -> Picture:
    """The picture of an uploaded file. Raises Unfit."""
    if len(file) > MOST_BYTES:
        raise Unfit(_("The file is larger than 2 MB. Export it smaller."))
    try:
        with Image.open(BytesIO(file), formats=FORMATS) as opened:
            return _written(_small(opened))
    except UNREADABLE:
        told = _("This is no PNG, JPEG or WebP picture that can be read. Export it as one of them.")
        raise Unfit(told) from None


def _small(opened: Image.Image) -> Image.Image:
    """Its first frame, upright, within BOX, as a picture that has nothing else."""
    width, height = opened.size
    if width * height > MOST_PIXELS:
        raise Unfit(_("The picture has more than 16 million pixels. Export it smaller."))
    if min(width, height) < SMALLEST:
        raise Unfit(_("The picture is smaller than 16 pixels. Export it larger."))
    upright = ImageOps.exif_transpose(opened).convert("RGBA")
    upright.thumbnail(BOX)
    bare = Image.new("RGBA", upright.size)
    bare.paste(upright)
    return bare


def _written(picture: Image.Image) -> Picture:
    for options in ({"lossless": True}, {"quality": 90}, {"quality": 60}):
        out = BytesIO()
        picture.save(out, "WEBP", **options)
        if out.tell() <= KEPT:
            break
    return Picture(out.getvalue(), *picture.size)


@transaction.atomic
def put(*, organization: Organization, by: Actor, picture: Picture) -> None:
    before = _locked(organization)
    name = hashlib.sha256(picture.body).hexdigest()[:16]
    if name == organization.logo:
        return
    OrganizationLogo.objects.update_or_create(
        organization=organization,
        defaults={"body": picture.body, "width": picture.width, "height": picture.height},
    )
    Organization.objects.filter(pk=organization.pk).update(logo=name)
    _record(organization, by, before, _told(picture))


@transaction.atomic
def remove(*, organization: Organization, by: Actor) -> None:
    if before := _locked(organization):
        OrganizationLogo.objects.filter(organization=organization).delete()
        Organization.objects.filter(pk=organization.pk).update(logo="")
        _record(organization, by, before, "")


def _locked(organization: Organization) -> str:
    """The organization, as it is now; what its logo is, in words."""
    organization.refresh_from_db(from_queryset=Organization.objects.select_for_update(no_key=True))
    found = OrganizationLogo.objects.filter(organization=organization).defer("body").first()
    return _told(found) if found else ""


def _told(picture: Picture | OrganizationLogo) -> str:
    return f"{picture.width} × {picture.height}"


def _record(organization: Organization, by: Actor, before: str, after: str) -> None:
    detail: dict[str, Any] = {"logo": {"before": before, "after": after}}
    record(
        organization=organization,
        by=by,
        verb="organization.logo",
        target=("organization", str(organization.public_id)),
        detail=detail,
    )
