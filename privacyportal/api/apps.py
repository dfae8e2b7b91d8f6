from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "privacyportal.api"
    label = "api"

    def ready(self) -> None:
        from privacyportal.api import describe, openapi

        openapi.OPERATIONS += describe.OPERATIONS
