"""What the page of uploads shows: the files, and of one of them its problems and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jobs.models import Product, Upload, UploadPart
from jobs.models.uploads import UploadState
from jobs.rules.regulations import lookup
from jobs.upload_forms import ColumnsForm
from jobs.uploads import columns, known, reading, uploads
from jobs.uploads.report import Report
from jobs.uploads.uploads import MOST, Named
from jobs.views.bars import Bar, bars
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

PROBLEMS = 100  # shown; the file of problems has all
PARTS = 1000  # of all uploads on the page
LINKS = 3
PART = ("upload_id", "number", "people", "done_at", "given_up", "failures", "not_before",
        "reference", "request__public_id")  # fmt: skip
MARKS = {
    UploadState.READING: ("run", "processing"),
    UploadState.COLUMNS: ("wait", "needs"),
    UploadState.WRONG: ("err", "error"),
    UploadState.READY: ("ok", "complete"),
    UploadState.SUBMITTING: ("run", "processing"),
    UploadState.SUBMITTED: ("ok", "complete"),
}
NEEDS = (UploadState.COLUMNS, UploadState.WRONG)
DELIMITERS = {
    ",": gettext_lazy("commas"),
    ";": gettext_lazy("semicolons"),
    "\t": gettext_lazy("tabs"),
    "|": gettext_lazy("bars"),
}


@dataclass(slots=True)
class Row:
    """One file, with what of it is done."""

    upload: Upload
    name: str
    requests: list[UUID] = field(default_factory=list)  # the first few that are made
    parts: int = 0
    made: int = 0
    done: int = 0  # people
    failed: list[UploadPart] = field(default_factory=list)  # could not be made yet
    given_up: int = 0  # people whose requests are made no more

    @property
    def mark(self) -> tuple[str, str]:
        return MARKS[UploadState(self.upload.state)]

    @property
    def laws(self) -> str:
        found = [law.label for code in self.upload.laws if (law := lookup(code))]
        return ", ".join(found[:3]) + (" …" if len(found) > 3 else "")

    @property
    def choice(self) -> bool:
        """A file that records choices makes no jobs of its own."""
        return bool(self.parts and not self.upload.jobs)

    @property
    def more(self) -> int:
        return max(0, self.made - len(self.requests))

    @property
    def bars(self) -> list[Bar]:
        return bars({"run": self.done, "off": max(0, self.upload.people - self.done)})

    @property
    def left(self) -> str:
        """How long it takes yet, once that can be told."""
        started = self.upload.submitted_at
        if not self.done or started is None:
            return ""
        passed = (timezone.now() - started).total_seconds() - settings.PORTAL_UNDO_SECONDS
        seconds = int(passed * (self.upload.people - self.done) / self.done) + 1
        if seconds < 60:
            return _("about %(n)s s left") % {"n": seconds}
        minutes = round(seconds / 60)
        told = ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes)
        return told % {"n": minutes}

    @property
    def next_try(self) -> datetime | None:
        """Of what failed; None where that is now."""
        times = [part.not_before for part in self.failed]
        later = [at for at in times if at and at > timezone.now()]
        return min(later) if len(later) == len(times) and later else None

    @property
    def failed_people(self) -> int:
        return sum(part.people for part in self.failed)

    @property
    def percent(self) -> int:
        return self.done * 100 // max(1, self.upload.people)


def rows_of(member: Member) -> list[Row]:
    return _filled([Row(named.upload, named.name) for named in uploads.newest(member)])


def row_of(upload: Upload) -> Row:
    [row] = _filled([Row(upload, uploads.name(upload))])
    return row


def _filled(rows: list[Row]) -> list[Row]:
    """With what became of their parts."""
    by_id = {row.upload.pk: row for row in rows}
    parts = UploadPart.objects.filter(upload__in=by_id).order_by("-upload_id", "number")
    for part in parts.select_related("request").only(*PART)[:PARTS]:
        row = by_id[part.upload_id]
        row.parts += 1
        if part.given_up:
            row.given_up += part.people
        elif part.done_at:
            row.made, row.done = row.made + 1, row.done + part.people
        elif part.failures:
            row.failed.append(part)
        if part.request and len(row.requests) < LINKS:
            row.requests.append(part.request.public_id)
    return rows


def listing(rows: Sequence[Row], chosen: UUID | None) -> dict[str, Any]:
    states = [row.upload.state for row in rows]
    moving = {UploadState.READING, UploadState.SUBMITTING} & set(states)
    return {
        "rows": rows,
        "told": _told(states),
        "moving": bool(moving),
        "submitting": [row for row in rows if row.upload.state == UploadState.SUBMITTING],
        "chosen_id": chosen,
        "most": MOST,
    }


def _told(states: Sequence[str]) -> str:
    """ "3 files read, 1 ready, 2 need you"."""
    read = sum(state != UploadState.READING for state in states)
    ready, need = states.count(UploadState.READY), sum(state in NEEDS for state in states)
    told = [ngettext("%(n)s file read", "%(n)s files read", read) % {"n": read}]
    if busy := len(states) - read:
        told.append(ngettext("%(n)s being read", "%(n)s being read", busy) % {"n": busy})
    if ready:
        told.append(ngettext("%(n)s ready", "%(n)s ready", ready) % {"n": ready})
    if need:
        told.append(ngettext("%(n)s needs you", "%(n)s need you", need) % {"n": need})
    return ", ".join(told)


def first_to_see_to(rows: Sequence[Row]) -> UUID | None:
    return next((row.upload.public_id for row in rows if row.upload.state in NEEDS), None)


def detail(member: Member, upload: Upload, form: ColumnsForm | None = None) -> dict[str, Any]:
    """Of one file: its problems, its columns."""
    report = uploads.report(upload)
    named = Named(upload, uploads.name(upload))
    if report is None:
        return {"chosen": named, "report": None}
    return {
        "chosen": named,
        "report": report,
        "problems": report.problems[:PROBLEMS],
        "hidden": report.all_problems - len(report.problems[:PROBLEMS]),
        "separator": DELIMITERS.get(report.delimiter, ""),
        "columns": form or (columns_form(member, upload, report) if report.columns else None),
        "clear": form is None and upload.state != UploadState.COLUMNS,
    }


def columns_form(member: Member, upload: Upload, report: Report, sent: Any = None) -> ColumnsForm:
    said = uploads.choices(upload)
    if not said.columns:
        said = known.recall(member, [column.label for column in report.columns])
    offered = list(Product.objects.for_organization(member.organization).order_by("code"))
    initial = {
        "regulation": said.regulation,
        "products": said.products or [product.code for product in offered if not product.paused_at],
        "action": said.action,
        **{f"column-{index}": column.meaning for index, column in enumerate(report.columns)},
    }
    return ColumnsForm(
        sent,
        initial=initial,
        report=report,
        meanings=columns.meanings(reading.facts(upload)),
        known=offered,
        may_choose=member.may(Permission.OPT_OUT_WRITE),
    )
