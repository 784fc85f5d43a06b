"""The eraser's cuts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from digitpad.gui.canvas.erasing import erase_segment

_LINE = np.array([[0, 0], [100, 0]], np.float32)


def test_a_line_without_points_near_the_eraser_is_cut_where_it_passed() -> None:
    pieces = erase_segment(_LINE, (50, -20), (50, 20), 10)
    assert pieces is not None
    left, right = pieces
    assert left[0].tolist() == [0, 0]
    assert right[-1].tolist() == [100, 0]
    assert 39 <= left[-1, 0] <= 40
    assert 60 <= right[0, 0] <= 61


def test_a_stroke_out_of_reach_is_untouched() -> None:
    assert erase_segment(_LINE, (50, 20), (60, 20), 10) is None
    # The boxes meet but the diagonal passes by.
    assert erase_segment(np.array([[0, 100], [100, 0]], np.float32), (0, 0), (10, 10), 5) is None


def test_a_dot_goes_whole_and_a_covered_stroke_leaves_nothing() -> None:
    assert erase_segment(np.array([[5, 5]], np.float32), (0, 5), (10, 5), 3) == []
    assert erase_segment(_LINE, (0, 0), (100, 0), 3) == []


def test_the_end_of_a_stroke_is_shortened() -> None:
    pieces = erase_segment(_LINE, (100, 0), (100, 0), 10)
    assert pieces is not None
    assert len(pieces) == 1
    assert 89 <= pieces[0][-1, 0] <= 90


@pytest.mark.parametrize("unit", [0.001, 1000.0])
def test_a_cut_is_the_same_in_any_units(unit: float) -> None:
    pieces = erase_segment(_LINE * np.float32(unit), (50 * unit, -20 * unit), (50 * unit, 20 * unit), 10 * unit)
    assert pieces is not None
    assert [round(float(x) / unit) for piece in pieces for x in piece[:, 0]] == [0, 40, 60, 100]


def test_pressure_is_carried_to_the_cut() -> None:
    line = np.array([[0, 0, 0.0], [100, 0, 1.0]], np.float32)
    pieces = erase_segment(line, (50, 0), (50, 0), 10)
    assert pieces is not None
    np.testing.assert_allclose(pieces[0][-1, 2], pieces[0][-1, 0] / 100, atol=1e-6)


def _distances(
    points: NDArray[np.float32], start: tuple[float, float], end: tuple[float, float]
) -> NDArray[np.float64]:
    a, b = np.array(start), np.array(end)
    length = float((b - a) @ (b - a))
    t = np.clip((points - a) @ (b - a) / length, 0, 1) if length else np.zeros(len(points))
    away: NDArray[np.float64] = np.hypot(*(points - (a + t[:, None] * (b - a))).T)
    return away


_coordinate = st.floats(-50, 50, width=32)


@given(
    st.lists(st.tuples(_coordinate, _coordinate), min_size=1, max_size=12),
    st.tuples(_coordinate, _coordinate),
    st.tuples(_coordinate, _coordinate),
    st.floats(1, 20),
)
def test_what_is_left_lies_outside_the_eraser_and_keeps_the_points_there(
    points: list[tuple[float, float]], start: tuple[float, float], end: tuple[float, float], radius: float
) -> None:
    stroke = np.array(points, np.float32)
    pieces = erase_segment(stroke, start, end, radius)
    kept = stroke if pieces is None else np.concatenate([*pieces, np.zeros((0, 2), np.float32)])
    assert (_distances(kept, start, end) > radius - 1e-3).all()
    survivors = {tuple(point) for point in stroke[_distances(stroke, start, end) > radius + 1e-3].tolist()}
    assert survivors <= {tuple(point) for point in kept.tolist()}
