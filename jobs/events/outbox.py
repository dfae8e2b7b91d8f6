"""The outbox: events, written by the very statement that records what they tell.

Nothing is told of what is rolled back, and nothing twice: an event is unique by what it is about,
its kind, and how often that was reopened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from jobs.rules.events import ORDINAL_BITS, Kind

AT_ONCE = 1000  # jobs whose events one statement tells: an event's ordinal has 20 bits

# What a response, or a job, tells by the state that it was closed in.
PRODUCT_KIND = (
    f"CASE state WHEN 'complete' THEN {Kind.PRODUCT_COMPLETE} ELSE {Kind.PRODUCT_ERROR} END"
)
JOB_KIND = f"CASE state WHEN 'complete' THEN {Kind.JOB_COMPLETE} ELSE {Kind.JOB_ERROR} END"


def telling(source: str) -> str:
    """CTEs that write one event for each row of the CTE `source` (organization_id, job_id,
    about_id, kind, reopening), in one batch for each organization; a job's own event comes after
    those of its products."""
    return f"""
        batch AS (
            INSERT INTO jobs_eventbatch (organization_id, size, at)
            SELECT organization_id, count(*), clock_timestamp() FROM {source}
            GROUP BY organization_id
            RETURNING id, organization_id
        ), event AS (
            INSERT INTO jobs_event
                (id, organization_id, job_id, about_id, kind, reopening)
            SELECT (batch.id << {ORDINAL_BITS}) + row_number() OVER (
                    PARTITION BY batch.id ORDER BY {source}.job_id, {source}.kind DESC
                ),
                batch.organization_id, {source}.job_id, {source}.about_id,
                {source}.kind, {source}.reopening
            FROM {source} JOIN batch ON batch.organization_id = {source}.organization_id
            ON CONFLICT (about_id, kind, reopening) DO NOTHING
        )
    """


RESPONSES = f"""
    WITH closed AS MATERIALIZED (
        SELECT organization_id, job_id, id AS about_id, {PRODUCT_KIND} AS kind, reopening
        FROM jobs_productresponse
        WHERE id = ANY(%s) AND state IN ('complete', 'error', 'cancelled')
    ), {telling("closed")}
    SELECT
"""
BIRTHS = f"""
    WITH closed AS MATERIALIZED (
        SELECT organization_id, job_id, id AS about_id, {PRODUCT_KIND} AS kind, reopening
        FROM jobs_productresponse WHERE job_id = ANY(%s) AND state = 'complete'
        UNION ALL
        SELECT organization_id, id, id, {JOB_KIND}, reopening
        FROM jobs_job WHERE id = ANY(%s) AND state = 'complete'
    ), {telling("closed")}
    SELECT
"""


def tell_responses(response_ids: Iterable[int]) -> None:
    """Events of responses that this transaction has closed, as an officer does."""
    if ids := list(response_ids):
        with connection.cursor() as cursor:
            cursor.execute(RESPONSES, [ids])


def tell_births(job_ids: Sequence[int]) -> None:
    """Events of what was complete when it was stored: products that are not set up, and jobs that
    have no others."""
    with connection.cursor() as cursor:
        for start in range(0, len(job_ids), AT_ONCE):
            ids = list(job_ids[start : start + AT_ONCE])
            cursor.execute(BIRTHS, [ids, ids])
