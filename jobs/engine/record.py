"""Recording: one transaction, fenced by the lease, that writes what became of a batch."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from jobs.engine import choices
from jobs.engine.claim import Claim
from jobs.engine.faults import fault
from jobs.engine.gates import open_gates, siblings
from jobs.engine.lease import Lease
from jobs.engine.load import Load, begun_json
from jobs.engine.rollup import roll_up
from jobs.engine.verdicts import Verdict, verdict
from jobs.engine.wake import wake
from jobs.events.outbox import PRODUCT_KIND, telling
from jobs.models import PackageContent
from jobs.models.places import content_place
from jobs.processors.base import LeaseLost, Named, Outcome, Pending
from jobs.processors.content import Content
from jobs.rules.states import Action, State
from privacyportal.bulk import as_json, copy_rows, grouped

log = structlog.get_logger(__name__)
AGAIN_SECONDS = 0.5


class Recorder:
    """Takes answers as they come and records them: from the lease's thread every second, and at
    the end. Each answer is recorded once."""

    def __init__(self, claim: Claim, load: Load, settings_number: int) -> None:
        self.claim, self.load, self.settings_number = claim, load, settings_number
        self._come: list[Outcome | Pending] = []
        self._recording = threading.Lock()
        self.open = {response.id for response in claim.responses}
        self.states: Counter[str] = Counter()  # of what was recorded

    def add(self, answer: Outcome | Pending) -> None:
        self._come.append(answer)

    def flush(self) -> None:
        """Records what has come; an error of the database leaves it for the next time."""
        with self._recording:
            count = len(self._come)
            if not count:
                return
            self._record(self._come[:count])
            del self._come[:count]

    def finish(self, lease: Lease) -> None:
        """Records the rest, again and again while our database is away and the lease lives."""
        while True:
            try:
                self.flush()
                return
            except (OperationalError, InterfaceError) as error:
                connection.close()
                if not lease.alive:
                    raise
                log.warning("record.database", error=type(error).__name__)
                time.sleep(AGAIN_SECONDS)

    def _record(self, come: Sequence[Outcome | Pending]) -> None:
        now = timezone.now()
        claim = self.claim
        answers = {self.load.responses[a.assignment_id].id: a for a in come}
        verdicts = {
            pk: verdict(
                self.load.by_id[pk], claim.action, claim.step, answer, now, self.load.pending_days
            )
            for pk, answer in answers.items()
        }
        with transaction.atomic():
            due = _write(self, verdicts, answers, now)
            fault("before-record-commit")
        fault("after-record-commit")
        self.open.difference_update(verdicts)
        self.states.update(verdict.state for verdict in verdicts.values())
        wake(due)


# What of some responses the lease still holds, locked by id, as everywhere.
OURS = """
    WITH ours AS MATERIALIZED (
        SELECT id FROM jobs_productresponse WHERE id = ANY(%s) AND lease_token = %s
        ORDER BY id FOR NO KEY UPDATE
    )
"""


def begin(claim: Claim, load: Load, told: Mapping[UUID, Outcome]) -> None:
    """Keeps what is about to be destroyed. LeaseLost when the work is not ours any more, or when
    our database does not answer: that is no one's failure, and nothing may be destroyed."""
    try:
        _begin(claim, load, told)
    except (OperationalError, InterfaceError) as error:
        connection.close()
        log.warning("begin.database", error=type(error).__name__)
        raise LeaseLost from None
    fault("begun")


def opted_out(claim: Claim, identities: Collection[Named]) -> set[Named]:
    """See Batch.opted_out."""
    try:
        return choices.opted_out(claim.product.organization_id, identities)
    except (OperationalError, InterfaceError) as error:
        connection.close()
        log.warning("choices.database", error=type(error).__name__)
        raise LeaseLost from None


