"""Who may look at products, and who sets them up."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from jobs.models import Product
from jobs.views.visible import member_of
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission


def reader(request: HttpRequest) -> Member:
    """Whoever reads all requests sees what they are worked off by."""
    member = member_of(request)
    if not member.may(Permission.PRIVACY_READ):
        raise PermissionDenied
    return member


def manager(request: HttpRequest) -> Member:
    member = member_of(request)
    if not member.may(Permission.MANAGE):
        raise PermissionDenied
    return member


def find_product(member: Member, public_id: UUID) -> Product:
    """A product of the member's organization; any other is 404."""
    own = Product.objects.for_organization(member.organization)
    found = own.select_related("current_settings", "organization").filter(public_id=public_id)
    product: Product | None = found.first()
    if product is None:
        raise Http404
    return product
