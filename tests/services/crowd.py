"""A request of many people, as a program submits it."""

from __future__ import annotations

from jobs.models import PrivacyRequest, Product
from privacyportal.organizations.models import Organization
from tests.api.bodies import document, identity, user
from tests.api.conftest import make_program

CODES = ("crm", "WebShop", "campaign", "analytics", "target")


def crowd(organization: Organization, people: int, *products: str) -> PrivacyRequest:
    """`people` who ask for access and delete, at products that the organization has."""
    for code in products:
        if not Product.objects.filter(organization=organization, code=code).exists():
            Product.objects.create(organization=organization, code=code, processor="sql")
    users = [
        user(f"p{n}", action=["access", "delete"], ids=[identity(value=f"p{n}@example.com")])
        for n in range(people)
    ]
    body = document(organization.ims_org_id, users=users, include=list(products))
    answer = make_program(organization).post(body)
    assert answer.status_code == 202, answer.content
    return PrivacyRequest.objects.get(request_id=answer.json()["requestId"])
