"""Ink on a painter."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from digitpad.data.ink import smooth_stroke
from digitpad.gui.canvas.ink_painter import bounds_of, page_image, paint_picture, paint_stroke
from digitpad.gui.canvas.sketch import InkStroke, Page, Picture

pytestmark = pytest.mark.usefixtures("qapp")
_WAVE = np.stack([np.arange(10, 190, 6), 60 + 40 * np.sin(np.arange(30) / 3)], axis=1).astype(np.float32)


def _painted(stroke: InkStroke, area: QRectF | None = None) -> QImage:
    image = QImage(200, 120, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if area is not None:
        painter.setClipRect(area)
    paint_stroke(painter, stroke, QColor("black"), area)
    painter.end()
    return image


def test_what_is_painted_is_the_rasterisers_curve_only_finer() -> None:
    np.testing.assert_allclose(smooth_stroke(_WAVE, finer=3)[::3], smooth_stroke(_WAVE), atol=1e-4)


def test_painting_a_part_gives_the_same_pixels_there() -> None:
    stroke = InkStroke(_WAVE, 12)
    area = QRectF(60, 20, 70, 80)
    whole, part = _painted(stroke), _painted(stroke, area)
    assert part.copy(area.toRect()) == whole.copy(area.toRect())
    assert part != whole


def test_pressure_makes_a_line_thicker() -> None:
    def inked(pressure: float) -> int:
        points = np.array([[20, 60, pressure], [180, 60, pressure]], np.float32)
        image = _painted(InkStroke(points, 20))
        return sum(image.pixelColor(100, y).lightness() < 128 for y in range(120))

    assert inked(0.0) == pytest.approx(7, abs=1)
    assert inked(1.0) == pytest.approx(20, abs=1)
    assert inked(0.0) < inked(0.5) < inked(1.0)


def test_bounds_take_in_the_thickness() -> None:
    assert bounds_of(Page()) is None
    stroke = InkStroke(np.array([[10, 20], [30, 40]], np.float32), 6)
    assert bounds_of(Page((stroke,))) == (7, 17, 33, 43)


def test_an_exported_page_keeps_ink_beyond_its_edge() -> None:
    stroke = InkStroke(np.array([[-50, 20], [130, 40]], np.float32), 10)
    image = page_image(Page((stroke,)), (100, 100))
    assert image.width() >= 2 * (55 + 135)
    assert image.height() >= 200


@pytest.mark.parametrize("side", [0.001, 1.0, 28.0, 500.0, 1e6])
def test_an_exported_page_has_a_usual_size_in_any_units(side: float) -> None:
    stroke = InkStroke(np.array([[0.2, 0.2], [0.8, 0.8]], np.float32) * np.float32(side), 0.05 * side)
    image = page_image(Page((stroke,), size=(side, side)), (side, side))
    assert 500 <= image.width() == image.height() <= 4096
    middle, corner = image.pixelColor(image.rect().center()), image.pixelColor(0, 0)
    assert (middle.name(), corner.name()) == ("#000000", "#ffffff")


def test_a_small_picture_keeps_hard_pixels_and_a_large_one_is_averaged() -> None:
    ink = np.zeros((2, 2), np.float32)
    ink[0, 0] = 1
    large = paint_picture(ink, QSize(100, 100), QColor("black"))
    assert {large.pixelColor(x, 10).alpha() for x in range(100)} == {0, 255}
    checks = np.indices((400, 400)).sum(axis=0) % 2
    small = paint_picture(checks.astype(np.float32), QSize(40, 40), QColor("black"))
    assert small.pixelColor(20, 20).alpha() == pytest.approx(128, abs=16)
    assert page_image(Page(picture=Picture(ink, "x")), (1, 1)).size() == QSize(2, 2)
    assert QApplication.instance() is not None
