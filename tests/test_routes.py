"""What logs tell of an address."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from privacyportal.routes import told

NUMBER = "6e0e0b8e-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/", "GET /"),
        ("/people/?who=anna@example.org", "GET /people/"),
        (f"/jobs/{NUMBER}/package/", f"GET /jobs/{NUMBER}/package/"),
        (f"/jobs/{NUMBER}/package/crm/", f"GET /jobs/{NUMBER}/package/<slug:place>/"),
        (f"/data/core/privacy/jobs/{NUMBER}", f"GET /data/core/privacy/jobs/{NUMBER}"),
        ("/data/core/privacy/jobs/anna@example.org", "GET /data/core/privacy/jobs/<str:job_id>"),
        ("/invitations/a-token/", "GET /invitations/<str:token>/"),
        ("/admin/jobs/job/17/change/", "GET /admin/jobs/job/<path:object_id>/change/"),
        ("/anna@example.org", "GET (no such page)"),
    ],
)
def test_ids_are_told_and_other_texts_by_their_name(path: str, logged: str) -> None:
    assert told(RequestFactory().get(path)) == logged


def test_a_method_of_the_callers_own_making_is_not_told() -> None:
    assert told(RequestFactory().generic("ANNA", "/")) == "(no such method) /"
