"""Drawings as curves: whole, centred, and never too long to paint."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from digitpad.data.ink import Drawing
from digitpad.gui.board.ink_shapes import paint_shape, shape_of
from tests.serving.drawn import drawing


def test_a_short_drawing_is_the_smooth_curve_through_its_points() -> None:
    points = np.array([[0, 0], [50, 80], [100, 0]], np.float32)
    shape = shape_of(Drawing((points,), 100, 100))
    (curve,) = shape.curves
    assert curve.size() > 3
    on_curve = {(curve.at(place).x(), curve.at(place).y()) for place in range(curve.size())}
    assert {(0.0, 0.0), (50.0, 80.0), (100.0, 0.0)} <= on_curve


def test_dense_points_of_a_phone_are_taken_as_they_are() -> None:
    angle = np.linspace(0, 6, 80)
    points = (50 + 40 * np.stack([np.cos(angle), np.sin(angle)], axis=1)).astype(np.float32)
    (curve,) = shape_of(Drawing((points,), 100, 100)).curves
    assert curve.size() == 80


def test_all_ink_is_in_view_and_the_centre_of_the_canvas_is() -> None:
    shape = shape_of(Drawing((np.array([[300, 10]], np.float32),), 400, 200))
    assert shape.view.contains(300, 10)
    assert shape.view.contains(200, 100)
    assert not shape.view.contains(20, 20)


@pytest.mark.parametrize("strokes", [1, 500, 20_000])
def test_a_scribble_has_few_points_and_ends_where_the_pen_is(strokes: int) -> None:
    points = np.random.default_rng(0).uniform(0, 300, (20_000, 2)).astype(np.float32)
    shape = shape_of(Drawing(tuple(np.array_split(points, strokes)), 300, 300))
    assert sum(curve.size() for curve in shape.curves) <= 2 * 500 + 400
    if strokes == 1:
        last = shape.curves[-1].last()
        assert (last.x(), last.y()) == pytest.approx(tuple(points[-1]))


def test_a_drawing_is_painted_inside_its_area() -> None:
    image = QImage(100, 100, QImage.Format.Format_Grayscale8)
    image.fill(255)
    painter = QPainter(image)
    paint_shape(painter, shape_of(drawing(1)), QRectF(20, 30, 40, 50), QColor("black"))
    painter.end()
    ink = np.frombuffer(image.constBits(), np.uint8).reshape(100, image.bytesPerLine())[:, :100] < 128
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert 20 <= columns[0] <= columns[-1] < 60
    assert 30 <= rows[0] <= rows[-1] < 80
