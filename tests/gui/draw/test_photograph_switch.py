"""The switch between a photograph with its ink and only the ink."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from digitpad.data.images import read_photograph
from digitpad.data.ink import read_ink
from digitpad.gui.draw.tab import DrawTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from tests.gui.settling import lay_out, settle

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]


@pytest.fixture
def tab(window: MainWindow) -> DrawTab:
    return window.draw_tab


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """Write a yellow page with a dark stroke in its left half."""
    pixels = np.full((120, 200, 3), (240, 230, 150), np.uint8)
    pixels[20:100, 40:50] = (20, 20, 60)
    PIL.Image.fromarray(pixels).save(tmp_path / "one.png")
    return tmp_path / "one.png"


def test_it_is_offered_only_for_a_photograph_and_changes_what_is_shown(tab: DrawTab, photograph: Path) -> None:
    assert not tab.photograph.isVisible()
    tab.files.open_path(photograph)
    settle(tab)
    assert tab.photograph.isVisible()
    place = tab.canvas.area_of((150, 50, 160, 60)).center().toPoint()
    page = tab.canvas.grab().toImage().pixelColor(place)
    QTest.mouseClick(tab.photograph.ink_button, Qt.MouseButton.LeftButton)
    assert tab.photograph.ink_button.isChecked()
    ink = tab.canvas.grab().toImage().pixelColor(place)
    assert page.red() - page.blue() > 20
    assert abs(ink.red() - ink.blue()) < 10
    QTest.mouseClick(tab.photograph.page_button, Qt.MouseButton.LeftButton)
    assert tab.canvas.grab().toImage().pixelColor(place) == page
    tab.undo.trigger()
    assert not tab.photograph.isVisible()


def test_a_stroke_over_a_photograph_is_read_with_it(tab: DrawTab, photograph: Path, draw: Draw) -> None:
    tab.files.open_path(photograph)
    settle(tab)
    assert tab.answer.digit == "7"
    area = tab.canvas.area_of((140, 20, 150, 100))
    draw(tab.canvas, [[(area.left(), area.top()), (area.left(), area.bottom())]])
    settle(tab)
    assert tab.answer.digit == "77"
    assert [round(box.box[0] / 10) for box in tab.canvas.boxes] == [4, 14]
    tab.undo.trigger()
    settle(tab)
    assert tab.answer.digit == "7"
    tab.redo.trigger()
    settle(tab)
    assert tab.answer.digit == "77"


def test_what_is_saved_and_copied_has_the_picture_and_the_strokes(
    tab: DrawTab, photograph: Path, draw: Draw, tmp_path: Path
) -> None:
    tab.files.open_path(photograph)
    settle(tab)
    area = tab.canvas.area_of((140, 20, 150, 100))
    draw(tab.canvas, [[(area.left(), area.top()), (area.left(), area.bottom())]])
    tab.files.write_png(str(tmp_path / "saved.png"))
    with PIL.Image.open(tmp_path / "saved.png") as saved:
        assert saved.size == (200, 120)
        assert saved.getpixel((45, 60)) == (0, 0, 0)
        assert saved.getpixel((140, 60)) == (0, 0, 0)
        assert saved.getpixel((100, 60)) == (255, 255, 255)
    said = []
    tab.files.message.connect(lambda message: said.append(message.text))
    tab.files.write_ink(str(tmp_path / "saved.jsonl"))
    assert "does not hold the image" in said[-1]
    (drawing,) = read_ink(tmp_path / "saved.jsonl")
    assert (drawing.width, drawing.height) == (200, 120)
    np.testing.assert_allclose(drawing.strokes[0][[0, -1]], [[140, 20], [140, 100]], atol=1)
    tab.files.copy_page()
    mime = QGuiApplication.clipboard().mimeData()
    assert mime is not None
    assert mime.hasImage()
    assert not mime.hasText()


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "LA", "CMYK", "I;16", "F"])
def test_a_picture_of_any_mode_is_kept_as_it_looks(mode: str) -> None:
    pixels = np.full((60, 80), 230, np.uint8)
    pixels[10:50, 30:40] = 20
    grey = PIL.Image.fromarray(pixels)
    if mode == "I;16":
        picture = PIL.Image.fromarray(pixels.astype(np.uint16) * 257)
    elif mode == "F":
        picture = PIL.Image.fromarray(pixels.astype(np.float32))
    else:
        picture = (grey.convert("RGB") if mode == "CMYK" else grey).convert(mode)
    if mode in {"RGBA", "LA"}:
        # Where there is no paper, its tone is shown as it is read.
        picture.putalpha(grey.point(lambda value: 255 if value < 128 else 0))
    ink, shown = read_photograph(picture)
    assert shown.shape == (60, 80, 3)
    assert shown.dtype == np.uint8
    assert shown[30, 35].max() < 60
    assert shown[5, 5].min() > 200
    assert ink[30, 35] > 0.9
    assert ink[5, 5] == 0


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(1280, 800, 1.0), (1024, 640, 1.0), (800, 560, 1.0), (1280, 800, 1.5)]
)
def test_opening_a_photograph_moves_nothing(
    tab: DrawTab, theme: Theme, photograph: Path, width: int, height: int, scale: float
) -> None:
    window = tab.window()
    window.resize(width, height)
    theme.set_scale(scale)
    lay_out()
    assert not tab.photograph.isVisible()
    before = {widget.objectName(): widget.geometry() for widget in tab.findChildren(QWidget) if widget.isVisible()}
    tab.files.open_path(photograph)
    settle(tab)
    lay_out()
    assert tab.photograph.isVisible()
    for name in ("canvas", "penButton", "openButton", "saveButton"):
        widget = tab.findChild(QWidget, name)
        assert widget is not None
        assert widget.geometry() == before[name], name
    theme.set_scale(1.0)


def test_all_tools_are_in_one_line_of_the_usual_window(tab: DrawTab) -> None:
    tab.window().resize(1280, 800)
    lay_out()
    heights = set()
    for name in ("penButton", "clearButton", "openButton", "saveButton"):
        widget = tab.findChild(QWidget, name)
        assert widget is not None
        heights.add(widget.y())
    assert len(heights) == 1
