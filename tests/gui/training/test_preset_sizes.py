"""The sizes of the presets in the menu of networks, and the thread in which they are determined."""

import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from digitpad.data.ink import write_ink
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training import preset_sizes
from digitpad.gui.training.preset_sizes import describe_preset, suitable_presets
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.fields import ComboBox
from digitpad.nn import Architecture
from digitpad.training.data_facts import MNIST_FACTS, DataFacts
from digitpad.training.network_fit import NetworkFit, fit_network
from tests.drawn_shapes import drawn_shapes
from tests.gui.settling import settle

COLOURS = DataFacts("pets", 10, ("cat", "dog"), ("cat", "dog"), (3, 64, 64))


def test_a_preset_has_a_size_once_the_data_are_known() -> None:
    assert describe_preset("light", None) == "light"
    assert describe_preset("light", MNIST_FACTS) == "light · 26,698 weights"
    assert describe_preset("light", COLOURS) != describe_preset("light", MNIST_FACTS)


def test_networks_for_colour_suit_colour_pictures_alone() -> None:
    assert "catdog" in suitable_presets(COLOURS)
    assert "catdog" not in suitable_presets(MNIST_FACTS)
    assert "unet" not in suitable_presets(COLOURS)


def test_the_window_fits_no_preset_itself(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.go_to("Train")
    settle(window)
    train = window.findChild(TrainTab, "trainTab")
    assert train is not None
    shapes = tmp_path / "shapes.jsonl"
    write_ink(shapes, drawn_shapes(6, 1))
    threads = []

    def fit(architecture: Architecture, facts: DataFacts) -> NetworkFit:
        threads.append(threading.current_thread())
        return fit_network(architecture, facts)

    preset_sizes._parameters.cache_clear()
    monkeypatch.setattr(preset_sizes, "fit_network", fit)
    train.editor.change(dataset=str(shapes))
    qtbot.waitUntil(lambda: not train.note.is_reading, timeout=20_000)
    network = train.findChild(ComboBox, "trainNetwork")
    assert network is not None
    assert network.currentText() == "light · 26,500 weights"
    assert threads
    assert threading.main_thread() not in threads