def _begin(claim: Claim, load: Load, told: Mapping[UUID, Outcome]) -> None:
    rows = {load.responses[pk].id: begun_json(outcome) for pk, outcome in told.items()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""
            {OURS}
            UPDATE jobs_productresponse response SET begun = told.value
            FROM json_to_recordset(%s::json) AS told (ids bigint[], value jsonb)
                CROSS JOIN unnest(told.ids) AS own (id)
            WHERE response.id = own.id AND response.id = ANY(ARRAY(SELECT id FROM ours))
            """,
            [list(rows), claim.token, grouped(rows)],
        )
        if cursor.rowcount != len(rows):
            raise LeaseLost


def give_back(claim: Claim, ids: Iterable[int], *, lost: bool) -> None:
    """Leaves leased responses to a later claim; `lost` counts it like a lost lease."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""
            {OURS}
            UPDATE jobs_productresponse SET state = 'due', lease_token = NULL,
                lease_until = NULL, lease_losses = lease_losses + %s
            WHERE id = ANY(ARRAY(SELECT id FROM ours))
            """,
            [list(ids), claim.token, int(lost)],
        )


def _write(
    recorder: Recorder,
    verdicts: Mapping[int, Verdict],
    answers: Mapping[int, Outcome | Pending],
    now: datetime,
) -> set[int]:
    """Everything that follows from verdicts; the products that have due work because of it."""
    claim = recorder.claim
    gates = set()
    if claim.action == Action.ACCESS:
        gates = {gate for pk in verdicts if (gate := recorder.load.by_id[pk].gate) is not None}
    recorded = _update(recorder, verdicts, siblings(gates), now)
    moved = open_gates(gates) if recorded else []
    complete = [pk for pk in recorded if verdicts[pk].state == State.COMPLETE]
    _contents(recorder, {pk: answers[pk] for pk in complete}, now)
    closed = [job_id for pk, job_id in recorded.items() if verdicts[pk].closed]
    roll_up(closed + [row.job_id for row in moved])
    return {row.product_id for row in moved if row.product_id}


def _update(
    recorder: Recorder, verdicts: Mapping[int, Verdict], others: Iterable[int], now: datetime
) -> dict[int, int]:
    """The responses that are still ours, an attempt for each (what it says is what the response
    became), and an event for each that is closed. `others` are locked with them. Response → job of
    those that were recorded."""
    claim = recorder.claim
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH locked AS MATERIALIZED (
                SELECT id, lease_token FROM jobs_productresponse WHERE id = ANY(%s)
                ORDER BY id FOR NO KEY UPDATE
            ), recorded AS (
                UPDATE jobs_productresponse response SET
                    state = new.state, step = new.step, tries = new.tries,
                    outcome_code = new.code, outcome_detail = new.detail,
                    outcome_params = new.params, records_found = new.records,
                    processed = new.processed, ignored = new.ignored, reference = new.reference,
                    not_before = new.not_before, pending_until = new.pending_until,
                    lease_token = NULL, lease_until = NULL, settings_number = %s,
                    processed_at = clock_timestamp(), modified_at = clock_timestamp()
                FROM json_to_recordset(%s::json) AS told (ids bigint[], value json)
                    CROSS JOIN unnest(told.ids) AS own (id)
                    CROSS JOIN json_to_record(told.value)
                        AS new (state text, step text, tries int, code text, detail text,
                            params jsonb, records bigint, processed jsonb, ignored jsonb,
                            reference text, not_before timestamptz, pending_until timestamptz)
                WHERE response.id = own.id
                    AND response.id = ANY(ARRAY(SELECT id FROM locked WHERE lease_token = %s))
                RETURNING response.organization_id, response.job_id, response.id,
                    response.attempts, response.settings_number, response.state,
                    response.outcome_code, response.outcome_detail, response.outcome_params,
                    response.records_found, response.reopening
            ), attempted AS (
                INSERT INTO jobs_attempt (organization_id, job_id, response_id, number,
                    settings_number, state, code, detail, params, records, step, started_at,
                    ended_at)
                SELECT organization_id, job_id, id, attempts, settings_number, state,
                    outcome_code, outcome_detail, outcome_params, records_found, %s, %s, %s
                FROM recorded
            ), closed AS (
                SELECT organization_id, job_id, id AS about_id, {PRODUCT_KIND} AS kind, reopening
                FROM recorded WHERE state IN ('complete', 'error', 'cancelled')
            ), {telling("closed")}
            SELECT id, job_id FROM recorded
            """,
            [
                [*verdicts, *others],
                recorder.settings_number,
                grouped(verdicts),
                claim.token,
                claim.step,
                claim.at,
                now,
            ],
        )
        return dict(cursor.fetchall())


def _contents(recorder: Recorder, complete: Mapping[int, Outcome | Pending], now: datetime) -> None:
    """Content of complete accesses; a repeated access replaces what it gave before."""
    given = {
        pk: answer.content
        for pk, answer in complete.items()
        if isinstance(answer, Outcome) and answer.content
    }
    if not given:
        return
    responses = recorder.load.by_id
    if again := [pk for pk in given if responses[pk].attempts]:
        PackageContent.objects.filter(pk__in=again).delete()
    expires = now + recorder.claim.product.organization.keeps_packages
    copy_rows(
        PackageContent,
        ("response_id", "organization_id", "job_id", "data_key_id", "files", "size",
         "body_sealed", "path", "created_at", "expires_at"),
        (_content(recorder, pk, content, now, expires) for pk, content in given.items()),
    )  # fmt: skip


def _content(
    recorder: Recorder, pk: int, content: Content, now: datetime, expires: datetime
) -> tuple[Any, ...]:
    response = recorder.load.by_id[pk]
    key = recorder.load.sealer(response)
    files = [
        {"name": f.name, "size": f.size, "records": f.records, "sha256": f.sha256}
        for f in content.files
    ]
    sealed = None if content.body is None else key.seal(content.body, content_place(pk, 0))
    path = "" if content.path is None else str(content.path.relative_to(settings.PACKAGE_DIR))
    return (
        pk, recorder.claim.product.organization_id, response.job_id, key.id,
        as_json(files), content.size, sealed, path, now, expires,
    )  # fmt: skip
