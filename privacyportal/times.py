"""Template filters for moments, in the time zone that is active: the hour where it is today, the
year only where it isn't this one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def day(value: date | None) -> str:
    """ "30 Nov", "30 Nov 2025"."""
    if value is None:
        return ""
    return _day(value, value.year == timezone.localdate().year, get_language())


@lru_cache(maxsize=4096)
def _day(value: date, this_year: bool, _language: str | None) -> str:
    return date_format(value, "MONTH_DAY_FORMAT" if this_year else "DATE_FORMAT")


@register.filter
def weekday(value: date | None) -> str:
    """ "Mon 30 November"."""
    if value is None:
        return ""
    this_year = value.year == timezone.localdate().year
    return date_format(value, "D j F" if this_year else "D j F Y")


@register.filter
def moment(value: datetime | None) -> str:
    """ "09:41" of today, else "24 Nov 09:41"."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    hour = date_format(local, "TIME_FORMAT")
    return hour if local.date() == timezone.localdate() else f"{day(local.date())} {hour}"


@register.filter
def when(value: datetime | None) -> SafeString | str:
    """The moment as an element: "Today 09:41", with the same in GMT behind it."""
    if value is None:
        return ""
    today = timezone.localtime(value).date() == timezone.localdate()
    shown = _("Today %(time)s") % {"time": moment(value)} if today else moment(value)
    return stamped(value, shown)


@register.filter
def minute(value: datetime | None) -> SafeString | str:
    """For columns: "24 Nov 09:41" as an element, with the same in GMT behind it. Rows of a list
    have many of the same minute: what was made is kept."""
    if value is None:
        return ""
    local = timezone.localtime(value.replace(second=0, microsecond=0))
    return _minute(local, str(local.tzinfo), get_language())


@lru_cache(maxsize=4096)
def _minute(local: datetime, *_shown_for: object) -> SafeString:
    shown = f"{date_format(local, 'MONTH_DAY_FORMAT')} {date_format(local, 'TIME_FORMAT')}"
    return stamped(local, shown)


def stamped(value: datetime, shown: str) -> SafeString:
    gmt = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} GMT">{}</time>',
        gmt.isoformat(),
        f"{gmt:%Y-%m-%d %H:%M}",
        shown,
    )
