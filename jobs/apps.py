from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        """What the foundations do not know of jobs is told to them here."""
        from jobs.api import describe, describe_webhooks
        from jobs.services import owned, webhooks
        from privacyportal.api import openapi
        from privacyportal.organizations.services import credentials, members

        members.OWNED.append(owned.told)
        members.FORGET.append(owned.forget)
        credentials.REVOKED.append(webhooks.stop_of)
        openapi.OPERATIONS += (*describe.OPERATIONS, *describe_webhooks.OPERATIONS)
