from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        from jobs.api import describe, describe_webhooks
        from privacyportal.api import openapi

        openapi.OPERATIONS += (*describe.OPERATIONS, *describe_webhooks.OPERATIONS)
