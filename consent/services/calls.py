"""The consent call: any number of identities, one choice. Recorded at once and as a whole; the jobs
for products are made from the records, a thousand in a transaction, by whoever comes along."""

from __future__ import annotations

import time
from datetime import datetime

import msgspec
import structlog
from django.db import transaction
from django.utils import timezone

from consent.models import ConsentCall, ConsentRecord, value_place
from consent.services import present, record, records
from jobs.engine.wake import wake
from jobs.models import PrivacyRequest, Product
from jobs.rules.states import Action
from jobs.services import submission
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from jobs.services.tree import store
from jobs.uploads.report import ChoiceDraft
from privacyportal.actors import Actor
from privacyportal.audit.services import record as record_act
from privacyportal.keys import services as keys
from privacyportal.organizations.models import Organization

log = structlog.get_logger(__name__)
AT_ONCE = 1000  # jobs that are made in one transaction
SECONDS = 10.0  # a turn at making jobs
# Of a person's opaque key: two of ten million would be the same once in 300,000 times.
KEY_BYTES = 8

encode = msgspec.json.Encoder(order="deterministic").encode


class ConsentDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A checked call: what the identities chose."""

    opted_out: bool
    identities: tuple[IdentityDraft, ...]
    channel: str = "api"
    request_id: str = ""  # given by the caller
    received_at: datetime | None = None  # None: now; from when the choice counts


@transaction.atomic
def accept(*, organization: Organization, by: Actor, draft: ConsentDraft) -> ConsentCall:
    """Records the choice of every identity. Raises submission.RequestIdTaken."""
    supporting = Product.objects.for_organization(organization).filter(
        actions__contains=[Action.OPT_OUT]
    )
    codes = list(supporting.order_by("pk").values_list("code", flat=True))
    request = submission.create_request(
        organization=organization,
        by=by,
        draft=_as_request(organization, draft, codes),
        content=encode((draft.opted_out, draft.identities)).decode(),
    )
    total = record.choices(request, draft.identities)
    call = ConsentCall.objects.create(
        organization=organization, request=request, products=codes, total=total
    )
    make_jobs(call)
    record_act(
        organization=organization,
        by=by,
        verb="consent.submit",
        target=("request", str(request.public_id)),
        detail={
            "request_id": request.request_id,
            "opted_out": draft.opted_out,
            "channel": draft.channel,
            "identities": total,
            "products": codes,
        },
    )
    return call


def of_file(*, organization: Organization, by: Actor, draft: ChoiceDraft) -> PrivacyRequest:
    """Records the one choice of an uploaded file; the request that stands for it."""
    told = ConsentDraft(
        opted_out=draft.opted_out,
        identities=draft.identities,
        channel="upload",
        request_id=draft.request_id,
    )
    return accept(organization=organization, by=by, draft=told).request


def again(record: ConsentRecord, *, opted_out: bool) -> ConsentDraft:
    """A choice of the identity of an earlier record, told to a member."""
    identity = IdentityDraft(
        record.namespace,
        record.namespace_given,
        records.value(record),
        record.qualifier,
        record.namespace_id,
    )
    return ConsentDraft(opted_out=opted_out, identities=(identity,), channel="form")


def signal(*, organization: Organization, by: Actor, identity: IdentityDraft) -> ConsentCall | None:
    """Global Privacy Control: records the opt-out of a known user, who sends it with every page;
    None where the identity has opted out already. Of many pages at once one is recorded."""
    named = identity.namespace, identity.value
    if present.opted_out(organization.pk, [named]):
        return None
    with transaction.atomic():
        present.lock(organization.pk, *named)
        if present.opted_out(organization.pk, [named]):
            return None
        draft = ConsentDraft(opted_out=True, identities=(identity,), channel="gpc")
        return accept(organization=organization, by=by, draft=draft)


def make_open_jobs() -> int:
    """Makes jobs of calls that lack some, for at most ten seconds; how many. Others who do the same
    at this time take other calls, and none waits for one that fails."""
    end, made = time.monotonic() + SECONDS, 0
    failed: list[int] = []
    while time.monotonic() < end:
        with transaction.atomic():
            if (call := _next_open(failed)) is None:
                break
            try:
                with transaction.atomic():
                    made += make_jobs(call)
            except Exception as error:
                failed.append(call.pk)
                log.error("consent.jobs", call=call.pk, error=type(error).__name__)
    return made


def _next_open(failed: list[int]) -> ConsentCall | None:
    """The oldest that nobody works on, locked; none of those that failed before."""
    waiting = ConsentCall.objects.filter(closed_at=None).exclude(pk__in=failed).order_by("pk")
    locked = waiting.select_for_update(skip_locked=True, of=("self",))
    found: ConsentCall | None = locked.select_related("organization", "request").first()
    return found


def make_jobs(call: ConsentCall) -> int:
    """Makes the next jobs of a call, which is locked; how many. Their keys are opaque: equal for
    one identity, and saying nothing of it."""
    waiting = ConsentRecord.objects.filter(request_pk=call.request_id, pk__gt=call.last_record_id)
    records = list(waiting.order_by("pk")[:AT_ONCE])
    if records:
        people = _people(records)
        products = submission.products_of(call.organization, call.products)
        store(
            call.request,
            _of_people(call, people),
            products,
            keys.sealer(call.request.data_key_id),
            keys.fingerprinter(call.organization_id),
            first=call.made,
        )
        call.made += len(records)
        call.last_record_id = records[-1].pk
        transaction.on_commit(lambda: wake(p.pk for p in products.values() if p), robust=True)
    if call.made >= call.total:
        call.closed_at = timezone.now()
    call.save(update_fields=["made", "last_record_id", "closed_at"])
    return len(records)


def _people(records: list[ConsentRecord]) -> tuple[PersonDraft, ...]:
    sealers = keys.sealers(found.data_key_id for found in records)
    return tuple(
        PersonDraft(
            bytes(found.fingerprint)[:KEY_BYTES].hex(),
            (Action.OPT_OUT,),
            (
                IdentityDraft(
                    found.namespace,
                    found.namespace_given,
                    sealers[found.data_key_id]
                    .open(found.value_sealed, value_place(found.pk))
                    .decode(),
                    found.qualifier,
                    found.namespace_id,
                ),
            ),
        )
        for found in records
    )


def _of_people(call: ConsentCall, people: tuple[PersonDraft, ...]) -> RequestDraft:
    return RequestDraft(
        regulation=call.request.regulation,
        regulation_given=call.request.regulation_given,
        products=tuple(call.products),
        people=people,
        opted_out=call.request.opted_out,
    )


def _as_request(
    organization: Organization, draft: ConsentDraft, products: list[str]
) -> RequestDraft:
    return RequestDraft(
        regulation=organization.opt_out_regulation,
        regulation_given=organization.opt_out_regulation,
        products=tuple(products),
        people=(),
        channel=draft.channel,
        request_id=draft.request_id,
        received_at=draft.received_at,
        opted_out=draft.opted_out,
    )
