"""Where the parts of a chart stand."""

from __future__ import annotations

import pytest

from privacyportal import charts
from privacyportal.charts import Band, Slot


@pytest.mark.parametrize(
    ("most", "top", "lines"),
    [
        (0, 1, [1]),
        (1, 1, [1]),
        (3, 3, [1, 2, 3]),
        (7, 10, [5, 10]),
        (155, 200, [100, 200]),
        (300, 300, [100, 200, 300]),
        (301, 400, [200, 400]),
        (11_111, 15_000, [5_000, 10_000, 15_000]),
    ],
)
def test_a_scale_has_round_numbers_and_holds_the_largest(
    most: int, top: int, lines: list[int]
) -> None:
    assert charts.scale(most) == (top, lines)


def test_slots_share_the_room_right_of_the_scale() -> None:
    slots = charts.slots(30, left=6)

    assert slots[0].x == 6
    assert slots[-1].x + slots[-1].width == pytest.approx(100)
    assert len({round(slot.width, 9) for slot in slots}) == 1
    assert charts.slots(0) == []


def test_bars_stand_on_the_band_and_one_beside_a_thousand_is_seen() -> None:
    band = Band(top=32, bottom=192, most=1000)
    slot = Slot(10, 5)

    [half] = charts.bar("sub-bar", slot, band, 500)
    [one] = charts.bar("sub-bar", slot, band, 1)

    assert (half.x, half.width, half.y, half.height) == ("11.00%", "3.00%", "112", "80")
    assert (one.y, one.height) == ("190", "2")
    assert charts.bar("sub-bar", slot, band, 0) == []


def test_a_line_goes_through_the_middle_of_each_slot() -> None:
    found = charts.line(charts.slots(2), Band(0, 100, 10), [10, 0])

    assert found.path == "M25.00 0 L75.00 100"
    assert found.dots == [("25.00%", "0"), ("75.00%", "100")]
    assert charts.line([], Band(0, 100, 10), []).path == ""


def test_labels_have_room_and_stay_inside() -> None:
    assert charts.every(7) == 1
    assert charts.every(30, left=6) == 5
    assert charts.every(90, left=6) == 13
    assert charts.tick(Slot(98, 2), "30").anchor == "end"
    assert charts.tick(Slot(0, 2), "1").anchor == "start"
    assert charts.tick(Slot(48, 4), "15").x == "50.00%"
