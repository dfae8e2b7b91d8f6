from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "privacyportal.audit"
    label = "audit"
