"""A list of choices as CSV, a chunk at a time: however long, a few hundred rows are in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from consent.models import ConsentRecord
from consent.services import records
from consent.services.records import SeenRecord
from jobs.services.list_export import products_done
from privacyportal import csvs
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.csvs import moment
from privacyportal.organizations.models import Organization

CHUNK = 500


def export(
    *,
    found: QuerySet[ConsentRecord],
    told: Mapping[str, str],
    organization: Organization,
    by: Actor,
    zone: ZoneInfo,
) -> Iterator[str]:
    """The pieces of the file; identities are masked for everybody. `told` is the filter as the act
    is recorded, which is done before the first piece is made."""
    record(
        organization=organization,
        by=by,
        verb="consent.export",
        target=("organization", str(organization.public_id)),
        detail={"filter": dict(told)},
    )
    return _pieces(found, zone)


def _pieces(found: QuerySet[ConsentRecord], zone: ZoneInfo) -> Iterator[str]:
    """`found` is newest first."""
    yield csvs.written([_heads()])
    rest = found
    while chunk := list(rest[:CHUNK]):
        seen = records.seen(chunk)
        done = products_done([one.job for one in seen if one.job])
        yield csvs.lines(_cells(one, done, zone) for one in seen)
        rest = found.filter(pk__lt=chunk[-1].pk)


def _heads() -> list[str]:
    return [
        _("Record"), _("Choice"), _("Namespace"), _("Identity"), _("Channel"), _("When"),
        _("Recorded"), _("Recorded by"), _("Request"), _("Products done"), _("Products"),
    ]  # fmt: skip


def _cells(
    seen: SeenRecord, products: Mapping[int, tuple[int, int]], zone: ZoneInfo
) -> list[object]:
    choice = seen.record
    done, all_ = products.get(seen.job or 0, (0, 0))
    return [
        choice.public_id, _("Opted out") if choice.opted_out else _("Opted in"),
        choice.namespace_given, seen.text, choice.get_channel_display(),
        moment(choice.effective_at, zone), moment(choice.recorded_at, zone), choice.actor_name,
        choice.request_ref, done, all_,
    ]  # fmt: skip
