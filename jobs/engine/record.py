"""Recording: one transaction, fenced by the lease, that writes what became of a batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from jobs.engine.claim import Claim
from jobs.engine.faults import fault
from jobs.engine.gates import Gated, open_gates, siblings
from jobs.engine.lease import Lease
from jobs.engine.load import Load, begun_json
from jobs.engine.rollup import roll_up
from jobs.engine.verdicts import Verdict, verdict
from jobs.engine.wake import wake
from jobs.models import PackageContent
from jobs.models.places import content_place
from jobs.processors.base import LeaseLost, Outcome, Pending
from jobs.rules.states import Action
from privacyportal.bulk import as_json, copy_rows

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
        verdicts = [
            verdict(self.load.responses[a.assignment_id], claim.action, claim.step, a, now)
            for a in come
        ]
        with transaction.atomic():
            due = _write(self, verdicts, now)
            fault("before-record-commit")
        fault("after-record-commit")
        self.open.difference_update(v.id for v in verdicts)
        wake(due)


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


def _begin(claim: Claim, load: Load, told: Mapping[UUID, Outcome]) -> None:
    ids = [load.responses[assignment].id for assignment in told]
    rows = [
        {"id": pk, "begun": begun_json(outcome)}
        for pk, outcome in zip(ids, told.values(), strict=True)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH ours AS MATERIALIZED (
                SELECT id FROM jobs_productresponse WHERE id = ANY(%s) AND lease_token = %s
                ORDER BY id FOR NO KEY UPDATE
            )
            UPDATE jobs_productresponse response SET begun = told.begun
            FROM json_to_recordset(%s::json) AS told (id bigint, begun jsonb)
            WHERE response.id = told.id AND response.id = ANY(ARRAY(SELECT id FROM ours))
            """,
            [ids, claim.token, as_json(rows)],
        )
        if cursor.rowcount != len(ids):
            raise LeaseLost


def give_back(claim: Claim, ids: Iterable[int], *, lost: bool) -> None:
    """Leaves leased responses to a later claim; `lost` counts it like a lost lease."""
    with transaction.atomic(), connection.cursor() as cursor:
        ours = [gated.id for gated in _lock(claim, sorted(ids)) if gated.ours]
        cursor.execute(
            "UPDATE jobs_productresponse SET state = 'due', lease_token = NULL,"
            " lease_until = NULL, lease_losses = lease_losses + %s WHERE id = ANY(%s)",
            [int(lost), ours],
        )


def _lock(claim: Claim, ids: Sequence[int]) -> list[Gated]:
    """Locks responses by id, and tells of each whether this lease still holds it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, job_id, product_id, action, state, outcome_code, gate,"
            " lease_token IS NOT DISTINCT FROM %s"
            " FROM jobs_productresponse WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [claim.token, list(ids)],
        )
        return [Gated(*row) for row in cursor.fetchall()]


def _write(recorder: Recorder, verdicts: Sequence[Verdict], now: datetime) -> set[int]:
    """Everything that follows from verdicts; the products that have due work because of it."""
    claim = recorder.claim
    own = {v.id for v in verdicts}
    gated = claim.action == Action.ACCESS
    gates = {r.gate for r in claim.responses if gated and r.gate is not None and r.id in own}
    locked = {row.id: row for row in _lock(claim, sorted(own | siblings(gates)))}
    verdicts = [v for v in verdicts if v.id in locked and locked[v.id].ours]
    if not verdicts:
        return set()
    _update(recorder, verdicts, now)
    for v in verdicts:
        locked[v.id] = locked[v.id]._replace(state=v.state, outcome_code=v.code)
    moved = open_gates(locked.values(), gates)
    _contents(recorder, verdicts, now)
    roll_up([locked[v.id].job_id for v in verdicts if v.closed] + [row.job_id for row in moved])
    return {row.product_id for row in moved if row.product_id}


def _update(recorder: Recorder, verdicts: Sequence[Verdict], now: datetime) -> None:
    """The responses, and an attempt for each: what it says is what the response became."""
    claim = recorder.claim
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH recorded AS (
                UPDATE jobs_productresponse response SET
                    state = new.state, step = new.step, tries = new.tries,
                    outcome_code = new.code, outcome_detail = new.detail,
                    outcome_params = new.params, records_found = new.records,
                    processed = new.processed, ignored = new.ignored, reference = new.reference,
                    not_before = new.not_before, pending_until = new.pending_until,
                    lease_token = NULL, lease_until = NULL, settings_number = %s,
                    processed_at = clock_timestamp(), modified_at = clock_timestamp()
                FROM json_to_recordset(%s::json)
                    AS new (id bigint, state text, step text, tries int, code text, detail text,
                        params jsonb, records bigint, processed jsonb, ignored jsonb,
                        reference text, not_before timestamptz, pending_until timestamptz)
                WHERE response.id = new.id
                RETURNING response.organization_id, response.job_id, response.id,
                    response.attempts, response.settings_number, response.state,
                    response.outcome_code, response.outcome_detail, response.outcome_params,
                    response.records_found
            )
            INSERT INTO jobs_attempt (organization_id, job_id, response_id, number,
                settings_number, state, code, detail, params, records, step, started_at, ended_at)
            SELECT recorded.*, %s, %s, %s FROM recorded
            """,
            [
                recorder.settings_number,
                as_json([v.columns() for v in verdicts]),
                claim.step,
                claim.at,
                now,
            ],
        )


def _contents(recorder: Recorder, verdicts: Sequence[Verdict], now: datetime) -> None:
    """Content of accesses; a repeated access replaces what it gave before."""
    given = [v for v in verdicts if v.content is not None]
    if not given:
        return
    responses = recorder.load.by_id
    if again := [v.id for v in given if responses[v.id].attempts]:
        PackageContent.objects.filter(pk__in=again).delete()
    expires = now + timedelta(days=settings.PACKAGE_DAYS)
    copy_rows(
        PackageContent,
        ("response_id", "organization_id", "job_id", "data_key_id", "files", "size",
         "body_sealed", "path", "created_at", "expires_at"),
        (_content(recorder, v, now, expires) for v in given),
    )  # fmt: skip


def _content(
    recorder: Recorder, found: Verdict, now: datetime, expires: datetime
) -> tuple[Any, ...]:
    content = found.content
    assert content is not None
    response = recorder.load.by_id[found.id]
    key = recorder.load.sealer(response)
    files = [
        {"name": f.name, "size": f.size, "records": f.records, "sha256": f.sha256}
        for f in content.files
    ]
    sealed = None if content.body is None else key.seal(content.body, content_place(found.id, 0))
    path = "" if content.path is None else str(content.path.relative_to(settings.PACKAGE_DIR))
    return (
        found.id, recorder.claim.product.organization_id, response.job_id, key.id,
        as_json(files), content.size, sealed, path, now, expires,
    )  # fmt: skip
