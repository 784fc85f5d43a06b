"""The map of points in the real window: what is painted is what is computed; pointer, keys, other networks."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitpad.data.dataset import Dataset
from digitpad.evaluation.film.points import LayerPoints, Plane, layer_points
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace import example_images
from digitpad.gui.workspace.models import LoadedModel, Moment, at_moment
from digitpad.gui.workspace.points import controls as controls_module
from digitpad.gui.workspace.points.colours import class_colour
from digitpad.gui.workspace.points.view import Listing, PointsView
from digitpad.gui.workspace.points.work import PlacedPoints
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import Architecture, build
from digitpad.nn.architectures.presets import convnet
from digitpad.reading.recognizer import Recognizer
from digitpad.training.film.reader import Film
from digitpad.training.run import Run
from tests.gui.settling import settle

_LEFT = Qt.MouseButton.LeftButton
_COUNT = 40
_EMPTY_SPOT = QPoint(2, 2)
SMALL = convnet("small", (4, 6), 12)


def _images(classes: tuple[str, ...] = tuple("0123456789")) -> Dataset:
    pixels = np.random.default_rng(4).integers(0, 256, (_COUNT, 1, 28, 28), dtype=np.uint8)
    return Dataset.of("noise", pixels, (np.arange(_COUNT) % len(classes)).astype(np.int64), classes=classes)


def _loaded(seed: int = 3, name: str = "small", labels: tuple[str, ...] = tuple("0123456789")) -> LoadedModel:
    network = build(SMALL, rng=np.random.default_rng(seed))
    model = Model(network, SMALL, ModelMetadata(labels=labels), name)
    return LoadedModel(name, Path("small.safetensors"), 0.1307, 0.3081, Recognizer(model))


def _points(network: LoadedModel, images: Dataset, layer: str) -> LayerPoints:
    assert network.model is not None
    work = layer_points(network.model, images, layer)
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: LayerPoints = end.value
            return found


@pytest.fixture
def points_window(theme: Theme, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(example_images, "mnist_test_set", _images)
    network = _loaded()

    def load(_name: str | Path | None = None) -> LoadedModel:
        return network

    window = MainWindow(theme, settings, load)
    window.resize(1280, 800)
    window.show()
    window.use_model(None)
    settle(window)
    yield window
    window.close()
    shiboken6.delete(window)


@pytest.fixture
def view(points_window: MainWindow, qtbot: QtBot) -> PointsView:
    tab = points_window.go_to("Features")
    assert isinstance(tab, FeaturesTab)
    tab.panel.show_page(5)
    found = tab.panel.points.view
    qtbot.waitUntil(lambda: found.follower.shown is not None and not found.follower.busy)
    return found


def _wait(view: PointsView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not view.follower.busy and view.follower.shown is not None)


def _under(view: PointsView) -> int | None:
    return view.map.under


def _shown(view: PointsView) -> PlacedPoints | None:
    return view.follower.shown


def _network(view: PointsView) -> LoadedModel | None:
    return None if view.follower.shown is None else view.follower.shown.network


def _is_embedded(view: PointsView) -> bool:
    return view.follower.shown is not None and view.follower.shown.embedding is not None


def _is_computed(view: PointsView) -> bool:
    return view.follower.shown is not None and view.follower.shown.points is not None


def _drawing(view: PointsView) -> NDArray[np.float32] | None:
    return view.map.drawing


def test_the_points_are_the_projected_outputs_of_the_layer(view: PointsView, theme: Theme) -> None:
    placed = _shown(view)
    assert placed is not None
    assert placed.layer == view.controls.layer.chosen
    assert placed.layer not in {"input", view.layers[-1]}
    expected = _points(placed.network, _images(), placed.layer)
    np.testing.assert_array_equal(placed.places, Plane.fit(expected.values).place(expected.values))
    np.testing.assert_array_equal(placed.predicted, expected.predicted)
    np.testing.assert_array_equal(placed.truth, np.arange(_COUNT) % 10)
    assert view.words.text().startswith(f"{int(placed.wrong.sum())} of {_COUNT} images misread")
    # Each lonely point has the colour of its class on the screen.
    image = view.map.grab().toImage()
    pixels = np.array([[p.x(), p.y()] for p in map(view.map.pixel_of, range(_COUNT))])
    distances = np.linalg.norm(pixels[:, np.newaxis] - pixels, axis=2) + 1e9 * np.eye(_COUNT)
    outermost = int(distances.min(axis=1).argmax())
    at = view.map.pixel_of(outermost).toPoint()
    colour, expected_colour = image.pixelColor(at), class_colour(theme, int(placed.truth[outermost]))
    assert abs(colour.hue() - expected_colour.hue()) <= 12


def test_pointing_shows_the_image_and_clicking_opens_it_in_draw(view: PointsView, points_window: MainWindow) -> None:
    QTest.mouseMove(view.map, _EMPTY_SPOT)
    assert _under(view) is None
    at = view.map.pixel_of(7).toPoint()
    QTest.mouseMove(view.map, at)
    index = _under(view)
    assert index is not None
    assert f"image {index}" in view.map.accessibleDescription()
    before = view.map.grab().toImage()
    QTest.mouseMove(view.map, _EMPTY_SPOT)
    assert _under(view) is None
    assert view.map.grab().toImage() != before
    QTest.mouseClick(view.map, _LEFT, pos=at)
    settle(points_window)
    pixels = points_window.workspace.look.pixels
    assert pixels is not None
    np.testing.assert_array_equal(pixels, _images().images[index][0].astype(np.float32) / np.float32(255))
    assert points_window.draw_tab.isVisible()


def _drag(view: PointsView, path: list[QPoint]) -> Listing:
    found: list[Listing] = []
    view.listed.connect(found.append)
    QTest.mousePress(view.map, _LEFT, pos=path[0])
    for point in path[1:]:
        QTest.mouseMove(view.map, point)
    QTest.mouseRelease(view.map, _LEFT, pos=path[-1])
    view.listed.disconnect(found.append)
    return found[-1]


def test_a_rectangle_lists_the_images_in_it(view: PointsView) -> None:
    rect = view.map.rect()
    half = QPoint(rect.width() // 2, rect.height() - 2)
    listing = _drag(view, [QPoint(1, 1), QPoint(40, 40), half])
    expected = [i for i in range(_COUNT) if view.map.pixel_of(i).x() < half.x() and view.map.pixel_of(i).y() < half.y()]
    assert 0 < len(expected) < _COUNT
    assert listing.indices.tolist() == expected
    assert listing.title == "Selected"


def test_a_lasso_lists_the_images_in_it(view: PointsView) -> None:
    QTest.mouseClick(view.controls.selection_buttons[1], _LEFT)
    rect = view.map.rect()
    corner = QPoint(rect.width() - 2, 1)
    listing = _drag(view, [QPoint(1, 1), corner, QPoint(1, rect.height() - 2)])
    expected = []
    for index in range(_COUNT):
        at = view.map.pixel_of(index)
        if (at.x() - 1) / (rect.width() - 3) + (at.y() - 1) / (rect.height() - 3) < 1:
            expected.append(index)
    assert 0 < len(expected) < _COUNT
    assert listing.indices.tolist() == expected


def test_the_keyboard_goes_from_point_to_point(view: PointsView, points_window: MainWindow) -> None:
    QTest.keyClick(view.map, Qt.Key.Key_Right)
    first = _under(view)
    assert first is not None
    QTest.keyClick(view.map, Qt.Key.Key_Right)
    second = _under(view)
    assert second is not None
    assert view.map.pixel_of(second).x() >= view.map.pixel_of(first).x()
    QTest.keyClick(view.map, Qt.Key.Key_Escape)
    assert _under(view) is None
    QTest.keyClick(view.map, Qt.Key.Key_Up)
    QTest.keyClick(view.map, Qt.Key.Key_Return)
    settle(points_window)
    assert points_window.draw_tab.isVisible()


def test_the_drawing_is_a_point_that_moves_with_it(view: PointsView, points_window: MainWindow) -> None:
    assert _drawing(view) is None
    assert not view.controls.nearest.isEnabled()
    workspace, placed = points_window.workspace, _shown(view)
    assert placed is not None
    seen: list[NDArray[np.float32]] = []
    for index in (5, 9):
        workspace.show_pixels(_images().images[index][0].astype(np.float32) / np.float32(255), "x")
        settle(points_window)
        drawing = _drawing(view)
        assert drawing is not None
        seen.append(drawing)
        np.testing.assert_allclose(drawing, placed.places[index], atol=1e-3)
    assert not np.array_equal(seen[0], seen[1])
    found: list[Listing] = []
    view.listed.connect(found.append)
    QTest.mouseClick(view.controls.nearest, _LEFT)
    assert found[-1].indices[0] == 9
    workspace.drawing.put("clear", Page())
    settle(points_window)
    assert _drawing(view) is None


def test_another_moment_keeps_the_plane_and_another_network_does_not(
    view: PointsView, points_window: MainWindow, qtbot: QtBot
) -> None:
    first = _shown(view)
    assert first is not None
    later = _loaded(seed=8, name="small, step 2")
    points_window.workspace.look_by(later)
    qtbot.waitUntil(lambda: _network(view) is later)
    second = _shown(view)
    assert second is not None
    assert second.plane is first.plane
    expected = _points(later, _images(), first.layer)
    np.testing.assert_array_equal(second.places, first.plane.place(expected.values))
    with qtbot.waitSignal(view.follower.placed):
        QTest.mouseClick(view.controls.refit, _LEFT)
    third = _shown(view)
    assert third is not None
    np.testing.assert_array_equal(third.plane.center, expected.values.mean(axis=0))
    other = replace(_loaded(seed=9), path=Path("elsewhere.safetensors"))
    points_window.workspace.look_by(other)
    assert _shown(view) is None
    qtbot.waitUntil(lambda: _shown(view) is not None)
    fourth = _shown(view)
    assert fourth is not None
    assert fourth.plane is not third.plane


def test_moments_of_a_film_are_shown_at_once(
    view: PointsView, points_window: MainWindow, filmed_run: Path, qtbot: QtBot
) -> None:
    run = Run(filmed_run)
    film = Film.open(run)
    last, first = (
        at_moment(film.model(frame), Moment(run.folder, frame.step, frame.is_exact, frame.path))
        for frame in (film.frames[-1], film.frames[0])
    )
    points_window.workspace.look_by(last)
    qtbot.waitUntil(lambda: view.follower.moments.keys() == {frame.step for frame in film.frames})
    before = _shown(view)
    assert before is not None
    assert before.network is last
    points_window.workspace.look_by(first)
    # In the same turn of the event loop, before anything is computed.
    now = _shown(view)
    assert now is not None
    assert now.network is first
    expected = _points(first, _images(), now.layer)
    np.testing.assert_array_equal(now.places, before.plane.place(expected.values))
    np.testing.assert_array_equal(now.predicted, expected.predicted)
    qtbot.waitUntil(lambda: _is_computed(view))
    later = _shown(view)
    assert later is not None
    np.testing.assert_array_equal(later.places, now.places)


def test_a_network_without_the_layer_shows_another(view: PointsView, points_window: MainWindow, qtbot: QtBot) -> None:
    view.controls.layer.choose("pool2")
    _wait(view, qtbot)
    plan = Architecture(
        "flat",
        (1, 28, 28),
        (
            {"name": "flatten", "type": "Flatten"},
            {"name": "fc", "type": "Linear", "in_features": 784, "out_features": 10},
        ),
    )
    model = Model(build(plan, rng=np.random.default_rng(0)), plan, ModelMetadata(), "flat")
    points_window.workspace.look_by(LoadedModel("flat", Path("flat"), 0.1307, 0.3081, Recognizer(model)))
    qtbot.waitUntil(lambda: _shown(view) is not None)
    assert "pool2" not in view.layers
    placed = _shown(view)
    assert placed is not None
    assert placed.layer == view.controls.layer.chosen


def test_without_opentsne_its_entry_says_how_to_install_it(view: PointsView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controls_module, "is_installed", lambda _name: False)
    QTest.mouseClick(view.controls.method_buttons[1], _LEFT)
    assert view.controls.method_buttons[0].isChecked()
    assert not view.controls.method_buttons[1].isChecked()
    assert "pip install 'digitpad[embedding]'" in view.words.text()
    assert not view.follower.by_neighbours


def test_t_sne_places_the_points(view: PointsView, points_window: MainWindow, qtbot: QtBot) -> None:
    pytest.importorskip("openTSNE")
    QTest.mouseClick(view.controls.method_buttons[1], _LEFT)
    qtbot.waitUntil(lambda: _is_embedded(view))
    placed = _shown(view)
    assert placed is not None
    assert placed.embedding is not None
    np.testing.assert_array_equal(placed.places, placed.embedding.places)
    points_window.workspace.show_pixels(_images().images[3][0].astype(np.float32) / np.float32(255), "x")
    settle(points_window)
    outputs = view.follower.outputs
    assert outputs is not None
    drawing = _drawing(view)
    assert drawing is not None
    np.testing.assert_allclose(drawing, placed.embedding.place(outputs.values[3]), atol=1e-4)


def test_classes_have_any_names(view: PointsView, points_window: MainWindow, qtbot: QtBot) -> None:
    names = tuple(f"kind of thing {number}" for number in range(10))
    view.use_images(_images(names))
    points_window.workspace.look_by(_loaded(labels=names, name="things"))
    qtbot.waitUntil(lambda: view.caption(3).names != () and view.caption(3).names[0] == names[3])
    assert view.caption(3).names[0] == "kind of thing 3"


def test_a_network_whose_data_are_unknown_says_so(view: PointsView, points_window: MainWindow, qtbot: QtBot) -> None:
    names = tuple("abcdefghij")
    points_window.workspace.look_by(_loaded(labels=names, name="letters"))
    qtbot.waitUntil(lambda: "does not record its data" in view.words.text())
    assert _shown(view) is None


def test_evaluate_shows_the_map_without_an_evaluation(points_window: MainWindow, qtbot: QtBot) -> None:
    tab = points_window.go_to("Evaluate")
    assert isinstance(tab, EvaluationTab)
    tab.views[6].trigger()
    view = tab.results.points
    qtbot.waitUntil(lambda: _shown(view) is not None)
    placed = _shown(view)
    assert placed is not None
    assert tab.results.gallery.indices.tolist() == placed.mistakes().tolist()
    QTest.mouseClick(view.map, _LEFT, pos=view.map.pixel_of(2).toPoint())
    settle(points_window)
    assert points_window.draw_tab.isVisible()
    assert points_window.workspace.looked_at is placed.network
    points_window.go_to("Evaluate")
    tab.views[0].trigger()
    assert not view.isVisible()
