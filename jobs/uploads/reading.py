"""Reading files: small ones in the call that brings them, others by a worker. Whoever reads holds a
lease and no transaction; what he found counts if the file is still the one he read."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_noop as _

from jobs.models import PrivacyRequest, Product, Upload, UploadPart
from jobs.models.places import upload_part_place, upload_place
from jobs.models.uploads import UploadState
from jobs.services import namespaces, products
from jobs.uploads import known, uploads
from jobs.uploads.csv_file import read_csv
from jobs.uploads.json_file import actions_of, read_json
from jobs.uploads.report import Choices, Facts, Found, Part, Report, encode
from privacyportal.keys.services import fingerprinter, sealer
from privacyportal.organizations.models import Organization
from privacyportal.organizations.permissions import Permission
from privacyportal.organizations.services.languages import spoken
from privacyportal.sentences import said

log = structlog.get_logger(__name__)
AT_ONCE = 2**20  # bytes of a file that is read while its sender waits
LEASE = timedelta(seconds=60)
TELL_EVERY = 1.0  # seconds
MOST_TRIES = 3  # then the file is what kills its readers


class Stale(Exception):
    """The file was replaced, discarded or taken by somebody else meanwhile."""


def read_now(upload: Upload) -> None:
    """Reads a small file; another is left to the workers."""
    if upload.size <= AT_ONCE and (claimed := _claim(pk=upload.pk)):
        _read(claimed)


def read_next() -> bool:
    """Reads the oldest file that nobody reads; whether there was one."""
    upload = _claim()
    if upload is not None:
        _read(upload)
    return upload is not None


def _claim(**which: int) -> Upload | None:
    now = timezone.now()
    with transaction.atomic():
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        waiting = Upload.objects.filter(free, state=UploadState.READING, **which).order_by("pk")
        locked = waiting.select_for_update(skip_locked=True, of=("self",))
        upload: Upload | None = locked.select_related("member__user", "organization").first()
        if upload is not None:
            upload.tries, upload.lease_until = upload.tries + 1, now + LEASE
            upload.save(update_fields=["tries", "lease_until"])
    return upload


def _read(upload: Upload) -> None:
    own = spoken(upload.member.user.language, upload.organization)
    with translation.override(own or translation.get_language() or settings.LANGUAGE_CODE):
        try:
            _keep(upload, _found(upload))
        except Stale:
            log.info("upload.stale", upload=upload.pk)


def _found(upload: Upload) -> Found:
    """A fault of ours is told as a problem of the file as a whole."""
    if upload.tries > MOST_TRIES:
        return _failed("")
    try:
        body, choices = uploads.content(upload), uploads.choices(upload)
        found = _read_body(upload, body, choices)
    except Stale:
        raise
    except Exception as error:
        # Its message may hold a value.
        reference = uuid4().hex[:8]
        log.error("upload.failed", error=type(error).__name__, reference=reference)
        return _failed(reference)
    return _checked_ids(upload, found)


def _read_body(upload: Upload, body: bytes, choices: Choices) -> Found:
    tick = _Teller(upload)
    if upload.kind == "json":
        return read_json(body, facts(upload), tick)
    return read_csv(body, facts(upload), choices, tick)


def _failed(reference: str) -> Found:
    report = Report()
    told = _("The file could not be read. This is a fault on our side. Reference %s.")
    report.problem(0, "", "", said(told, reference or f"U-{uuid4().hex[:8]}"))
    return Found(report)


class _Teller:
    """Says now and then how far one is, and so renews the lease."""

    def __init__(self, upload: Upload) -> None:
        self.upload, self.last = upload, time.monotonic()

    def __call__(self, done: float) -> None:
        """Raises Stale."""
        if time.monotonic() - self.last < TELL_EVERY:
            return
        self.last = time.monotonic()
        told = Upload.objects.filter(
            pk=self.upload.pk, revision=self.upload.revision, tries=self.upload.tries
        ).update(percent=int(done * 100), lease_until=timezone.now() + LEASE)
        if not told:
            raise Stale


def facts(upload: Upload) -> Facts:
    may_choose = upload.member.may(Permission.OPT_OUT_WRITE)
    recall = partial(known.recall, upload.member)
    return replace(facts_of(upload.organization), may_choose=may_choose, known=recall)


def facts_of(organization: Organization) -> Facts:
    """What a file of an organization is read against, whoever brings it."""
    codes = Product.objects.for_organization(organization).order_by("code")
    return Facts(
        organization.ims_org_id,
        list(codes.values_list("code", flat=True)),
        namespaces.custom(organization),
        products.namespaces(organization),
        fingerprinter(organization.pk),
    )


def _checked_ids(upload: Upload, found: Found) -> Found:
    """A file that gives its request an id is refused where the id is taken: it came before."""
    ids = [part.request.request_id for part in found.parts if part.request]
    known = PrivacyRequest.objects.for_organization(upload.organization)
    taken = set(known.filter(request_id__in=ids).values_list("request_id", flat=True))
    for request_id in filter(taken.__contains__, ids):
        told = _("Your organization already has a request with this id. Remove it, or change it.")
        found.report.problem(0, "requestId", request_id[:60], said(told))
    return Found(found.report) if found.report.problems else found


def _keep(upload: Upload, found: Found) -> None:
    """Raises Stale."""
    key = sealer(upload.data_key_id)
    report, parts = found.report, found.parts
    sum_up(report, parts)
    sealed = key.seal(encode(report), upload_place(upload.pk, "report"))
    rows = [
        UploadPart(
            organization_id=upload.organization_id,
            upload=upload,
            number=number,
            people=part.people,
            content_sealed=key.seal(
                encode(part), upload_part_place(upload.pk, upload.revision, number)
            ),
        )
        for number, part in enumerate(parts, start=1)
    ]
    with transaction.atomic():
        kept = Upload.objects.filter(
            pk=upload.pk,
            revision=upload.revision,
            tries=upload.tries,
            state=UploadState.READING,
        ).update(
            state=_state(report, parts),
            report_sealed=sealed,
            lease_until=None,
            percent=100,
            people=report.people if parts else report.lines,
            jobs=sum(report.actions.values()),
            problems=report.all_problems,
            laws=report.regulations,
        )
        if not kept:
            raise Stale
        UploadPart.objects.bulk_create(rows, batch_size=10)


def sum_up(report: Report, parts: list[Part]) -> None:
    """What the parts ask for, told in the report."""
    requests = [part.request for part in parts if part.request]
    report.actions = actions_of(parts)
    report.regulations = list(dict.fromkeys(request.regulation for request in requests))
    codes = (code for request in requests for code in request.products)
    report.products = list(dict.fromkeys(codes))


def _state(report: Report, parts: list[Part]) -> UploadState:
    if report.problems:
        return UploadState.WRONG
    return UploadState.READY if parts else UploadState.COLUMNS
