"""Puts the operator's site in the place of Django's; apart, since apps load before models."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "privacyportal.adminsite.OperatorSite"
