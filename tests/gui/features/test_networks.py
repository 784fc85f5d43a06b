"""Other networks on the tab: one beside the first, and the one in training."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Inspector
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.percent import percent
from digitpad.models.model_file import Model, bundled_models, save_model
from digitpad.reading.recognizer import Recognizer
from tests.gui.settling import settle

Ink = Callable[[FeaturesTab], None]


def test_two_networks_show_one_drawing(tab: FeaturesTab, ink: Ink, other_model: Model, tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_model(path, other_model)
    ink(tab)
    alone = not tab.comparing
    assert alone
    tab.compare_with_path(path)
    settle(tab)
    assert tab.comparing
    assert tab.second.frame is not None
    assert tab.frame is not None
    np.testing.assert_array_equal(tab.second.frame.pixels, tab.frame.pixels)
    assert "other reads" in tab.second.reading.text()
    assert "small reads" in tab.first.reading.text()
    before = tab.second.frame
    ink(tab)
    assert tab.second.frame is not before
    tab.second.maps.go_to(Cell("conv2", 4, 6, 6))
    shown = tab.panel.arithmetic.shown
    assert shown is not None
    assert "over 3 maps of pool1" in shown.sentence
    tab.maps.go_to(Cell("conv2", 4, 6, 6))
    shown = tab.panel.arithmetic.shown
    assert shown is not None
    assert "over 4 maps of pool1" in shown.sentence
    tab.stop_comparing()
    assert not tab.comparing


def test_each_of_two_networks_shows_why_it_answers(tab: FeaturesTab, ink: Ink, other_model: Model) -> None:
    ink(tab)
    tab.compare_with(other_model, "other")
    tab.explain_with("gradcam")
    settle(tab)
    tab.explain_with("none")
    settle(tab)
    plain = tab.second.maps.grab().toImage()
    tab.explain_with("gradient")
    settle(tab)
    frame = tab.second.frame
    assert frame is not None
    np.testing.assert_array_equal(
        frame.gradients["input"], Inspector.of(other_model).inspect(frame.pixels, gradients=True).gradients["input"]
    )
    assert tab.second.maps.grab().toImage() != plain
    tab.explain_with("none")
    settle(tab)
    assert tab.second.maps.grab().toImage() == plain
    overlaid = tab.why.overlay_on(frame)
    assert overlaid is None


def test_how_far_two_networks_differ_is_told_of_the_layer_that_is_looked_at(
    tab: FeaturesTab, ink: Ink, retrained_model: Model
) -> None:
    ink(tab)
    tab.compare_with(retrained_model, "retrained")
    one, other = tab.first.frame, tab.second.frame
    assert one is not None
    assert other is not None
    for maps in (tab.maps, tab.second.maps):
        maps.go_to(Cell("conv2", 1, 3, 3))
        before, change = one["conv2"], other["conv2"] - one["conv2"]
        share = float(np.linalg.norm(change) / np.linalg.norm(before))
        assert tab.panel.differing.text() == f"conv2: the two differ by {percent(share)}"
    tab.maps.go_to(Cell("softmax", 1))
    assert tab.panel.differing.text() == ""
    tab.stop_comparing()
    assert tab.panel.differing.text() == ""


def test_networks_of_other_shapes_are_not_compared_number_by_number(
    tab: FeaturesTab, ink: Ink, other_model: Model
) -> None:
    ink(tab)
    tab.compare_with(other_model, "other")
    tab.maps.go_to(Cell("conv1", 1, 3, 3))
    assert tab.panel.differing.text() == "conv1: the shapes differ"
    tab.maps.go_to(Cell("fc2", 1))
    assert "fc2: the two differ by" in tab.panel.differing.text()


def test_a_file_that_is_no_model_is_complained_of(
    features_window: MainWindow, tab: FeaturesTab, tmp_path: Path
) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(b"not a model")
    tab.compare_with_path(path)
    assert features_window.messages.message is not None
    assert "broken.safetensors" in features_window.messages.message.text
    assert not tab.comparing


def test_the_menu_offers_the_bundled_models(tab: FeaturesTab) -> None:
    tab.compare_menu.fill()
    names = {action.objectName() for action in tab.compare_menu.actions()}
    assert {f"network-{path.stem}" for path in bundled_models()} | {"networkBrowse", "networkClose"} <= names


def test_the_network_in_training_forms_before_ones_eyes(
    features_window: MainWindow, tab: FeaturesTab, ink: Ink, retrained_model: Model, tmp_path: Path
) -> None:
    ink(tab)
    tab.maps.go_to(Cell("conv1", 2, 4, 4), pin=True)
    before = tab.frame
    assert before is not None
    features_window.workspace.show_training(Recognizer(retrained_model), 40, tmp_path)
    settle(tab)
    assert tab.frame is not None
    known = Recognizer(retrained_model).activations(tab.frame.pixels[0])
    np.testing.assert_array_equal(tab.frame.activations["conv2"], known["conv2"])
    assert tab.maps.cell == Cell("conv1", 2, 4, 4)
    assert tab.tools.live.isVisible()
    tab.tools.live.click()
    settle(tab)
    np.testing.assert_array_equal(tab.frame.activations["conv2"], before.activations["conv2"])
    features_window.workspace.show_training(Recognizer(retrained_model), 40, tmp_path)
    settle(tab)
    np.testing.assert_array_equal(tab.frame.activations["conv2"], before.activations["conv2"])
    tab.tools.live.click()
    settle(tab)
    features_window.workspace.end_training()
    settle(tab)
    np.testing.assert_array_equal(tab.frame.activations["conv2"], before.activations["conv2"])
    assert not tab.tools.live.isVisible()


def test_maps_are_saved_as_the_command_line_saves_them(
    features_window: MainWindow, tab: FeaturesTab, ink: Ink, model: Model, tmp_path: Path, qtbot: QtBot
) -> None:
    ink(tab)
    assert tab.frame is not None
    image = tab.frame.pixels[0]
    tab.files.save_to(tmp_path / "maps")
    qtbot.waitUntil(lambda: features_window.messages.message is not None, timeout=20000)
    with np.load(tmp_path / "maps" / "features.npz") as saved:
        for name, array in Recognizer(model).activations(image).items():
            np.testing.assert_array_equal(saved[name][0], array)
    assert (tmp_path / "maps" / "01-conv1.png").is_file()


def test_a_folder_that_cannot_be_written_is_complained_of(
    features_window: MainWindow, tab: FeaturesTab, ink: Ink, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "file").touch()
    ink(tab)
    tab.files.save_to(tmp_path / "file" / "maps")
    qtbot.waitUntil(lambda: features_window.messages.message is not None, timeout=20000)
    assert features_window.messages.message is not None
    assert "choose another folder" in features_window.messages.message.text


def test_what_a_unit_looks_for_comes_from_the_background(tab: FeaturesTab, ink: Ink, qtbot: QtBot) -> None:
    ink(tab)
    tab.panel.show_page(2)
    tab.maps.go_to(Cell("relu1", 1, 5, 5))
    page = tab.panel.unit
    qtbot.waitUntil(lambda: page.view.climbed is not None, timeout=30000)
    qtbot.waitUntil(lambda: len(page.view.images) == 9, timeout=30000)
    assert page.exciting is not None
    values = page.exciting.values[1]
    assert (np.diff(values) <= 0).all()
    top, left, bottom, right = page.view.images[0][1]
    assert (bottom - top, right - left) <= (3, 3)
    assert not page.grab().isNull()
    tab.panel.show_page(0)
    qtbot.waitUntil(lambda: not tab.busy, timeout=30000)
