"""One small chart of bars for each channel, all on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consent.services.reports import Channeled
from jobs.models.requests import Channel

TOP, FLOOR = 20.0, 74.0  # of the bars, in pixels from the upper edge
SHARE = 0.66  # of its slot that a bar takes


@dataclass(frozen=True, slots=True)
class Bar:
    """A week: places across are per cent of the width, heights pixels."""

    slot: str
    slot_width: str
    left: str
    width: str
    top: str
    height: str
    words: str
    number: int
    week: str


@dataclass(frozen=True, slots=True)
class ChannelChart:
    channel: Channel
    this_week: int
    total: int
    bars: Sequence[Bar]


def channel_charts(channels: Sequence[Channeled], mondays: Sequence[date]) -> list[ChannelChart]:
    highest = max((number for one in channels for number in one.weeks), default=0) or 1
    weeks = [date_format(monday, "MONTH_DAY_FORMAT") for monday in mondays]
    return [
        ChannelChart(
            one.channel,
            one.weeks[-1],
            one.total,
            [_bar(n, number / highest, number, weeks) for n, number in enumerate(one.weeks)],
        )
        for one in channels
    ]


def _bar(place: int, share: float, number: int, weeks: Sequence[str]) -> Bar:
    width = 100 / len(weeks)
    height = (FLOOR - TOP) * share
    optouts = ngettext("%(n)s opt-out", "%(n)s opt-outs", number) % {"n": number}
    return Bar(
        slot=f"{place * width:.2f}%",
        slot_width=f"{width:.2f}%",
        left=f"{(place + (1 - SHARE) / 2) * width:.2f}%",
        width=f"{width * SHARE:.2f}%",
        top=f"{FLOOR - height:.1f}",
        height=f"{height:.1f}",
        words=_("Week of %(day)s: %(optouts)s") % {"day": weeks[place], "optouts": optouts},
        number=number,
        week=weeks[place],
    )
