from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        from jobs.api import describe
        from privacyportal.api import openapi

        openapi.OPERATIONS += describe.OPERATIONS
