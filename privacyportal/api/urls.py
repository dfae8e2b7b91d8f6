"""Where a program gets its token (contract §1)."""

from django.urls import path, re_path

from privacyportal.api.gateway import nothing_here
from privacyportal.api.tokens import token

urlpatterns = [
    *(
        path(f"ims/token/{version}{slash}", token)
        for version in ("v2", "v3")
        for slash in ("", "/")
    ),
    re_path(r"^ims/token(?:/|$)", nothing_here),
]
