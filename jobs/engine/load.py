"""From claimed responses to assignments: identities opened, content writers at hand."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection
from msgspec.structs import replace

from jobs.engine import choices
from jobs.engine.choices import Choice
from jobs.engine.claim import Claim, Claimed
from jobs.models import PrivacyRequest, ProductSettings
from jobs.models.places import content_place, secrets_place, value_place
from jobs.models.requests import AnalyticsDeleteMethod
from jobs.processors.base import Assignment, Identity, Outcome, Pending, Processor
from jobs.processors.content import ContentWriter
from jobs.processors.registry import processor_class
from jobs.rules import outcomes
from jobs.rules.states import Action
from privacyportal.keys.services import Sealer, opened, sealer

# One processor per product and process; an older version's connections are let go.
_processors: dict[int, tuple[int, Processor]] = {}


class Load:
    """What a batch needs: one query each for people, requests and keys, whatever its size."""

    def __init__(self, claim: Claim, processor: Processor) -> None:
        self.claim = claim
        self.identities, request_ids = _people(claim.responses, processor.namespaces)
        requests = PrivacyRequest.objects.select_related("data_key")
        self.requests = requests.in_bulk(set(request_ids.values()))
        self.sealers = opened(request.data_key for request in self.requests.values())
        self.responses = {response.public_id: response for response in claim.responses}
        self.by_id = {response.id: response for response in claim.responses}
        self._request_ids = request_ids
        self.pending_days = processor.pending_days or settings.ENGINE_PENDING_DAYS
        self.choices: Mapping[tuple[int, int], Choice] = {}
        if claim.action == Action.OPT_OUT:
            self.choices = choices.present(self.identities)

    def request(self, response: Claimed) -> PrivacyRequest:
        return self.requests[self._request_ids[response.request_subject_id]]

    def sealer(self, response: Claimed) -> Sealer:
        return self.sealers[self.request(response).data_key_id]

    def assignments(self) -> list[Assignment]:
        return [self._assignment(response) for response in self.claim.responses]

    def _assignment(self, response: Claimed) -> Assignment:
        request = self.request(response)
        key = self.sealer(response)
        return Assignment(
            id=response.public_id,
            action=self.claim.action,
            identities=tuple(
                Identity(
                    position,
                    namespace,
                    _open(key, pk, sealed),
                    qualifier,
                    self._choice(response, position),
                )
                for pk, position, namespace, qualifier, sealed in self.identities[
                    response.request_subject_id
                ]
            ),
            purge=request.analytics_delete_method == AnalyticsDeleteMethod.PURGE,
            regulation=request.regulation,
            begun=outcome_before(response) if response.begun else None,
            tries=response.tries,
            reference=response.reference,
            qualifiers=tuple((c["namespace"], c["value"]) for c in request.contexts),
            received_at=request.received_at,
        )

    def _choice(self, response: Claimed, position: int) -> bool | None:
        found = self.choices.get((response.request_subject_id, position))
        return found.opted_out if found else None

    def overtaken(self, answer: Outcome | Pending) -> Outcome | Pending:
        """The answer, and where a later choice was told to the product instead: which one."""
        if not isinstance(answer, Outcome) or answer.code != outcomes.SUCCESS:
            return answer
        response = self.responses[answer.assignment_id]
        said = self.request(response).opted_out
        for position in answer.processed:
            found = self.choices.get((response.request_subject_id, position))
            if found and found.opted_out != said:
                told = {"request": found.request_id}
                return replace(answer, detail="engine.superseded", params=told)
        return answer

    def writer(self, assignment_id: uuid.UUID) -> ContentWriter:
        """Content of this response; large content lies under a name with the lease's token."""
        response = self.responses[assignment_id]
        key = self.sealer(response)
        folder = settings.PACKAGE_DIR / f"{response.id % 256:02x}"
        target = folder / f"{response.id}-{self.claim.token}"
        return ContentWriter(lambda n, data: key.seal(data, content_place(response.id, n)), target)


def _open(key: Sealer, pk: int, sealed: bytes | None) -> str:
    """The value, or nothing where the processor doesn't read that namespace."""
    return "" if sealed is None else key.open(sealed, value_place(pk)).decode()


def outcome_before(response: Claimed) -> Outcome:
    """What an earlier attempt told `begin`."""
    assert response.begun is not None
    begun = msgspec.json.decode(response.begun)
    return Outcome(
        assignment_id=response.public_id,
        code=begun["code"],
        detail=begun["detail"],
        params=begun["params"],
        records=begun["records"],
        processed=tuple(begun["processed"]),
        ignored=tuple(begun["ignored"]),
    )


def begun_json(outcome: Outcome) -> dict[str, Any]:
    """What `begin` was told, as it is kept."""
    return {
        "code": outcome.code,
        "detail": outcome.detail,
        "params": outcome.params,
        "records": outcome.records,
        "processed": outcome.processed,
        "ignored": outcome.ignored,
    }


def _people(
    responses: Sequence[Claimed], namespaces: frozenset[str] | None
) -> tuple[dict[int, list[tuple[Any, ...]]], dict[int, int]]:
    """Subject id → identities in order, and subject id → request id."""
    identities: dict[int, list[tuple[Any, ...]]] = {}
    request_ids: dict[int, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT subject.id, subject.request_id, identity.id, identity.position,
                identity.namespace, identity.qualifier,
                CASE WHEN %s OR identity.namespace = ANY(%s) THEN identity.value_sealed END
            FROM jobs_identity identity
            JOIN jobs_requestsubject subject ON subject.id = identity.request_subject_id
            WHERE identity.request_subject_id = ANY(%s)
            ORDER BY subject.id, identity.position
            """,
            [
                namespaces is None,
                sorted(namespaces or ()),
                list({response.request_subject_id for response in responses}),
            ],
        )
        for subject_id, request_id, *identity in cursor.fetchall():
            request_ids[subject_id] = request_id
            identities.setdefault(subject_id, []).append(tuple(identity))
    return identities, request_ids


def processor_for(product_id: int, kind: str, settings_id: int) -> tuple[Processor, int]:
    """The processor of a product with these settings, made once per process, and their number."""
    version = _version(settings_id)
    known = _processors.get(product_id)
    if known and known[0] == settings_id:
        return known[1], version.number
    if known:
        known[1].close()
    secrets = sealer(version.data_key_id).open(
        version.secrets_sealed, secrets_place(product_id, version.number)
    )
    document: Mapping[str, Any] = {**version.mapping, **msgspec.json.decode(secrets)}
    processor = processor_class(kind)(document)
    _processors[product_id] = (settings_id, processor)
    return processor, version.number


def rest(product_id: int) -> None:
    """Nothing of the product is due: its connections are let go until something is."""
    if known := _processors.get(product_id):
        known[1].rest()


def close_processors() -> None:
    while _processors:
        _processors.popitem()[1][1].close()


@lru_cache(maxsize=256)
def _version(pk: int) -> ProductSettings:
    return ProductSettings.objects.get(pk=pk)
