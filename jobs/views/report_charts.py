"""The two charts of the dashboard: numbers of services, in words and in places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.services.daily import DAY, Counts, Day, Days
from jobs.services.job_filter import JobFilter, as_day
from jobs.services.overview import SOON_DAYS
from jobs.services.reports import Open
from jobs.views.figures import grouped, shown
from privacyportal import charts
from privacyportal.charts import Band, Chart, Point, Slot, Table, Tick
from privacyportal.times import day

LEFT = 8.0  # percent, for the numbers of the scale
TOP, MIDDLE, ERRORS_TOP, BOTTOM = 36.0, 156.0, 168.0, 192.0
DOTS_MOST = 45  # days whose line has dots
DUE_DAYS = 30
OVER_DAYS = 7  # each a bar; before them one for all that is older
USUAL_RANGE = "30"


def span(wanted: JobFilter, today: date) -> tuple[date, date]:
    """The first and the last day that the charts show."""
    first, _, last = wanted.range.partition("..")
    begin, end = as_day(first), as_day(last)
    if begin and end:
        return begin, end
    return today - DAY * (int(wanted.range or USUAL_RANGE) - 1), today


def days_chart(found: Days, wanted: JobFilter) -> Chart:
    days = found.days
    slots = charts.slots(len(days), LEFT)
    most = max((max(one.counts[:2]) for one in days), default=0)
    top, lines = charts.scale(most)
    errors_top, _lines = charts.scale(max((one.counts.errors for one in days), default=0), 1)
    band, errors = Band(TOP, MIDDLE, top), Band(ERRORS_TOP, BOTTOM, errors_top)
    rules = charts.rules(band, lines) + charts.rules(errors, [])
    rules[-1] = charts.Rule(rules[-1].y, grouped(errors_top), charts.pixels(ERRORS_TOP + 10))
    return charts.chart(
        label=_chart_label(days),
        rest=_total(days, found.total),
        bottom=BOTTOM,
        points=[_day_point(*each, band, errors, wanted) for each in zip(days, slots, strict=True)],
        rules=rules,
        ticks=_day_ticks(days, slots),
        line=charts.line(
            slots, band, [one.counts.completed for one in days], dots=len(days) <= DOTS_MOST
        ),
    )


def days_table(found: Days) -> Table:
    return Table(
        caption=_("Jobs per day"),
        heads=[_("Day"), _("Submitted"), _("Completed"), _("Errors")],
        rows=[
            (date_format(one.on, "D j F"), [grouped(number) for number in one.counts])
            for one in reversed(found.days)
        ],
    )


def due_chart(opened: Open, wanted: JobFilter) -> Chart:
    bars = _due_bars(opened)
    slots = charts.slots(len(bars), LEFT)
    top, lines = charts.scale(max(jobs for _, jobs in bars))
    band = Band(TOP, BOTTOM, top)
    ticks = [Tick(charts.percent(slots[OVER_DAYS // 2].middle), "middle", _("overdue"), "late-t")]
    ticks += [
        charts.tick(slots[OVER_DAYS + 1 + left], _left_label(left)) for left in (0, 7, 14, 21, 30)
    ]
    return charts.chart(
        label=_(
            "Open jobs by days left: overdue and the next 30 days. Arrow keys move between days."
        ),
        rest=_open_total(opened),
        bottom=BOTTOM,
        points=[
            _due_point(left, jobs, slot, band, opened, wanted)
            for (left, jobs), slot in zip(bars, slots, strict=True)
        ],
        rules=charts.rules(band, lines),
        ticks=ticks,
        axis=charts.percent(slots[OVER_DAYS + 1].x),
    )


def due_table(opened: Open) -> Table:
    rows = [(_left_words(left), [grouped(jobs)]) for left, jobs in _due_bars(opened) if jobs]
    return Table(_("Open jobs by days left"), [_("Days left"), _("Jobs")], rows)


# --- jobs per day ------------------------------------------------------------------------------


def _chart_label(days: Sequence[Day]) -> str:
    if not days:
        return _("Jobs per day")
    return _(
        "Jobs per day, %(first)s to %(last)s: submitted, completed and errors. "
        "Arrow keys move between days."
    ) % {"first": day(days[0].on), "last": day(days[-1].on)}


def _total(days: Sequence[Day], total: Counts) -> str:
    n = len(days)
    return ngettext("%(n)s day: %(jobs)s", "%(n)s days: %(jobs)s", n) % {
        "n": n, "jobs": _counts(total),
    }  # fmt: skip


def _counts(counts: Counts) -> str:
    errors = ngettext("%(n)s error", "%(n)s errors", counts.errors) % {"n": grouped(counts.errors)}
    return _("%(submitted)s submitted · %(completed)s completed · %(errors)s") % {
        "submitted": grouped(counts.submitted),
        "completed": grouped(counts.completed),
        "errors": errors,
    }


def _day_point(one: Day, slot: Slot, band: Band, errors: Band, wanted: JobFilter) -> Point:
    text = one.on.isoformat()
    words = {
        "day": f"{date_format(one.on, 'D')} {date_format(one.on, 'MONTH_DAY_FORMAT')}",
        "jobs": _counts(one.counts),
    }
    return Point(
        id=f"day-{text}",
        href=wanted.cleared.having(first=text, last=text).query,
        words=_("%(day)s: %(jobs)s") % words,
        hit=charts.hit(slot, BOTTOM),
        bars=[
            *charts.bar("sub-bar", slot, band, one.counts.submitted),
            *charts.bar("err-bar", slot, errors, one.counts.errors),
        ],
        chosen=wanted.first == wanted.last == text,
    )


def _day_ticks(days: Sequence[Day], slots: Sequence[Slot]) -> list[Tick]:
    """From the last day back, so that it always has its label; a week apart where that fits."""
    step = charts.every(len(days), LEFT)
    step = step if step < 4 else -(-step // 7) * 7
    return [
        charts.tick(slots[number], day(days[number].on))
        for number in range(len(days) - 1, -1, -step)
    ]


# --- open jobs by days left --------------------------------------------------------------------


def _due_bars(opened: Open) -> list[tuple[int, int]]:
    """(days left, jobs); the first is of all that is longer over than OVER_DAYS."""
    older = opened.count(last=opened.day - timedelta(days=OVER_DAYS + 1)).number
    return [(-OVER_DAYS - 1, older)] + [
        (left, opened.due.get(opened.day + timedelta(days=left), 0))
        for left in range(-OVER_DAYS, DUE_DAYS + 1)
    ]


def _due_point(
    left: int, jobs: int, slot: Slot, band: Band, opened: Open, wanted: JobFilter
) -> Point:
    on = opened.day + timedelta(days=left)
    older = left < -OVER_DAYS
    target = {"status": "overdue"} if older else {"due": on.isoformat()}
    kind = "late-bar" if left < 0 else "soon-bar" if left <= SOON_DAYS else "left-bar"
    return Point(
        id=f"due-{left}",
        href=wanted.cleared.having(**target).query,
        words=_due_words(left, jobs, on),
        hit=charts.hit(slot, BOTTOM),
        bars=charts.bar(kind, slot, band, jobs),
        chosen=not older and wanted.due == on.isoformat(),
    )


def _due_words(left: int, jobs: int, on: date) -> str:
    count = ngettext("%(n)s job", "%(n)s jobs", jobs) % {"n": grouped(jobs)}
    if left < -OVER_DAYS:
        return _("%(jobs)s more than %(n)s days over") % {"jobs": count, "n": OVER_DAYS}
    words = {"jobs": count, "left": _left_words(left), "day": day(on)}
    return _("%(jobs)s: %(left)s (%(day)s)") % words


def _left_words(left: int) -> str:
    if left < -OVER_DAYS:
        return _("more than %(n)s days over") % {"n": OVER_DAYS}
    if left < 0:
        return ngettext("%(n)s day over", "%(n)s days over", -left) % {"n": -left}
    if left == 0:
        return _("due today")
    return ngettext("due in %(n)s day", "due in %(n)s days", left) % {"n": left}


def _left_label(left: int) -> str:
    if left == 0:
        return _("today")
    return _("7 days") if left == SOON_DAYS else str(left)


def _open_total(opened: Open) -> str:
    return _("%(open)s open · %(soon)s due within 7 days · %(overdue)s overdue") % {
        "open": shown(opened.all),
        "soon": shown(opened.soon),
        "overdue": shown(opened.overdue),
    }
