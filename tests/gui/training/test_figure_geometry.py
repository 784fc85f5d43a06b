"""Lines are cut at the edges of the axes, and labels in a row do not overlap."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from digitpad.gui.training.figure_geometry import clipped, spread

AREA = QRectF(0, 0, 10, 10)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([-5, 5, 15], [5, 5, 5], [[(0, 5), (5, 5), (10, 5)]]),
        ([1, 5, 9], [5, 25, 5], [[(1, 5), (2, 10)], [(8, 10), (9, 5)]]),
        ([1, 2], [20, 30], []),
        ([1, 2, 3, 4], [1, np.nan, 3, 4], [[(3, 3), (4, 4)]]),
        ([1, 2, 3, 4], [1, np.inf, 3, 4], [[(3, 3), (4, 4)]]),
        ([3], [3], []),
        ([2, 2], [-5, 50], [[(2, 0), (2, 10)]]),
    ],
)
def test_a_line_is_cut_at_the_edges(x: list[float], y: list[float], expected: list[list[tuple[float, float]]]) -> None:
    parts = clipped(np.array(x, float), np.array(y, float), AREA)
    assert len(parts) == len(expected)
    for part, points in zip(parts, expected, strict=True):
        assert np.array([(point.x(), point.y()) for point in part]) == pytest.approx(np.array(points))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([], []),
        ([20.0, 60.0], [20, 60]),
        ([20.0, 22.0], [20, 30]),
        ([-5.0, 3.0], [0, 10]),
        ([88.0, 89.0, 95.0], [70, 80, 90]),
        ([5.0, 84.0, 88.0], [5, 80, 90]),
        ([50.0] * 12, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]),
    ],
)
def test_labels_stay_near_where_they_belong_and_apart(wanted: list[float], expected: list[float]) -> None:
    assert spread(wanted, 10, 0, 100) == pytest.approx(expected)
