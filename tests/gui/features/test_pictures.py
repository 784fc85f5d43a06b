"""Features with a network for pictures: its channels, arithmetic, kernels in colour, and explanations."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Inspector
from digitpad.explain.occlusion import occlusion
from digitpad.explain.structure import INPUT, Structure
from digitpad.gui.features.maps.placement import ZOOMS, lay_out
from digitpad.gui.features.maps.shown import shown_layers
from digitpad.gui.features.network_view import pixels_for
from digitpad.gui.features.pages.backprop import BackpropPage
from digitpad.gui.features.pages.kernels import KernelsPage, KernelsView, as_picture
from digitpad.gui.features.pages.preferred_input import PreferredInputPage
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.latest import Outcome
from digitpad.gui.workspace.settings import Settings
from digitpad.nn import ARCHITECTURES
from digitpad.reading.recognizer import Recognizer
from tests.gui.colours import MEAN, SHAPE, STD, colour_model, plain, save_picture, window_with
from tests.gui.features.conftest import model_of
from tests.gui.settling import settle

BLUE = (40, 60, 210)
ARITHMETIC, KERNELS, PREFERRED, SURGERY, BACKPROP = range(5)


@pytest.fixture
def window(theme: Theme, settings: Settings, tmp_path: Path) -> Iterator[MainWindow]:
    with window_with(theme, settings, colour_model()) as window:
        window.draw_tab.files.open_path(save_picture(tmp_path / "sky.png", plain(BLUE)))
        settle(window)
        yield window


@pytest.fixture
def tab(window: MainWindow) -> FeaturesTab:
    tab = window.go_to("Features")
    assert isinstance(tab, FeaturesTab)
    settle(window)
    return tab


def blue_of(colour: QColor) -> bool:
    return colour.blue() > colour.red() + 80 and colour.blue() > colour.green() + 60


def test_the_picture_is_shown_in_colour(tab: FeaturesTab, window: MainWindow) -> None:
    picture = tab.side.picture
    expected = Recognizer(colour_model()).prepare_picture(plain(BLUE))
    np.testing.assert_array_equal(picture.pixels, expected)
    tab.maps.look_at(Cell(INPUT, 0, 0, 0))
    assert blue_of(picture.grab().toImage().pixelColor(picture.width() // 2, picture.height() // 2 + 20))
    assert "24 by 20" in picture.accessibleDescription()
    assert window.workspace.look.frame is tab.frame


def test_each_channel_has_its_colour_on_the_maps(tab: FeaturesTab) -> None:
    frame = tab.frame
    assert frame is not None
    for channel, strongest in enumerate(("red", "green", "blue")):
        shown = tab.maps.map_shown(INPUT, channel)
        assert shown is not None
        values, colours = shown
        np.testing.assert_array_equal(values, frame[INPUT][channel])
        bright = QColor.fromRgb(int(colours.flat[values.argmax()]))
        levels = {"red": bright.red(), "green": bright.green(), "blue": bright.blue()}
        assert max(levels, key=levels.__getitem__) == strongest
        # Bright is bright, in light colours, too: the smallest number is darker than the largest.
        dark = QColor.fromRgb(int(colours.flat[values.argmin()]))
        assert dark.lightness() <= bright.lightness()


def test_the_arithmetic_of_a_pixel_names_its_channel(tab: FeaturesTab) -> None:
    frame = tab.frame
    assert frame is not None
    for channel, name in enumerate(("red", "green", "blue")):
        tab.maps.go_to(Cell(INPUT, channel, 4, 5))
        tab.panel.show_page(ARITHMETIC)
        shown = tab.panel.show_cell(frame, tab.maps.cell, tab.first.labels)
        assert shown is not None
        assert name in shown.rows[0].name + shown.rows[0].calculation
        value = (frame.pixels[channel, 4, 5] - MEAN[channel]) / STD[channel]
        assert float(frame[INPUT][channel, 4, 5]) == pytest.approx(float(value), abs=1e-5)


def test_texts_name_the_channels_of_the_picture_and_number_other_maps(tab: FeaturesTab, window: MainWindow) -> None:
    frame = tab.frame
    assert frame is not None
    for channel, name in enumerate(("red", "green", "blue")):
        cell = Cell(INPUT, channel, 4, 5)
        tab.maps.go_to(cell)
        assert f"input, {name}, row 4, column 5 is" in tab.maps.accessibleDescription()
        tab.panel.show_page(ARITHMETIC)
        shown = tab.panel.show_cell(frame, cell, tab.first.labels)
        assert shown is not None
        assert shown.title == f"input, {name}, row 4, column 5"
        tab.enlarged.enlarge(cell)
    settle(window)
    titles = [label.text() for label in tab.findChildren(QLabel) if label.isVisible()]
    assert {"input, red", "input, green", "input, blue"} & set(titles)
    shown = tab.panel.show_cell(frame, Cell("conv", 2, 7, 9), tab.first.labels)
    assert shown is not None
    assert shown.title == "conv, map 2, row 7, column 9"
    # Those of the largest sums.
    named = [*(figure.name for figure in shown.figures), *(row.name for row in shown.rows)]
    assert len(set(named) & {"input red", "input green", "input blue"}) >= 2
    assert not any("map" in name for name in named)
    tab.panel.show_page(KERNELS)
    tab.maps.go_to(Cell("conv", 0, 3, 3))
    settle(tab)
    page = tab.panel.findChild(KernelsPage)
    assert page is not None
    assert page.sentence.text().startswith("3 kernels, for red, green and blue of the picture; from ")


def test_the_arithmetic_of_the_first_layer_adds_up_over_three_channels(tab: FeaturesTab) -> None:
    frame, model = tab.frame, tab.model
    assert frame is not None
    assert model is not None
    cell = Cell("conv", 2, 7, 9)
    tab.maps.go_to(cell)
    shown = tab.panel.show_cell(frame, cell, tab.first.labels)
    assert shown is not None
    kernels = next(iter(model.network.parameters())).value[2]
    patch = frame[INPUT][:, 7:10, 9:12]
    assert float(frame["conv"][cell.index]) == pytest.approx(float((kernels * patch).sum()), abs=1e-4)
    assert "3 maps of input" in shown.sentence
    palettes = {figure.grids[0].scale.palette for figure in shown.figures}
    assert palettes <= {"red", "green", "blue"}
    for figure in shown.figures:
        channel = {"red": 0, "green": 1, "blue": 2}[figure.grids[0].scale.palette]
        np.testing.assert_array_equal(figure.grids[0].numbers, patch[channel])
        np.testing.assert_array_equal(figure.grids[1].numbers, kernels[channel])


def test_the_kernels_of_the_first_layer_are_shown_as_colours(tab: FeaturesTab) -> None:
    tab.panel.show_page(KERNELS)
    tab.maps.go_to(Cell("conv", 0, 3, 3))
    settle(tab)
    view = tab.panel.findChild(KernelsView)
    assert view is not None
    image = view.grab().toImage()
    # The middle of the first kernel is minus red and plus blue: the picture of it is blue.
    found = {image.pixel(x, y) & 0xFFFFFF for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert as_picture(np.array([[[-1.0]], [[0.0]], [[1.0]]], np.float32), 1.0)[0, 0] == 0xFF0080FF
    assert any(blue_of(QColor.fromRgb(colour)) for colour in found)


@pytest.mark.parametrize("kind", ["gradient", "gradcam"])
def test_gradients_explain_the_prediction(tab: FeaturesTab, window: MainWindow, kind: str) -> None:
    tab.explain_with(kind)
    settle(window)
    overlay = tab.side.picture.overlay
    assert overlay is not None
    assert np.abs(overlay.values).max() > 0
    assert "ink" not in tab.why.sentence.text().split()


@pytest.mark.parametrize("kind", ["occlusion", "whynot"])
def test_long_explanations_end(tab: FeaturesTab, window: MainWindow, qtbot: QtBot, kind: str) -> None:
    tab.explain_with(kind)
    qtbot.waitUntil(lambda: tab.side.picture.overlay is not None and not tab.busy, timeout=20_000)
    settle(window)
    overlay = tab.side.picture.overlay
    assert overlay is not None
    assert overlay.values.shape == SHAPE[1:]
    assert tab.why.sentence.text()
    assert "ink" not in tab.why.sentence.text().split()


def test_an_unfinished_occlusion_says_how_far_it_is(tab: FeaturesTab, window: MainWindow) -> None:
    tab.explain_with("occlusion")
    pixels = tab.side.picture.pixels
    assert pixels is not None
    steps = list(occlusion(Inspector.of(colour_model()), pixels))
    assert len(steps) > 2
    tab.why._receive(Outcome("occlusion", 1, steps[0], final=False))
    done, total = steps[0].done, steps[0].total
    assert tab.why.sentence.text().startswith(f"{done} of {total} patches so far. The mean decrease")
    assert tab.why.sentence.toolTip() == tab.why.sentence.text()
    tab.why._receive(Outcome("occlusion", 1, steps[-1], final=False))
    assert tab.why.sentence.text().startswith("The mean decrease")
    settle(window)


def test_no_tip_speaks_of_ink(tab: FeaturesTab) -> None:
    tips = [button.toolTip() for button in tab.why.findChildren(QToolButton)]
    assert len(tips) == 5
    assert not any("ink" in tip.split() for tip in tips)


def test_surgery_changes_the_reading_of_the_picture(tab: FeaturesTab, window: MainWindow) -> None:
    before = window.workspace.look.prediction
    assert before is not None
    assert before.label == "blues"
    tab.panel.show_page(SURGERY)
    tab.maps.go_to(Cell("conv", 0, 3, 3))
    tab.panel.surgery.mute()
    settle(window)
    after = window.workspace.look.prediction
    assert after is not None
    assert after.probability != before.probability
    np.testing.assert_array_equal(after.image, before.image)


def test_a_training_step_on_the_picture_lowers_its_loss(tab: FeaturesTab, qtbot: QtBot) -> None:
    tab.panel.show_page(BACKPROP)
    page = tab.panel.findChild(BackpropPage)
    assert page is not None
    qtbot.waitUntil(lambda: page.step is not None, timeout=20_000)
    step = page.step
    assert step is not None
    assert step.loss_after < step.loss


def test_the_preferred_input_is_a_picture(tab: FeaturesTab, qtbot: QtBot) -> None:
    tab.panel.show_page(PREFERRED)
    tab.maps.go_to(Cell("conv", 0, 3, 3))
    page = tab.panel.findChild(PreferredInputPage)
    assert page is not None
    qtbot.waitUntil(lambda: page.view.climbed is not None and not tab.busy, timeout=20_000)
    climbed = page.view.climbed
    assert climbed is not None
    assert climbed.pixels.shape == SHAPE
    seen = climbed.cell
    middle = climbed.pixels[:, seen.row + 1, seen.column + 1]
    assert middle[2] > middle[0], "its kernel asks for blue without red"


def test_a_blank_page_is_not_explained(tab: FeaturesTab, window: MainWindow) -> None:
    tab.explain_with("gradient")
    window.draw_tab.canvas.clear()
    settle(window)
    assert tab.frame is not None
    assert tab.frame.is_blank
    assert tab.side.picture.overlay is None


def test_another_network_beside_it_receives_the_same_picture(tab: FeaturesTab, window: MainWindow) -> None:
    tab.compare_with(colour_model(logits=2), "two logits")
    settle(window)
    assert tab.second.frame is not None
    assert tab.frame is not None
    np.testing.assert_array_equal(tab.second.frame.pixels, tab.frame.pixels)


def test_a_large_network_beside_it_is_read_in_a_worker(tab: FeaturesTab, window: MainWindow, qtbot: QtBot) -> None:
    large = colour_model(logits=2, shape=(3, 400, 500))
    with qtbot.waitSignal(tab.second.looked):
        tab.compare_with(large, "large")
        assert tab.second.takes_long
    assert tab.second.frame is not None
    assert tab.second.frame.pixels.shape == (3, 400, 500)
    assert "blues" in tab.second.reading.text()
    window.draw_tab.canvas.clear()
    qtbot.waitUntil(lambda: tab.second.frame is not None and tab.second.frame.is_blank)


def test_what_one_network_received_is_converted_for_another() -> None:
    ink = np.zeros((28, 28), np.float32)
    ink[10:20, 10:20] = 1
    picture = pixels_for(SHAPE, ink, picture=True)
    assert picture.shape == SHAPE
    assert picture[:, 0, 0].tolist() == [1, 1, 1], "paper is white"
    assert picture[:, 10, 12].max() < 0.1
    back = pixels_for((1, 28, 28), picture)
    assert back.shape == (1, 28, 28)
    assert back[0, 14, 14] > 0.9
    assert pixels_for(SHAPE, None, picture=True).min() == 1
    assert pixels_for((1, 28, 28), None).max() == 0


def test_every_zoom_enlarges_large_maps() -> None:
    """Maps of more than 28 cells take a pixel for each cell without zoom, and grow with every second step at least."""
    plan = ARCHITECTURES["catdog"]
    layers = shown_layers(Structure(model_of(plan).network, plan.input_shape), 2, picture=True)
    cells = []
    for zoom in range(len(ZOOMS)):
        placement = lay_out(layers, zoom, height=400, head=60, widths={}, ratio=1.0)
        cells.append([block.cell for block in placement.blocks if block.layer.height > 28])
    assert set(cells[0]) == {1}
    for smaller, larger in zip(cells[::2], cells[2::2], strict=False):
        assert all(one < other for one, other in zip(smaller, larger, strict=True))


def test_the_page_of_maps_has_one_widget_for_all_maps(tab: FeaturesTab) -> None:
    assert len(tab.maps.viewport().children()) == 0
    point = tab.maps.point_of(Cell("conv", 0, 3, 3))
    assert point is not None
    assert tab.maps.place_at(QPoint(point).toPointF()) == Cell("conv", 0, 3, 3)
