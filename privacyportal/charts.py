"""The geometry of charts: numbers in, places out. Across in percentages, so that text never scales;
down in pixels. Places are texts, as SVG has them: no locale may write a comma into them. Nothing
here knows what is counted, or draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format

STEPS = (1, 2, 5)
LEAST = 2.0  # pixels of a bar
LABEL_SHARE = 13.0  # percent of the width that a label on the axis needs


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one point across the chart, in percent."""

    x: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of pixels from `top` down to `bottom`, with values from 0 to `most`."""

    top: float
    bottom: float
    most: int

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * min(value / self.most, 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; `kind` is its class in the style sheet."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Point:
    """What one can hover, focus and follow: its numbers in `words`, its `hit` the whole height."""

    id: str
    href: str
    words: str
    hit: Bar
    bars: Sequence[Bar]
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line of the scale; its number stands above it, if it has one."""

    y: str
    label: str = ""
    label_y: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A label below the chart."""

    x: str
    anchor: str
    label: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A path in a box of 100 × `height`, and its dots."""

    path: str
    dots: Sequence[tuple[str, str]]
    height: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All that components/_chart_plot.html draws. `rest` is the read-out while no point is chosen;
    `axis` is the place of a vertical line."""

    label: str
    rest: str
    points: Sequence[Point]
    rules: Sequence[Rule]
    ticks: Sequence[Tick]
    top: str
    bottom: str
    ticks_y: str
    height: str
    line: Line | None = None
    axis: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The same numbers in words: `heads` names the columns, the first of which heads the rows."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


READ_OUT = 20  # pixels above the chart for what is read there
LABELS = 24  # and below it


def chart(
    label: str,
    rest: str,
    bottom: float,
    points: Sequence[Point],
    rules: Sequence[Rule],
    ticks: Sequence[Tick],
    line: Line | None = None,
    axis: str = "",
) -> Chart:
    """A chart whose last line is at `bottom`."""
    return Chart(
        label, rest, points, rules, ticks, pixels(READ_OUT), pixels(bottom), pixels(bottom + 18),
        pixels(bottom + LABELS), line, axis,
    )  # fmt: skip


def percent(value: float) -> str:
    return f"{value:.2f}%"


def pixels(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def slots(count: int, left: float = 0.0) -> list[Slot]:
    """`count` equal places from `left` to the right edge."""
    width = (100 - left) / max(count, 1)
    return [Slot(left + number * width, width) for number in range(count)]


def scale(most: int, lines: int = 3) -> tuple[int, list[int]]:
    """The top of a scale that holds `most`, and the round numbers up to it that get a line: at
    most `lines`, whole, 1, 2 or 5 times a power of ten apart."""
    step = next(step for step in _steps() if step * lines >= most)
    top = max(step, -(-most // step) * step)
    return top, list(range(step, top + 1, step))


def _steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (power * step for step in STEPS)
        power *= 10


def rules(band: Band, numbers: Sequence[int]) -> list[Rule]:
    """The line of nothing, then one for each number."""
    lines = [(band.y(number), number_format(number, force_grouping=True)) for number in numbers]
    return [
        Rule(pixels(band.bottom)),
        *(Rule(pixels(y), label, pixels(y - 4)) for y, label in lines),
    ]


def bar(kind: str, slot: Slot, band: Band, value: int, share: float = 0.6) -> list[Bar]:
    """Takes `share` of its slot; at least two pixels high, so that 1 beside 1,000 is seen. Nothing
    for 0."""
    if not value:
        return []
    y = min(band.y(value), band.bottom - LEAST)
    width = slot.width * share
    x = slot.middle - width / 2
    return [Bar(kind, percent(x), pixels(y), percent(width), pixels(band.bottom - y))]


def hit(slot: Slot, bottom: float) -> Bar:
    return Bar(
        "hit", percent(slot.x), pixels(READ_OUT), percent(slot.width), pixels(bottom - READ_OUT)
    )


def line(places: Sequence[Slot], band: Band, values: Sequence[int], *, dots: bool = True) -> Line:
    """Through the middle of each slot."""
    middles = [
        (slot.middle, pixels(band.y(value))) for slot, value in zip(places, values, strict=True)
    ]
    return Line(
        path=" ".join(
            f"{'L' if number else 'M'}{x:.2f} {y}" for number, (x, y) in enumerate(middles)
        ),
        dots=[(percent(x), y) for x, y in middles] if dots else [],
        height=pixels(band.bottom),
    )


def every(count: int, left: float = 0.0) -> int:
    """Each how manyth of `count` slots may have a label below it."""
    room = max(int((100 - left) / LABEL_SHARE), 1)
    return max(-(-count // room), 1)


def tick(slot: Slot, label: str, kind: str = "") -> Tick:
    """Below the middle of its slot, and never over the chart's edge."""
    if slot.middle > 96:
        return Tick("100%", "end", label, kind)
    if slot.middle < 3:
        return Tick("0%", "start", label, kind)
    return Tick(percent(slot.middle), "middle", label, kind)
