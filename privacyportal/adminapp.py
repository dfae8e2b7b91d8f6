"""Puts the operator's site in the place of Django's; apart, since apps load before models."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "privacyportal.adminsite.OperatorSite"

    def ready(self) -> None:
        """All lists are registered then, and what they show can be named."""
        super().ready()
        from django.contrib import admin

        from privacyportal.adminsite.words import name_all

        name_all(admin.site._registry)
