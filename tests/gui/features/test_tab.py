"""The Features tab as a whole: the drawing goes in on the left, and every layer shows it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from digitpad.explain.dependencies import Cell
from digitpad.gui.features.maps.cell_numbers import exact
from digitpad.gui.features.maps.placement import ZOOMS
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.models.model_file import Model, load_model
from digitpad.nn import Sequential
from digitpad.nn.engine import OneImage
from digitpad.reading.recognizer import Recognizer
from tests.gui.features.conftest import SMALL, loaded, model_of
from tests.gui.settling import lay_out, settle

Ink = Callable[[FeaturesTab], None]


def _button(tab: FeaturesTab, name: str) -> QToolButton:
    button = tab.findChild(QToolButton, name)
    assert button is not None
    return button


def test_every_layer_that_makes_numbers_of_its_own_is_shown(tab: FeaturesTab) -> None:
    names = [layer.name for layer in tab.maps.layers]
    assert names == ["input", "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "fc1", "relu3", "fc2", "softmax"]
    assert tab.maps.layers[1].sizes == "4 × 28 × 28"
    assert tab.maps.layers[-1].output


def test_a_blank_canvas_shows_the_maps_of_nothing_and_no_digit(tab: FeaturesTab) -> None:
    assert tab.side.answer.digit == ""
    assert tab.side.bars.values is None
    assert tab.frame is not None
    assert not tab.frame.pixels.any()
    assert tab.side.shows_drawing


def test_what_is_shown_is_what_the_recognizer_computes(tab: FeaturesTab, ink: Ink, model: Model) -> None:
    ink(tab)
    assert tab.frame is not None
    image = tab.frame.pixels[0]
    assert image.any()
    known = Recognizer(model).activations(image)
    prediction = Recognizer(model).recognize_pixels(image)
    known["softmax"] = prediction.probabilities
    for name, shown in tab.maps.frame_shown.items():
        np.testing.assert_allclose(shown, known[name], rtol=1e-5, atol=1e-6)
    assert tab.side.answer.digit == prediction.label
    assert tab.side.bars.values == pytest.approx(prediction.probabilities, abs=1e-6)


@pytest.mark.parametrize("why", ["none", "gradient"])
def test_the_reading_and_the_maps_come_of_one_pass(
    features_window: MainWindow, tab: FeaturesTab, model: Model, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    tab.explain_with(why)
    settle(tab)
    tab.side.show_drawing(on=True)
    settle(tab)
    pad = tab.side.pad
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPointF(60, 60).toPoint())
    settle(tab)
    passes: list[object] = []

    def counted(forward: Callable[..., Any]) -> Callable[..., Any]:
        def count(network: object, *arguments: Any, **options: Any) -> Any:
            passes.append(network)
            return forward(network, *arguments, **options)

        return count

    monkeypatch.setattr(Sequential, "forward", counted(Sequential.forward))
    monkeypatch.setattr(OneImage, "forward", counted(OneImage.forward))
    QTest.mouseMove(pad, QPointF(120, 150).toPoint())
    settle(tab)
    assert len(passes) == 1
    prediction = features_window.workspace.look.prediction
    assert tab.frame is not None
    assert prediction is not None
    np.testing.assert_array_equal(tab.frame.pixels[0], prediction.image)
    assert bool(tab.frame.gradients) == (why == "gradient")
    # What the pass for the maps says is exactly what the reader says by itself.
    alone = Recognizer(model).recognize_pixels(prediction.image)
    np.testing.assert_array_equal(prediction.probabilities, alone.probabilities)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPointF(120, 150).toPoint())


def test_every_tab_shows_the_network_that_is_looked_at(
    features_window: MainWindow, tab: FeaturesTab, ink: Ink, model: Model
) -> None:
    other = model_of(SMALL, seed=8)
    ink(tab)
    for network in (other, model):
        features_window.workspace.look_by(loaded(network))
        settle(tab)
        prediction = features_window.workspace.look.prediction
        assert prediction is not None
        known = Recognizer(network).recognize_pixels(prediction.image).probabilities
        np.testing.assert_array_equal(prediction.probabilities, known)
        assert tab.frame is not None
        assert tab.frame.answer is not None
        assert tab.side.bars.values == pytest.approx(tab.frame.answer.probabilities, abs=1e-6)
        assert features_window.draw_tab.bars.values == tab.side.bars.values
        assert features_window.draw_tab.answer.digit == tab.side.answer.digit == prediction.label


def test_a_network_that_refuses_is_asked_why_it_sees_a_digit(
    features_window: MainWindow, tab: FeaturesTab, ink: Ink
) -> None:
    features_window.workspace.look_by(loaded(load_model()))
    ink(tab)
    assert tab.side.bars.values is not None
    assert len(tab.side.bars.values) == 11
    assert "none: " in tab.side.bars.accessibleDescription()
    questions = [action.text() for action in tab.findChildren(QAction) if action.objectName().startswith("whyNot")]
    assert questions[8:] == ["Why not an 8?", "Why not a 9?", 'Why not "not a digit"?']


def test_the_maps_follow_the_unfinished_stroke(tab: FeaturesTab) -> None:
    tab.side.show_drawing(on=True)
    settle(tab)
    pad = tab.side.pad
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPointF(60, 60).toPoint())
    settle(tab)
    first = tab.frame
    QTest.mouseMove(pad, QPointF(120, 150).toPoint())
    settle(tab)
    assert tab.frame is not first
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPointF(120, 150).toPoint())


def test_the_panel_catches_up_with_the_pen(tab: FeaturesTab, ink: Ink, qtbot: QtBot) -> None:
    ink(tab)
    tab.maps.go_to(Cell("conv1", 1, 14, 14))
    QTest.keyClick(tab, Qt.Key.Key_Delete)
    settle(tab)
    assert tab.frame is not None
    blank = float(tab.frame["conv1"][1, 14, 14])

    def caught_up() -> bool:
        shown = tab.panel.arithmetic.shown
        return shown is not None and shown.value == exact(blank)

    qtbot.waitUntil(caught_up)


def test_both_canvases_show_one_drawing(
    features_window: MainWindow, tab: FeaturesTab, ink: Ink, draw: Callable[..., None]
) -> None:
    main = features_window.draw_tab.canvas
    ink(tab)
    assert len(main.sketch.page.strokes) == 1
    points = main.sketch.page.strokes[0].points
    # The pad is small and the sheet large: what was drawn fills as much of it.
    assert np.ptp(points[:, 1]) > 1.5 * 140
    QTest.keyClick(tab, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(tab)
    assert main.sketch.page.is_blank
    assert tab.side.answer.digit == ""
    features_window.show_tab(features_window.draw_tab)
    draw(main, [[(100, 100), (200, 300)]])
    features_window.show_tab(tab)
    settle(tab)
    assert tab.frame is not None
    assert tab.frame.pixels.any()
    QTest.keyClick(tab, Qt.Key.Key_Delete)
    assert main.sketch.page.is_blank


def test_while_the_tab_is_hidden_nothing_is_looked_into(
    features_window: MainWindow, tab: FeaturesTab, draw: Callable[..., None]
) -> None:
    features_window.show_tab(features_window.draw_tab)
    before = tab.frame
    draw(features_window.draw_tab.canvas, [[(100, 100), (200, 300)]])
    assert tab.frame is before


def test_a_pointed_cell_frames_what_it_sees_of_the_drawing(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    tab.maps.go_to(Cell("conv2", 3, 7, 7))
    point = tab.maps.point_of(Cell("conv2", 3, 7, 7))
    assert point is not None
    QTest.mouseMove(tab.maps.viewport(), point)
    assert tab.maps.cell == Cell("conv2", 3, 7, 7)
    assert tab.side.picture.framed == (11, 11, 19, 19)
    assert tab.side.caption.text() == "sees 8 × 8 pixels of your drawing"
    tab.maps.go_to(Cell("fc1", 0))
    assert tab.side.caption.text() == "sees all of your drawing"


def test_a_click_enlarges_a_map_and_a_second_one_is_put_beside_it(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    assert not tab.enlarged.isVisible()
    for cell in (Cell("conv1", 1, 3, 3), Cell("conv1", 2, 3, 3), Cell("pool1", 0, 3, 3)):
        point = tab.maps.point_of(cell)
        assert point is not None
        QTest.mouseClick(tab.maps.viewport(), Qt.MouseButton.LeftButton, pos=point)
        settle(tab)
    assert [(cell.layer, cell.channel) for cell in tab.enlarged.cells] == [("conv1", 1), ("pool1", 0)]
    assert tab.enlarged.isVisible()
    QTest.mouseClick(_button(tab, "closeMap0"), Qt.MouseButton.LeftButton)
    assert [cell.layer for cell in tab.enlarged.cells] == ["pool1"]
    assert [cell.layer for cell in tab.maps.chosen] == ["pool1"]


class PaintWatch(QObject):
    """Tells when a widget is painted."""

    painted = Signal()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.painted.emit()
        return False


def test_the_mark_on_an_enlarged_map_moves_with_the_walking_kernel(tab: FeaturesTab, ink: Ink, qtbot: QtBot) -> None:
    ink(tab)
    tab.maps.go_to(Cell("conv1", 1, 5, 6))
    tab.enlarged.enlarge(Cell("conv1", 1, 5, 6))
    lay_out()
    view = tab.enlarged.views[0]
    assert view.isVisible()
    watch = PaintWatch()
    view.installEventFilter(watch)
    before = view.grab().toImage()
    with qtbot.waitSignal(watch.painted):
        tab.panel.arithmetic.step()
    assert tab.maps.cell == Cell("conv1", 1, 5, 7)
    assert view.grab().toImage() != before
    view.removeEventFilter(watch)


def test_the_keyboard_goes_everywhere(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    QTest.keyClick(tab, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert tab.maps.hasFocus()
    # It begins at the strongest number of the last convolution.
    assert tab.maps.cell is not None
    assert tab.maps.cell.layer == "conv2"
    for _ in range(3):
        QTest.keyClick(tab.maps, Qt.Key.Key_PageUp)
    QTest.keyClick(tab.maps, Qt.Key.Key_Home)
    assert tab.maps.cell == Cell("conv1", 0, 14, 14)
    QTest.keyClick(tab.maps, Qt.Key.Key_Right)
    QTest.keyClick(tab.maps, Qt.Key.Key_Up)
    assert tab.maps.cell == Cell("conv1", 0, 13, 15)
    assert "conv1, map 0, row 13, column 15 is" in tab.maps.accessibleDescription()
    QTest.keyClick(tab.maps, Qt.Key.Key_Return)
    elsewhere = tab.maps.point_of(Cell("conv1", 1, 2, 2))
    assert elsewhere is not None
    QTest.mouseMove(tab.maps.viewport(), elsewhere)
    assert tab.maps.cell == Cell("conv1", 0, 13, 15)
    QTest.keyClick(tab.maps, Qt.Key.Key_Space)
    assert [(cell.layer, cell.channel) for cell in tab.enlarged.cells] == [("conv1", 0)]
    QTest.keyClick(tab.maps, Qt.Key.Key_Escape)
    QTest.keyClick(tab.maps, Qt.Key.Key_Plus)
    assert tab.maps.zoom == 1
    QTest.keyClick(tab.maps, Qt.Key.Key_0)
    assert tab.maps.zoom == 0


def test_zooming_in_on_a_cell_keeps_it_in_view_and_shows_its_number(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    cell = Cell("conv2", 5, 6, 6)
    tab.maps.go_to(cell)
    for _ in ZOOMS:
        tab.maps.zoom_in()
    settle(tab)
    point = tab.maps.point_of(cell)
    assert point is not None
    assert tab.maps.viewport().rect().contains(point)
    assert tab.maps.zoom == len(ZOOMS) - 1
    assert not tab.maps.grab().isNull()


@pytest.mark.parametrize("name", ["scaleMap", "scaleLayer", "scaleNetwork"])
def test_the_scale_changes_colours_only(tab: FeaturesTab, ink: Ink, name: str) -> None:
    ink(tab)

    def shown() -> tuple[list[float], list[int]]:
        maps = [tab.maps.map_shown(name, channel) for name in ("conv1", "conv2", "fc1") for channel in range(4)]
        values = [number for shown in maps if shown is not None for number in shown[0].ravel().tolist()]
        return values, [colour for shown in maps if shown is not None for colour in shown[1].ravel().tolist()]

    values, colours = shown()
    QTest.mouseClick(_button(tab, name), Qt.MouseButton.LeftButton)
    assert shown()[0] == values
    assert (shown()[1] == colours) == (name == "scaleLayer")


def test_without_a_model_the_tab_is_empty_and_works(features_window: MainWindow, tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    features_window.show_model(None)
    settle(tab)
    assert tab.maps.layers == ()
    assert tab.side.answer.digit == ""
    features_window.use_model(None)
    settle(tab)
    assert tab.side.answer.digit != ""


def test_the_draw_tab_leads_here(features_window: MainWindow, ink: Ink, tab: FeaturesTab) -> None:
    ink(tab)
    features_window.show_tab(features_window.draw_tab)
    button = features_window.findChild(QToolButton, "seeInsideButton")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert tab.isVisible()
    features_window.show_tab(features_window.draw_tab)
    QTest.keyClick(features_window.draw_tab, Qt.Key.Key_I)
    assert tab.isVisible()


def test_every_control_has_a_name_a_spoken_name_and_a_tooltip(tab: FeaturesTab) -> None:
    for control in (*tab.findChildren(QToolButton), tab.maps, tab.second.maps, tab.panel.surgery.editor):
        assert control.objectName(), type(control)
        assert control.accessibleName(), control.objectName()
        assert control.toolTip(), control.objectName()
    for action in tab.actions():
        assert action.statusTip(), action.objectName()
        assert action.shortcuts(), action.objectName()
