"""Where a program gets its token (contract §1), and what the API is like."""

from django.urls import path, re_path

from privacyportal.api import published
from privacyportal.api.gateway import nothing_here
from privacyportal.api.tokens import token

urlpatterns = [
    *(
        path(f"ims/token/{version}{slash}", token)
        for version in ("v2", "v3")
        for slash in ("", "/")
    ),
    path("data/core/privacy/openapi.json", published.openapi, name="openapi"),
    path("data/core/privacy/openapi.json/", published.openapi),
    path("docs/api/", published.as_page, name="api-description"),
    re_path(r"^ims/token(?:/|$)", nothing_here),
]
