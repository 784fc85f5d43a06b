"""Evaluate with a network for pictures: images in colour, decoded when they are in view."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitpad.data.dataset import Dataset
from digitpad.data.lazy_pictures import PictureFiles
from digitpad.evaluation import Disturbance
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.gallery import Caption
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import save_model
from tests.gui.colours import CLASSES, SHAPE, colour_model, plain, save_picture
from tests.gui.evaluation.conftest import pixels_of
from tests.gui.settling import settle

RED, BLUE = (200, 40, 40), (40, 60, 210)
EACH = 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of photographs; the last of each class has the colour of the other one."""
    for label, colour, other in ((CLASSES[0], RED, BLUE), (CLASSES[1], BLUE, RED)):
        (tmp_path / "colours" / label).mkdir(parents=True)
        for number in range(EACH):
            shown = other if number == EACH - 1 else colour
            pixels = plain((shown[0] - 3 * number, shown[1], shown[2]), (90, 70))
            save_picture(tmp_path / "colours" / label / f"{number}.jpg", pixels)
    return tmp_path / "colours"


@pytest.fixture
def window(theme: Theme, settings: Settings, tmp_path: Path) -> Iterator[MainWindow]:
    save_model(tmp_path / "colour.safetensors", colour_model())
    window = MainWindow(theme, settings)
    window.resize(1024, 640)
    window.show()
    window.use_model(tmp_path / "colour.safetensors")
    settle(window)
    yield window
    window.close()
    shiboken6.delete(window)


@pytest.fixture
def tab(window: MainWindow, folder: Path, qtbot: QtBot) -> EvaluationTab:
    """Return the tab with the results of the network for the photographs."""
    tab = window.go_to("Evaluate")
    assert isinstance(tab, EvaluationTab)
    tab.setup.add_data(str(folder))
    tab.start.trigger()
    qtbot.waitUntil(lambda: not tab.is_running and len(tab.results.gallery.indices) > 0, timeout=30_000)
    return tab


def test_the_mistakes_are_shown_in_their_colours(tab: EvaluationTab, qtbot: QtBot) -> None:
    gallery = tab.results.gallery
    assert len(gallery.indices) == 2, "one mistake in each class"

    def colours_are_shown() -> bool:
        image = gallery.viewport().grab().toImage()
        middles = [image.pixelColor(gallery.image_rect(place).center()) for place in range(2)]
        kinds = {"red" if one.red() > one.blue() + 80 else "blue" for one in middles if one.saturation() > 80}
        return kinds == {"red", "blue"}

    qtbot.waitUntil(colours_are_shown)
    assert {pixels_of(gallery, place).shape for place in range(2)} == {SHAPE}
    said = " ".join(_description(tab, place) for place in range(2))
    assert "reds, read as blues" in said
    assert "blues, read as reds" in said


def _description(tab: EvaluationTab, place: int) -> str:
    gallery = tab.results.gallery
    gallery.setFocus()
    QTest.keyClick(gallery, Qt.Key.Key_Home)
    for _ in range(place):
        QTest.keyClick(gallery, Qt.Key.Key_Right)
    return gallery.accessibleDescription()


def test_the_matrix_and_the_figures_name_the_classes(tab: EvaluationTab) -> None:
    tab.results.matrix.choose((0, 1))
    assert "reds read as blues: 1 of 4" in tab.results.matrix.accessibleDescription()
    (row,) = tab.figures.texts
    assert row[1] == "75.00\N{NO-BREAK SPACE}%"
    assert sorted(tab.results.classes.names()) == sorted(CLASSES)


