"""Which records a list shows, and from where on: all of it stands in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet

from consent.models import ConsentRecord
from consent.services import records
from jobs.models.requests import Channel
from privacyportal.organizations.models import Organization

CHOICES = {"": None, "out": True, "in": False}


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """`after` is the public id of the last record of the page before."""

    choice: str = ""
    channel: str = ""
    after: str = ""

    @property
    def narrows(self) -> bool:
        return bool(self.choice or self.channel)

    @property
    def channel_name(self) -> str:
        return str(Channel(self.channel).label) if self.channel else ""

    @property
    def query(self) -> str:
        """As the query of a URL."""
        return f"?{urlencode(self.given)}"

    @property
    def given(self) -> dict[str, str]:
        """What is set."""
        named = {"choice": self.choice, "channel": self.channel, "after": self.after}
        return {name: value for name, value in named.items() if value}

    def having(self, **changes: str) -> RecordFilter:
        """Another filter, from its first page on."""
        return replace(self, **{"after": "", **changes})

    def select(self, organization: Organization) -> QuerySet[ConsentRecord]:
        found = records.newest_first(
            organization, opted_out=CHOICES[self.choice], channel=self.channel
        )
        last = records.find(organization, UUID(self.after)) if self.after else None
        return found.filter(pk__lt=last.pk) if last else found


def read(given: Mapping[str, str]) -> RecordFilter:
    """What a query says; what is none of ours is as if it were not there."""
    choice, channel = given.get("choice", ""), given.get("channel", "")
    return RecordFilter(
        choice=choice if choice in CHOICES else "",
        channel=channel if channel in Channel.values else "",
        after=_id(given.get("after", "")),
    )


def _id(given: str) -> str:
    try:
        return str(UUID(given))
    except ValueError:
        return ""
