"""The pages of organizations and their people."""

from django.urls import path

from privacyportal.organizations.views import organization_choose, theme_choose

app_name = "organizations"
urlpatterns = [
    path("theme/", theme_choose, name="theme-choose"),
    path("organization/", organization_choose, name="organization-choose"),
]
