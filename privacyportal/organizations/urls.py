"""The pages of organizations and their people."""

from django.urls import path

from privacyportal.organizations.views import (
    brand,
    language_choose,
    organization_choose,
    preferences,
    theme_choose,
)

app_name = "organizations"
urlpatterns = [
    path("theme/", theme_choose, name="theme-choose"),
    path("language/", language_choose, name="language-choose"),
    path("preferences/", preferences, name="preferences"),
    path("organization/brand.css", brand, name="brand"),
    path("organization/", organization_choose, name="organization-choose"),
]
