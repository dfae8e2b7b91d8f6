"""An organization's logo: only the picture is kept, it is looked at first, and members alone see
it."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization, OrganizationLogo
from privacyportal.organizations.services import logo
from privacyportal.organizations.services.logo import Unfit
from privacyportal.organizations.settings_forms import contrast
from tests.api.conftest import make_organization, organization
from tests.sessions import signed_in

__all__ = ["organization"]
PAGE = "/settings/branding/"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def administrator(organization: Organization) -> Client:
    return signed_in(organization, "administrator")


def file(kind: str = "PNG", size: tuple[int, int] = (600, 300), **more: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#aa3300").save(out, kind, **more)
    return out.getvalue()


def send(client: Client, body: bytes, **more: str) -> Any:
    given = {"brand_color": "", "file": SimpleUploadedFile("logo.png", body), **more}
    return client.post(PAGE, given)


def place(organization: Organization) -> str:
    return f"/organization/{organization.public_id}/logo/"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_made_small_and_written_anew(kind: str) -> None:
    picture = logo.read(file(kind))

    assert (picture.width, picture.height) == (384, 192)
    with Image.open(BytesIO(picture.body)) as again:
        assert (again.format, again.size) == ("WEBP", (384, 192))


def test_nothing_else_of_the_file_is_kept() -> None:
    notes = PngInfo()
    notes.add_text("Author", "ann.berg@example.com")
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "ann.berg@example.com"  # turned by 90°, artist

    png = logo.read(file(pnginfo=notes) + b"<script>ann.berg@example.com")
    jpeg = logo.read(file("JPEG", exif=exif))

    assert b"ann.berg" not in png.body + jpeg.body
    assert b"EXIF" not in jpeg.body
    assert jpeg.width < jpeg.height  # upright


def test_noise_is_kept_small_too() -> None:
    out = BytesIO()
    Image.effect_noise((512, 192), 200).convert("RGB").save(out, "PNG")

    assert len(logo.read(out.getvalue()).body) <= logo.KEPT


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (SVG, "no PNG, JPEG or WebP"),
        (b"", "no PNG, JPEG or WebP"),
        (file("GIF"), "no PNG, JPEG or WebP"),
        (file()[:200], "no PNG, JPEG or WebP"),
        (file(size=(8, 8)), "smaller than 16"),
        (file(size=(5000, 4000)), "more than 16 million pixels"),
        (file(size=(14_000, 14_000)), "no PNG, JPEG or WebP"),  # a bomb: Pillow refuses it itself
        (bytes(logo.MOST_BYTES + 1), "larger than 2 MB"),
    ],
)
def test_what_is_no_logo_says_why(body: bytes, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        logo.read(body)


def test_it_is_looked_at_saved_shown_and_removed(
    organization: Organization, administrator: Client
) -> None:
    looked = send(administrator, file(), look="1").content.decode()
    assert not OrganizationLogo.objects.exists()
    [picture] = set(re.findall(r'name="picture" value="([^"]+)"', looked))
    assert f"data:image/webp;base64,{picture}" in looked

    saved = administrator.post(PAGE, {"brand_color": "#7A1F3D", "picture": picture})

    assert saved.status_code == 302
    organization.refresh_from_db()
    assert f"{place(organization)}?{organization.logo}" in administrator.get("/").content.decode()
    css = administrator.get("/organization/brand.css").content.decode()
    assert "--brand: #7a1f3d" in css
    send(administrator, file("PNG", (100, 100)))
    administrator.post("/settings/branding/remove/")
    organization.refresh_from_db()
    assert organization.logo == ""
    assert administrator.get(place(organization)).status_code == 404
    events = AuditEvent.objects.filter(verb="organization.logo").order_by("pk")
    details = AuditDetail.objects.in_bulk([event.pk for event in events])
    assert [details[event.pk].detail["logo"] for event in events] == [
        {"before": "", "after": "384 × 192"},
        {"before": "384 × 192", "after": "100 × 100"},
        {"before": "100 × 100", "after": ""},
    ]


def test_browsers_keep_it_and_ask_by_its_name(
    organization: Organization, administrator: Client
) -> None:
    send(administrator, file())

    first = administrator.get(place(organization))
    again = administrator.get(place(organization), headers={"If-None-Match": first["ETag"]})

    assert first["Content-Type"] == "image/webp"
    assert first["X-Content-Type-Options"] == "nosniff"
    assert "private" in first["Cache-Control"]
    assert again.status_code == 304


def test_members_alone_see_it(organization: Organization, administrator: Client) -> None:
    send(administrator, file())
    other = make_organization("Other@PortalOrg")

    assert signed_in(organization, "staff").get(place(organization)).status_code == 200
    assert signed_in(other, "auditor").get(place(organization)).status_code == 404
    assert Client().get(place(organization)).status_code == 302
    assert signed_in(organization, "officer").get(PAGE).status_code == 403


def test_every_problem_is_told_at_its_place(
    organization: Organization, administrator: Client
) -> None:
    answer = send(administrator, SVG, brand_color="#ffee00", picture="%%%")

    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert set(errors) == {"brand_color", "file", "picture"}
    assert "contrast of 1.2" in str(errors["brand_color"])
    assert "Write it as" in str(send(administrator, b"", brand_color="red").context["form"].errors)
    assert contrast("#000000") == 21
    organization.refresh_from_db()
    assert (organization.brand_color, organization.logo) == ("", "")