def _note_decoding(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """Return a list that grows by the thread of each access to pictures."""
    threads: list[threading.Thread] = []
    read = PictureFiles.__getitem__

    def note(pictures: PictureFiles, index: object) -> object:
        threads.append(threading.current_thread())
        return read(pictures, index)

    monkeypatch.setattr(PictureFiles, "__getitem__", note)
    return threads


def test_an_opened_picture_is_read_in_draw_as_it_was_evaluated(
    tab: EvaluationTab, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = tab.results.gallery
    pixels, index = pixels_of(gallery, 1), int(gallery.indices[1])
    threads = _note_decoding(monkeypatch)
    with qtbot.waitSignal(gallery.fetched, timeout=20_000):
        QTest.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=gallery.image_rect(1).center())
    assert threads
    assert threading.main_thread() not in threads
    settle(window)
    look = window.workspace.look
    assert look.prediction is not None
    np.testing.assert_array_equal(np.rint(look.prediction.image * 255), pixels)
    assert tab.results.measured is not None
    (result,) = tab.results.measured.evaluations
    np.testing.assert_allclose(
        look.prediction.probabilities, np.exp(result.log_probabilities[index]), rtol=1e-4, atol=1e-6
    )
    picture = window.draw_tab.canvas.sketch.page.picture
    assert picture is not None
    assert picture.photograph is not None
    np.testing.assert_array_equal(picture.photograph.transpose(2, 0, 1), pixels)


def test_disturbed_pictures_are_shown_in_colour(tab: EvaluationTab, qtbot: QtBot) -> None:
    chart = next(one for one in tab.results.robustness.charts if one.disturbance is Disturbance.NOISE)
    chart.amount_chosen.emit(Disturbance.NOISE, 0.4)
    qtbot.waitUntil(lambda: len(tab.results.gallery.indices) == 2 * EACH, timeout=20_000)
    disturbed = pixels_of(tab.results.gallery, 0)
    assert disturbed.shape == SHAPE
    assert tab.results.measured is not None
    assert disturbed.std() > np.asarray(tab.results.measured.images.images[0]).std(axis=(1, 2)).max()
    hidden = [one.disturbance for one in tab.results.robustness.charts if one.isHidden()]
    assert hidden == [Disturbance.STROKE_WIDTH], "pictures have no strokes"


def test_robustness_is_measured_without_strokes(tab: EvaluationTab, qtbot: QtBot) -> None:
    tab.robustness.trigger()
    qtbot.waitUntil(lambda: not tab.is_running, timeout=60_000)
    (points,) = tab.results.robustness.curves
    assert {point.disturbance for point in points} == set(Disturbance) - {Disturbance.STROKE_WIDTH}
    unchanged = [point for point in points if point.amount == point.disturbance.untouched]
    assert {point.right for point in unchanged} == {2 * EACH - 2}


def test_only_what_is_in_view_is_decoded(tab: EvaluationTab, folder: Path, qtbot: QtBot) -> None:
    count = 2000
    images = PictureFiles([folder / CLASSES[0] / "0.jpg"] * count, SHAPE, [b""] * count)
    many = Dataset.of("many", images, np.zeros(count, np.int64), CLASSES)
    gallery = tab.results.gallery
    gallery.show_images(many, np.arange(count), lambda _: Caption(("reds",), "", wrong=False, words="reds"), ink=False)

    def last_in_view_is_shown() -> bool:
        image = gallery.viewport().grab().toImage()
        return image.pixelColor(gallery.image_rect(3).center()).saturation() > 80

    qtbot.waitUntil(last_in_view_is_shown)
    decoded = images.cached_bytes // int(np.prod(SHAPE))
    assert 4 <= decoded < 100


def test_models_with_different_inputs_are_compared_on_the_same_pictures(
    tab: EvaluationTab, tmp_path: Path, qtbot: QtBot
) -> None:
    larger = (3, 40, 30)
    save_model(tmp_path / "larger.safetensors", colour_model(logits=2, shape=larger))
    tab.setup.add_model(tmp_path / "larger.safetensors", "other")
    tab.start.trigger()
    qtbot.waitUntil(lambda: not tab.is_running and len(tab.figures.texts) == 2, timeout=30_000)
    measured = tab.results.measured
    assert measured is not None
    assert measured.comparison is not None
    assert [each.accuracy for each in measured.evaluations] == [0.75, 0.75]
    assert pixels_of(tab.results.gallery, 0).shape == SHAPE
    tab.results.show_model(1)
    assert pixels_of(tab.results.gallery, 0).shape == larger
    chart = next(one for one in tab.results.robustness.charts if one.disturbance is Disturbance.NOISE)
    chart.amount_chosen.emit(Disturbance.NOISE, 0.4)
    qtbot.waitUntil(lambda: len(tab.results.gallery.indices) == 2 * EACH, timeout=20_000)
    assert pixels_of(tab.results.gallery, 0).shape == larger
    tab.robustness.trigger()
    qtbot.waitUntil(lambda: not tab.is_running, timeout=60_000)
    for points in tab.results.robustness.curves:
        assert {point.right for point in points if point.amount == point.disturbance.untouched} == {2 * EACH - 2}
    assert len(tab.results.robustness.curves) == 2
