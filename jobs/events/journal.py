"""Reading the journal, and what an event says in the contract's words (§12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection
from msgspec import Meta

from jobs.rules.events import ORDINAL_BITS, Kind, public_id

CONTENT_TYPE = "application/json"
# Of a job as a whole, where a product's event has the product.
WHOLE_JOB = "job"


class Value(msgspec.Struct):
    """What happened, without a word of whom it is about."""

    jobId: str
    message: Annotated[str, Meta(description="`<product>.<action>.<status>`")]


class Data(msgspec.Struct):
    """Of which organization."""

    imsOrg: str
    value: Value


class CloudEvent(msgspec.Struct):
    """CloudEvents 1.0 as JSON, as it is delivered."""

    specversion: str
    id: str
    event_id: str
    eventid: str
    type: Annotated[str, Meta(examples=[kind.code for kind in Kind])]
    source: str
    time: str
    datacontenttype: str
    recipientclientid: str
    data: Data


@dataclass(frozen=True, slots=True)
class Told:
    """An event with everything that its words are made of."""

    id: int
    public_id: UUID
    kind: Kind
    at: datetime
    job_public_id: UUID
    action: str
    product: str
    ims_org_id: str

    @property
    def message(self) -> str:
        """`<product>.<action>.<status>`; a job's own has "job" for the product."""
        return f"{self.product or WHOLE_JOB}.{self.action}.{self.kind.status}"


FIND = """
    SELECT event.id, coalesce(response.public_id, job.public_id), event.kind, event.reopening,
        batch.at, job.public_id, job.action,
        coalesce(response.product_code, ''), organization.ims_org_id
    FROM jobs_event event
    JOIN jobs_eventbatch batch ON batch.id = event.id >> %s
    JOIN jobs_job job ON job.id = event.job_id
    JOIN organizations_organization organization ON organization.id = event.organization_id
    LEFT JOIN jobs_productresponse response
        ON response.id = event.about_id AND event.kind = ANY(%s)
    WHERE event.id = ANY(%s)
"""
OF_PRODUCTS = [kind.value for kind in Kind if not kind.of_job]


def find(event_ids: Iterable[int]) -> dict[int, Told]:
    """Events by id, in one query; those that are gone are missing."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, [ORDINAL_BITS, OF_PRODUCTS, list(event_ids)])
        rows = cursor.fetchall()
    return {row[0]: _told(*row) for row in rows}


def _told(pk: int, about: UUID, kind: int, reopening: int, *facts: Any) -> Told:
    known = Kind(kind)
    return Told(pk, public_id(about, known, reopening), known, *facts)


def page(organization_id: int, since: int, limit: int) -> list[tuple[int, Told]]:
    """(position, event) of the organization after position `since`, in order, `limit` at most."""
    places = _places(organization_id, since, limit)
    found = find(event_id for _, event_id in places)
    return [(position, found[pk]) for position, pk in places if pk in found]


PLACES = """
    WITH batch AS MATERIALIZED (
        SELECT id, last_position, last_position - size AS before FROM jobs_eventbatch
        WHERE organization_id = %s AND last_position > %s ORDER BY last_position LIMIT %s
    )
    SELECT batch.before + event.ordinal, event.id FROM batch
    CROSS JOIN LATERAL (
        SELECT id, id - (batch.id << %s) AS ordinal FROM jobs_event
        WHERE id > (batch.id << %s) + greatest(0, %s - batch.before)
            AND id < (batch.id + 1) << %s
        ORDER BY id LIMIT %s
    ) AS event
    ORDER BY 1 LIMIT %s
"""


def _places(organization_id: int, since: int, limit: int) -> Sequence[tuple[int, int]]:
    bits = ORDINAL_BITS
    with connection.cursor() as cursor:
        cursor.execute(
            PLACES, [organization_id, since, limit, bits, bits, since, bits, limit, limit]
        )
        return cursor.fetchall()


def last_position(organization_id: int) -> int:
    """The newest position of the journal; 0 where nothing was ever told."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_position FROM jobs_journal WHERE organization_id = %s", [organization_id]
        )
        row = cursor.fetchone()
        return row[0] if row else 0


def iso(at: datetime) -> str:
    """ISO 8601 in GMT, to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def cloud_event(told: Told, client_id: str) -> CloudEvent:
    """For the program `client_id`."""
    name = str(told.public_id)
    return CloudEvent(
        specversion="1.0",
        id=name,
        event_id=name,
        eventid=name,
        type=told.kind.code,
        source=f"{settings.PORTAL_URL}/data/core/privacy",
        time=iso(told.at),
        datacontenttype=CONTENT_TYPE,
        recipientclientid=client_id,
        data=Data(told.ims_org_id, Value(str(told.job_public_id), told.message)),
    )
