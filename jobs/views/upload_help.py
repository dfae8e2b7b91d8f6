"""Files to begin with, and what their columns mean."""

from __future__ import annotations

import csv
import io
import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jobs.models import Product
from jobs.rules import namespaces, regulations
from jobs.services import namespaces as own_namespaces
from jobs.services import products as product_services
from jobs.uploads.report import MOST_PEOPLE
from jobs.views.visible import writer
from privacyportal.csvs import BOM
from privacyportal.htmx import page
from privacyportal.organizations.models import Organization

EXAMPLES = (
    ("CUST-1001", "access", "ann@example.com", "+46 70 123 45 67"),
    ("CUST-1002", "access+delete", "bo@example.com", ""),
)


@require_safe
def upload_help(request: HttpRequest) -> HttpResponse:
    organization = writer(request).organization
    own = [n.name for n in own_namespaces.custom(organization).values()]
    used = product_services.namespaces(organization)
    named = {namespaces.canonical(n): n for n in (*used, *own)}
    standard = {n.canonical: n.name for n in namespaces.STANDARD}
    context = {
        "namespaces": sorted((named | standard).values(), key=str.lower),
        "laws": regulations.choices(),
        "products": _codes(organization),
        "most": MOST_PEOPLE,
    }
    return page(request, "jobs/upload_help.html", context)


@require_safe
def upload_csv(request: HttpRequest) -> HttpResponse:
    """Nothing in it begins like a formula; the phone numbers are what they are."""
    codes = "; ".join(_codes(writer(request).organization)[:2]) or "crm"
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["key", "action", "regulation", "products", "email", "phone"])
    rows.writerows([key, act, "gdpr", codes, email, phone] for key, act, email, phone in EXAMPLES)
    return _file(BOM + out.getvalue(), "requests.csv", "text/csv; charset=utf-8")


@require_safe
def upload_json(request: HttpRequest) -> HttpResponse:
    organization = writer(request).organization
    users = [
        {
            "key": key,
            "action": act.split("+"),
            "userIDs": [{"namespace": "email", "value": email, "type": "standard"}],
        }
        for key, act, email, _phone in EXAMPLES
    ]
    body = {
        "companyContexts": [{"namespace": "imsOrgID", "value": organization.ims_org_id}],
        "users": users,
        "include": _codes(organization)[:2] or ["crm"],
        "regulation": "gdpr",
    }
    return _file(
        json.dumps(body, indent=2, ensure_ascii=False), "requests.json", "application/json"
    )


def _codes(organization: Organization) -> list[str]:
    known = Product.objects.for_organization(organization).order_by("code")
    return list(known.values_list("code", flat=True))


def _file(text: str, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type=kind, headers=headers)
