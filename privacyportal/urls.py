"""Every URL of the product."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("privacyportal.api.urls")),
    path("", include("consent.api.urls")),
    path("", include("jobs.api.urls")),
    path("", include("jobs.urls")),
    path("", include("consent.urls")),
    path("", include("privacyportal.organizations.urls")),
    path("", include("privacyportal.audit.urls")),
    path("", include("privacyportal.mailbox.urls")),
    path("accounts/", include("privacyportal.organizations.account_urls")),
    path("admin/", admin.site.urls),
]

handler500 = "privacyportal.errors.server_error"
