"""Distributions in the real window: what is painted is what is computed, of a network and over the film of a run."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitpad.data.dataset import Dataset
from digitpad.evaluation.film.distributions import distributions, following_distributions
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace import example_images
from digitpad.gui.workspace.distributions.chart import DistributionsChart
from digitpad.gui.workspace.distributions.view import DistributionsView
from digitpad.gui.workspace.distributions.work import Ridge
from digitpad.gui.workspace.models import LoadedModel, Moment, at_moment
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import ARCHITECTURES, build
from digitpad.reading.recognizer import Recognizer
from digitpad.training.film.reader import Film
from digitpad.training.histograms import Histogram
from digitpad.training.run import Run

_LEFT = Qt.MouseButton.LeftButton
LIGHT = ARCHITECTURES["light"]


def _images() -> Dataset:
    pixels = np.random.default_rng(4).integers(0, 256, (70, 1, 28, 28), dtype=np.uint8)
    return Dataset.of("noise", pixels, (np.arange(70) % 10).astype(np.int64))


@pytest.fixture
def network() -> LoadedModel:
    model = Model(build(LIGHT, rng=np.random.default_rng(3)), LIGHT, ModelMetadata(), "light")
    return LoadedModel("light", Path("light.safetensors"), 0.1307, 0.3081, Recognizer(model))


@pytest.fixture
def distributions_window(
    theme: Theme, settings: Settings, monkeypatch: pytest.MonkeyPatch, network: LoadedModel
) -> Iterator[MainWindow]:
    monkeypatch.setattr(example_images, "mnist_test_set", _images)

    def load(_name: str | Path | None = None) -> LoadedModel:
        return network

    window = MainWindow(theme, settings, load)
    window.resize(1280, 800)
    window.show()
    window.use_model(None)
    yield window
    window.close()
    shiboken6.delete(window)


@pytest.fixture
def view(distributions_window: MainWindow, qtbot: QtBot) -> DistributionsView:
    tab = distributions_window.go_to("Features")
    assert isinstance(tab, FeaturesTab)
    tab.panel.show_page(6)
    found = tab.panel.distributions
    qtbot.waitUntil(lambda: bool(found.chart.ridges))
    return found


def _choose(view: DistributionsView, quantity: int, time: int, qtbot: QtBot) -> None:
    QTest.mouseClick(view.quantities.button(quantity), _LEFT)
    QTest.mouseClick(view.times.button(time), _LEFT)
    qtbot.waitUntil(lambda: not view.busy and view.words.text() != "")


def test_the_weights_and_activations_are_those_of_the_network(
    view: DistributionsView, network: LoadedModel, qtbot: QtBot
) -> None:
    assert network.model is not None
    expected = distributions(network.model, _images().pixels[:64])
    assert view.chart.ridges == (Ridge(None, expected.weights),)
    assert view.chart.layers == tuple(expected.weights)
    QTest.mouseClick(view.quantities.button(2), _LEFT)
    qtbot.waitUntil(lambda: view.chart.layers == tuple(expected.activations))
    assert view.chart.ridges == (Ridge(None, expected.activations),)
    assert view.words.text().endswith("Outputs for 64 images.")


def test_without_a_film_it_says_so(view: DistributionsView, qtbot: QtBot) -> None:
    QTest.mouseClick(view.quantities.button(1), _LEFT)
    qtbot.waitUntil(lambda: "No gradients" in view.words.text())
    assert view.chart.ridges == ()
    QTest.mouseClick(view.quantities.button(0), _LEFT)
    QTest.mouseClick(view.times.button(1), _LEFT)
    qtbot.waitUntil(lambda: "has no film" in view.words.text())


def test_over_a_run_each_moment_is_a_ridge(
    view: DistributionsView, distributions_window: MainWindow, filmed_run: Path, qtbot: QtBot
) -> None:
    run = Run(filmed_run)
    film = Film.open(run)
    frame = film.frames[-1]
    moment = at_moment(film.model(frame), Moment(run.folder, frame.step, frame.is_exact, frame.path))
    distributions_window.workspace.look_by(moment)
    _choose(view, 0, 1, qtbot)
    expected = tuple(Ridge(one.step, one.weights) for one in following_distributions(film))
    assert len(expected) > 1
    qtbot.waitUntil(lambda: view.chart.ridges == expected)
    assert view.words.text() == f"Steps 0 to {frame.step}, the first one at the top."
    _choose(view, 1, 1, qtbot)
    kept = film.gradients()
    assert kept
    qtbot.waitUntil(lambda: view.chart.ridges == tuple(Ridge(one.step, one.layers) for one in kept))
    _choose(view, 1, 0, qtbot)
    qtbot.waitUntil(lambda: view.chart.ridges == (Ridge(kept[-1].step, kept[-1].layers),))


def test_a_ridge_is_as_high_as_its_values_are_dense(theme: Theme, qtbot: QtBot) -> None:
    chart = DistributionsChart(theme)
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    wide, narrow = Histogram(-2.0, 2.0, (1, 3, 3, 1)), Histogram(0.0, 1.0, (4, 2))
    chart.show_ridges([Ridge(1, {"fc": wide}), Ridge(2, {"fc": narrow})])
    first, second = _points(chart, 0), _points(chart, 1)
    assert _area(first) == pytest.approx(_area(second), rel=1e-6)
    heights = [first[0].y() - first[place].y() for place in (1, 3, 5, 7)]
    assert heights == pytest.approx([heights[0] * factor for factor in (1, 3, 3, 1)])
    assert second[0].x() == pytest.approx((first[0].x() + first[-1].x()) / 2)
    image = chart.grab().toImage()
    inside = QPointF(second[0].x() + 20, second[0].y() - 4).toPoint()
    assert image.pixelColor(inside).saturation() > 30


def _points(chart: DistributionsChart, number: int) -> list[QPointF]:
    outline = chart.outline("fc", number)
    return [outline.at(place) for place in range(outline.size())]


def _area(points: list[QPointF]) -> float:
    base = points[0].y()
    return sum(
        (after.x() - point.x()) * (base - point.y()) for point, after in pairwise(points[1:]) if point.y() == after.y()
    )


def test_equal_values_have_a_ridge_and_keys_describe_the_layers(theme: Theme, qtbot: QtBot) -> None:
    chart = DistributionsChart(theme)
    qtbot.addWidget(chart)
    chart.resize(500, 200)
    equal = Histogram(0.0, 0.0, (0, 5, 0, 0))
    chart.show_ridges([Ridge(None, {"one": equal, "two": Histogram(0.0, 1.0, (1, 2))})])
    chart.grab()
    assert chart.accessibleDescription() == "one: 5 values from 0 to 0"
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.accessibleDescription() == "two: 3 values from 0 to 1"
    chart.show_ridges(())
    assert chart.accessibleDescription() == "Nothing to show"


def test_train_opens_them_in_a_dialog(distributions_window: MainWindow, network: LoadedModel, qtbot: QtBot) -> None:
    tab = distributions_window.go_to("Train")
    assert isinstance(tab, TrainTab)
    tab.dialogs.show_distributions()
    dialog = tab.dialogs.distributions
    assert dialog is not None
    qtbot.waitUntil(lambda: bool(dialog.view.chart.ridges))
    assert network.model is not None
    assert dialog.view.chart.ridges == (Ridge(None, distributions(network.model).weights),)
    dialog.close()
