"""Lines under numbers, which belong to no digit."""

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
from numpy.typing import NDArray

from digitpad.data.underlines import without_underlines


def _ink(*lines: list[tuple[int, int]], pen: int = 6, size: tuple[int, int] = (300, 160)) -> NDArray[np.float32]:
    picture = PIL.Image.new("L", size, 0)
    draw = PIL.ImageDraw.Draw(picture)
    for line in lines:
        draw.line(line, fill=255, width=pen, joint="curve")
    return np.asarray(picture, np.float32) / np.float32(255)


_SEVEN = [(40, 30), (90, 30), (60, 110)]
_ONE = [(120, 60), (140, 30), (140, 110)]
_FOUR = [(190, 30), (170, 80), (220, 80), (200, 60), (200, 110)]


@pytest.mark.parametrize("slope", [-8, 0, 8])
def test_a_line_below_digits_is_removed(slope: int) -> None:
    digits = _ink(_SEVEN, _ONE, _FOUR)
    line = [(30, 130), (230, 130 + slope)]
    cleaned = without_underlines(_ink(_SEVEN, _ONE, _FOUR, line), 0.1)
    np.testing.assert_array_equal(cleaned, digits)


def test_a_line_that_touches_digits_is_removed_from_them() -> None:
    digits = _ink(_SEVEN, _ONE, _FOUR)
    cleaned = without_underlines(_ink(_SEVEN, _ONE, _FOUR, [(30, 112), (230, 112)]), 0.1)
    assert not cleaned[113:].any()
    np.testing.assert_array_equal(cleaned[:104], digits[:104])


def test_a_line_below_one_digit_is_removed() -> None:
    digit = _ink(_SEVEN)
    np.testing.assert_array_equal(without_underlines(_ink(_SEVEN, [(30, 128), (100, 126)]), 0.1), digit)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(([(40, 60), (100, 60)], [(40, 90), (100, 90)]), id="equals"),
        pytest.param(([(40, 80), (100, 80)],), id="minus"),
        pytest.param((_SEVEN, [(110, 70), (150, 70)]), id="minus beside a digit"),
        pytest.param(([(40, 50), (60, 30), (90, 50), (40, 108)], [(40, 110), (95, 110)]), id="foot of a 2"),
        pytest.param(([(60, 10), (60, 60)], [(30, 80), (100, 80)], [(60, 100), (60, 150)]), id="bar of a fraction"),
        pytest.param(([(120, 20), (40, 20), (40, 110)],), id="one connected figure"),
        pytest.param((), id="blank"),
    ],
)
def test_other_lines_stay(lines: tuple[list[tuple[int, int]], ...]) -> None:
    ink = _ink(*lines)
    assert without_underlines(ink, 0.1) is ink
