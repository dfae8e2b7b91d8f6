from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "privacyportal.organizations"
    label = "organizations"
