"""Draw with a network for pictures: photographs in colour, drawings on white paper, and changes of the network."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QMimeData, QPoint
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from digitpad.commands.predict import read_file
from digitpad.data.picture_fit import CROP, STRETCH
from digitpad.gui.canvas.canvas import Tool
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.tour import replay
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import ARCHITECTURES, build
from digitpad.reading.recognizer import Recognizer
from tests.gui.colours import CLASSES, SHAPE, colour_model, loaded, plain, save_picture, window_with
from tests.gui.settling import settle

RED, BLUE = (200, 40, 40), (40, 60, 210)


@pytest.fixture
def pictures(theme: Theme, settings: Settings) -> Iterator[MainWindow]:
    with window_with(theme, settings, colour_model()) as window:
        yield window


def open_file(window: MainWindow, path: Path) -> None:
    window.draw_tab.files.open_path(path)
    settle(window)


def colour_at(window: MainWindow, x: float, y: float) -> QColor:
    """Return the colour of the canvas at a point of the page."""
    canvas = window.draw_tab.canvas
    point = QPoint(*(round(value) for value in canvas.view.to_widget(x, y)))
    return canvas.grab().toImage().pixelColor(point * canvas.devicePixelRatioF())


def is_about(colour: QColor, expected: tuple[int, int, int]) -> bool:
    seen = (colour.red(), colour.green(), colour.blue())
    return max(abs(one - other) for one, other in zip(seen, expected, strict=True)) < 40


def texts_of(window: MainWindow) -> list[str]:
    return [label.text() for label in window.draw_tab.findChildren(QLabel)]


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("size", [(90, 60), (900, 1400), (24, 20)])
def test_a_photograph_is_read_as_by_the_command_line(
    pictures: MainWindow, tmp_path: Path, suffix: str, size: tuple[int, int]
) -> None:
    path = save_picture(tmp_path / f"sky{suffix}", plain(BLUE, size))
    open_file(pictures, path)
    look = pictures.workspace.look
    (filed,) = read_file(path, Recognizer(colour_model()))
    assert look.prediction is not None
    assert look.pixels is not None
    np.testing.assert_array_equal(look.pixels, filed.prediction.image)
    np.testing.assert_array_equal(look.prediction.probabilities, filed.prediction.probabilities)
    tab = pictures.draw_tab
    assert tab.answer.digit == look.prediction.label == "blues"
    assert tab.bars.labels == CLASSES
    assert tab.bars.values == pytest.approx(filed.prediction.probabilities.tolist())


@pytest.mark.parametrize("fit", [CROP, STRETCH])
@pytest.mark.parametrize("size", [(200, 60), (50, 170)])
def test_a_photograph_is_received_with_the_fit_of_the_network(
    theme: Theme, settings: Settings, tmp_path: Path, fit: str, size: tuple[int, int]
) -> None:
    pixels = plain(BLUE, size)
    pixels[: size[1] // 4, : size[0] // 4] = RED
    path = save_picture(tmp_path / "corner.jpg", pixels)
    with window_with(theme, settings, colour_model(fit=fit)) as window:
        open_file(window, path)
        received = window.workspace.look.pixels
        (filed,) = read_file(path, Recognizer(colour_model(fit=fit)))
        assert received is not None
        np.testing.assert_array_equal(received, filed.prediction.image)
        # Only the whole photograph has the red corner.
        assert bool(received[0, 0, 0] > received[2, 0, 0]) == (fit == STRETCH)


@pytest.mark.parametrize("logits", [1, 2])
def test_the_bars_show_both_classes(theme: Theme, settings: Settings, tmp_path: Path, logits: int) -> None:
    with window_with(theme, settings, colour_model(logits=logits)) as window:
        open_file(window, save_picture(tmp_path / "rose.png", plain(RED)))
        assert window.draw_tab.bars.labels == CLASSES
        assert window.draw_tab.answer.digit == "reds"
        assert sum(window.draw_tab.bars.values or ()) == pytest.approx(1)


def test_the_photograph_is_shown_in_colour_with_the_part_that_is_seen(pictures: MainWindow, tmp_path: Path) -> None:
    pixels = plain(RED, (200, 60))
    pixels[:, :40] = BLUE
    open_file(pictures, save_picture(tmp_path / "wide.png", pixels))
    # 72 of the 200 columns have the proportions of the network's 24 to 20.
    assert pictures.draw_tab.canvas.drawing.seen == pytest.approx((64, 0, 136, 60))
    assert is_about(colour_at(pictures, 100, 30), RED)
    beyond = colour_at(pictures, 20, 30)
    assert not is_about(beyond, BLUE), "what the network does not see is veiled"
    assert beyond.blue() > beyond.red()
    assert not pictures.draw_tab.photograph.isVisible()


def test_all_of_a_stretched_photograph_is_framed_and_nothing_is_veiled(
    theme: Theme, settings: Settings, tmp_path: Path
) -> None:
    pixels = plain(RED, (200, 60))
    pixels[:, :40] = BLUE
    with window_with(theme, settings, colour_model(fit=STRETCH)) as window:
        open_file(window, save_picture(tmp_path / "wide.png", pixels))
        assert window.draw_tab.canvas.drawing.seen == pytest.approx((0, 0, 200, 60))
        assert is_about(colour_at(window, 20, 30), BLUE)
        assert is_about(colour_at(window, 190, 30), RED)
        # The frame is at all four edges; neither the photograph nor the paper around it has its colour.
        for x, y in ((0, 30), (200, 30), (100, 0), (100, 60)):
            # The line may lie between two pixels, where it is mixed with one neighbour; a mix of both would be lighter.
            edges = [colour_at(window, x + dx, y + dy) for dx in (-0.5, 0, 0.5) for dy in (-0.5, 0, 0.5)]
            framed = [one for one in edges if one.lightness() < 160 and not (is_about(one, RED) or is_about(one, BLUE))]
            assert framed
        assert "resized as a whole" in texts_of(window)
        window.workspace.use_network(loaded(colour_model(fit=CROP)))
        settle(window)
        assert window.draw_tab.canvas.drawing.seen == pytest.approx((64, 0, 136, 60))
        assert not is_about(colour_at(window, 20, 30), BLUE)
        assert "resized and cropped to the marked part" in texts_of(window)


def test_strokes_over_a_stretched_photograph_are_stretched_with_it(
    theme: Theme, settings: Settings, tmp_path: Path
) -> None:
    with window_with(theme, settings, colour_model(fit=STRETCH)) as window:
        path = save_picture(tmp_path / "wide.png", plain(RED, (240, 60)))
        open_file(window, path)
        before = window.workspace.look.pixels
        canvas = window.draw_tab.canvas
        # Near the left edge of the photograph, which a centre crop does not contain, from its top to its bottom.
        replay(canvas, [[canvas.view.to_widget(25, 3), canvas.view.to_widget(25, 57)]])
        settle(window)
        drawn = window.workspace.look.pixels
        assert before is not None
        assert drawn is not None
        changed = np.abs(drawn - before).max(axis=0) > 0.1
        # 24 columns for 240 pixels: x 25 is in column 2; three rows for each of the 20 rows.
        assert changed[:, 2].mean() > 0.8
        assert not changed[:, 6:].any()
        # The same picture with the stroke in it, saved and read again, is nearly what the network received.
        window.draw_tab.files.write_png(str(tmp_path / "drawn.png"))
        saved = Recognizer(colour_model(fit=STRETCH)).prepare_picture(tmp_path / "drawn.png")
        assert np.abs(saved - drawn).max() < 0.25
        assert np.abs(saved - drawn).mean() < 0.02


def test_what_the_network_receives_is_in_colour(pictures: MainWindow, tmp_path: Path) -> None:
    open_file(pictures, save_picture(tmp_path / "rose.png", plain(RED)))
    received = pictures.draw_tab.received
    assert received.image is not None
    assert received.image.shape == SHAPE
    assert is_about(received.grab().toImage().pixelColor(received.width() // 2, received.height() // 2), RED)
    assert "24 by 20" in received.accessibleDescription()


def test_strokes_over_a_photograph_are_part_of_it(pictures: MainWindow, tmp_path: Path) -> None:
    open_file(pictures, save_picture(tmp_path / "rose.png", plain(RED)))
    before = pictures.workspace.look.pixels
    canvas = pictures.draw_tab.canvas
    middle = canvas.rect().center()
    replay(canvas, [[(middle.x() - 60, middle.y()), (middle.x() + 60, middle.y())]])
    settle(pictures)
    drawn = pictures.workspace.look.pixels
    assert before is not None
    assert drawn is not None
    assert (drawn <= before).all(), "black ink makes nothing brighter"
    assert before[0, 9:12, 12].min() > 0.75
    assert drawn[0, 9:12, 12].min() < 0.6
    np.testing.assert_array_equal(drawn[:, 0], before[:, 0])
    canvas.use(Tool.ERASER)
    replay(canvas, [[(middle.x() - 80, middle.y()), (middle.x() + 80, middle.y())]])
    settle(pictures)
    np.testing.assert_array_equal(pictures.workspace.look.pixels, before)
    canvas.undo()
    settle(pictures)
    np.testing.assert_array_equal(pictures.workspace.look.pixels, drawn)
    canvas.clear()
    settle(pictures)
    assert pictures.workspace.look.pixels is None
    assert pictures.draw_tab.answer.digit == ""


def test_a_pasted_photograph_is_read(pictures: MainWindow) -> None:
    pixels = plain(BLUE)
    mime = QMimeData()
    mime.setImageData(QImage(pixels.tobytes(), 90, 60, 270, QImage.Format.Format_RGB888))
    pictures.draw_tab.files.take(mime, "paste")
    settle(pictures)
    expected = Recognizer(colour_model()).recognize_picture(PIL.Image.fromarray(pixels))
    look = pictures.workspace.look
    assert look.prediction is not None
    np.testing.assert_array_equal(look.prediction.image, expected.image)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_drawing_is_black_on_white_paper(pictures: MainWindow, theme: Theme, scheme: str) -> None:
    theme.choose(scheme)
    canvas = pictures.draw_tab.canvas
    middle = canvas.rect().center()
    replay(canvas, [[(middle.x() - 50, middle.y()), (middle.x() + 50, middle.y())]])
    settle(pictures)
    look = pictures.workspace.look
    assert look.pixels is not None
    assert look.verdict is not None
    stroke = canvas.sketch.page.strokes[0].points
    x, y = stroke.mean(axis=0)
    assert is_about(colour_at(pictures, float(x), float(y)), (0, 0, 0))
    assert is_about(colour_at(pictures, float(x), float(y) + 100), (255, 255, 255))
    np.testing.assert_array_equal(look.pixels, Recognizer(colour_model()).prepare_ink([stroke]))
    # The line crosses the middle of what is received.
    assert look.pixels[0, 9:12, 12].min() < 0.8
    assert look.pixels[:, 2].min() == 1


def test_a_saved_drawing_is_read_as_by_the_command_line(pictures: MainWindow, tmp_path: Path) -> None:
    canvas = pictures.draw_tab.canvas
    middle = canvas.rect().center()
    replay(canvas, [[(middle.x() - 70, middle.y() - 60), (middle.x() + 50, middle.y() + 30)]])
    settle(pictures)
    pictures.draw_tab.files.write_ink(str(tmp_path / "line.jsonl"))
    (filed,) = read_file(tmp_path / "line.jsonl", Recognizer(colour_model()))
    look = pictures.workspace.look
    assert look.prediction is not None
    np.testing.assert_array_equal(look.prediction.image, filed.prediction.image)
    open_file(pictures, tmp_path / "line.jsonl")
    np.testing.assert_array_equal(pictures.workspace.look.pixels, filed.prediction.image)


def test_another_network_reads_the_same_photograph_its_own_way(pictures: MainWindow, tmp_path: Path) -> None:
    open_file(pictures, save_picture(tmp_path / "rose.png", plain(RED)))
    plan = ARCHITECTURES["tiny"]
    digits = Model(build(plan, rng=np.random.default_rng(0)), plan, ModelMetadata(), "digits")
    pictures.workspace.use_network(loaded(digits))
    settle(pictures)
    assert pictures.workspace.look.pixels is None or pictures.workspace.look.pixels.shape == (28, 28)
    assert pictures.draw_tab.canvas.drawing.seen is None
    assert pictures.draw_tab.photograph.isVisible()
    pictures.workspace.use_network(loaded(colour_model()))
    settle(pictures)
    assert pictures.draw_tab.answer.digit == "reds"
    assert not pictures.draw_tab.photograph.isVisible()


def test_large_photographs_are_read_in_the_worker(pictures: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = save_picture(tmp_path / "large.jpg", plain(BLUE, (3000, 2000)))
    with qtbot.waitSignal(pictures.draw_tab.files.finished):
        pictures.draw_tab.files.open_path(path)
        assert pictures.draw_tab.files.busy
    with qtbot.waitSignal(pictures.workspace.published, check_params_cb=lambda look: look.prediction is not None):
        assert pictures.workspace.busy
    assert pictures.draw_tab.answer.digit == "blues"


def test_the_photograph_is_saved_and_copied_in_colour(pictures: MainWindow, tmp_path: Path) -> None:
    pixels = plain(BLUE)
    open_file(pictures, save_picture(tmp_path / "sky.png", pixels))
    pictures.draw_tab.files.write_png(str(tmp_path / "copy.png"))
    with PIL.Image.open(tmp_path / "copy.png") as saved:
        np.testing.assert_array_equal(np.asarray(saved.convert("RGB")), pixels)
    pictures.draw_tab.files.copy_page()
    copied = QImage(QApplication.clipboard().mimeData().imageData())
    colour = copied.pixelColor(10, 10)
    assert [colour.red(), colour.green(), colour.blue()] == pixels[10, 10].tolist()


def test_a_blank_page_asks_for_a_photograph(pictures: MainWindow) -> None:
    assert "photograph" in pictures.draw_tab.answer.lines[0]
    assert "photograph" in pictures.draw_tab.canvas.hint()
