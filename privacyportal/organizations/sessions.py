"""Where sessions are kept (SESSION_ENGINE): in the database, each with the person it belongs to."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY as USER
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from privacyportal.organizations.models import UserSession

ORGANIZATION = "organization"  # the public id of the one that is looked at
BROWSER = "browser"  # as it named itself at sign-in


class SessionStore(DatabaseStore):
    """The columns that a session can be found by follow from what it holds."""

    row: UserSession | None = None  # as it was read

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def _get_session_from_db(self) -> UserSession | None:
        self.row = super()._get_session_from_db()  # type: ignore[misc]
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        made: UserSession = super().create_model_instance(data)  # type: ignore[assignment]
        made.user_id = data.get(USER)
        made.organization = data.get(ORGANIZATION)
        made.browser = data.get(BROWSER, "")
        if self.row and self.row.session_key == made.session_key:
            made.created_at = self.row.created_at
        return made
