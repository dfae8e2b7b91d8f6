from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """The first of our apps to be ready."""

    name = "privacyportal.organizations"
    label = "organizations"

    def ready(self) -> None:
        from privacyportal.bulk import write_arrays_at_once

        write_arrays_at_once()
