"""Deleting one organization, for the operator: closed first, so that nothing comes any more, then
its keys, so that nothing can be read, then its rows. Each step may be done again: whoever is killed
in the middle leaves something that the next run takes up.

What stays is the record of acts without its details: who did what to which id when, sealed by its
commitments, and that the organization was deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from jobs.engine.housekeeping import forget_drafts, forget_uploads
from jobs.models import Job, PackageContent, Product, SavedDraft, Upload, Webhook
from jobs.models.webhooks import WebhookState
from privacyportal import tenants
from privacyportal.actors import Actor
from privacyportal.audit.models import AuditEvent
from privacyportal.audit.services import record
from privacyportal.keys.models import DataKey, OrganizationKey
from privacyportal.organizations.models import (
    ApiCredential,
    Invitation,
    Member,
    Organization,
    User,
    UserSession,
)

KEPT: frozenset[tenants.Model] = frozenset({AuditEvent})
Tell = Callable[[str, int], None]  # a table's label, and how many rows of it went


class OpenWork(Exception):
    """Jobs are open: nothing was changed."""

    def __init__(self, jobs: int) -> None:
        super().__init__(jobs)
        self.jobs = jobs


def close(*, organization: Organization, by: Actor, despite_open_work: bool) -> None:
    """From here on nobody gets in, nothing is submitted and nothing is claimed. Raises OpenWork."""
    with transaction.atomic():
        locked = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        if locked.deleting_since is None:
            jobs = Job.objects.for_organization(organization).filter(closed_at=None).count()
            if jobs and not despite_open_work:
                raise OpenWork(jobs)
            Organization.objects.filter(pk=organization.pk).update(deleting_since=timezone.now())
            record(
                organization=organization,
                by=by,
                verb="organization.close",
                target=("organization", str(organization.public_id)),
                detail={"open_jobs": jobs},
            )
        _shut(organization)


def _shut(organization: Organization) -> None:
    now = timezone.now()
    Product.objects.for_organization(organization).update(paused_at=now)
    Webhook.objects.for_organization(organization).filter(deleted_at=None).update(
        state=WebhookState.DISABLED, deleted_at=now, changed_at=now, visit_hash=None
    )
    ApiCredential.objects.filter(organization=organization).delete()
    Invitation.objects.filter(organization=organization).delete()
    here = Q(organization=organization.public_id)
    nowhere = Q(organization=None, user__memberships__organization=organization)
    UserSession.objects.filter(here | nowhere).delete()
    # What workers would take up, one by one, and find without its key.
    for model, forget in ((SavedDraft, forget_drafts), (Upload, forget_uploads)):
        own = model.objects.for_organization(organization).select_for_update()
        forget(list(own.only("pk", "data_key_id")))


def batches_at_work(organization: Organization) -> int:
    """Of its products, whose workers are alive: what they do there ends by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT lease_token) FROM jobs_productresponse"
            " WHERE state = 'working' AND lease_until > statement_timestamp()"
            " AND product_id IN (SELECT id FROM jobs_product WHERE organization_id = %s)",
            [organization.pk],
        )
        return int(cursor.fetchone()[0])


def shred(organization: Organization) -> None:
    """Destroys the organization's keys, the one that wraps them all first: from then on nothing
    that they sealed can be read by anybody, here. A backup has them still."""
    OrganizationKey.objects.filter(organization=organization).update(wrapped=b"")
    keys = DataKey.objects.filter(organization=organization, destroyed_at=None).order_by("pk")
    while pks := list(keys.values_list("pk", flat=True)[: tenants.STEP]):
        DataKey.objects.filter(pk__in=pks).update(wrapped=None, destroyed_at=timezone.now())


def delete_rows(organization: Organization, tell: Tell) -> Counter[str]:
    """Table after table; how many rows of each. Again and again, until a round finds nothing: who
    was in the middle of something when the organization was closed may have written since."""
    gone: Counter[str] = Counter()
    while found := _round(organization, tell):
        gone += found
    return gone


def _round(organization: Organization, tell: Tell) -> Counter[str]:
    Product.objects.for_organization(organization).update(current_settings=None)
    found: Counter[str] = Counter()
    for model in tenants.tables():
        if model in KEPT:
            continue
        if model is Member:
            found[model._meta.label] += _delete_members(organization)
        path = "path" if model is PackageContent else ""
        for count, paths in tenants.delete(model, organization.pk, path):
            found[model._meta.label] += count
            _remove_files(paths)
            tell(model._meta.label, count)
    return +found


def _remove_files(paths: object) -> None:
    """After their rows: a file that is left over is a stray, which the sweep removes."""
    for path in filter(None, paths):  # type: ignore[call-overload]
        (settings.PACKAGE_DIR / path).unlink(missing_ok=True)


@transaction.atomic
def _delete_members(organization: Organization) -> int:
    """With the accounts of those who are nowhere else, and look after no installation."""
    own = Member.objects.filter(organization=organization)
    people = list(own.values_list("user_id", flat=True))
    count, _ = own.delete()
    alone = User.objects.filter(pk__in=people, memberships=None)
    alone.filter(is_superuser=False, is_staff=False).delete()
    return count


def finish(*, organization: Organization, by: Actor, gone: Counter[str], tell: Tell) -> None:
    """The organization itself, and with it the act."""
    while True:
        try:
            with transaction.atomic():
                _finish(organization, by, gone)
            return
        except IntegrityError:  # something came after the last round
            gone += delete_rows(organization, tell)


def _finish(organization: Organization, by: Actor, gone: Counter[str]) -> None:
    own = Organization.objects.filter(pk=organization.pk)
    own._raw_delete(own.db)
    record(
        organization=organization,
        by=by,
        verb="organization.delete",
        target=("organization", str(organization.public_id)),
        detail={"organization": organization.ims_org_id, "rows": dict(gone)},
    )
