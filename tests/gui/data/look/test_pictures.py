"""Look at a folder of photographs, which are decoded when they are used."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitpad.data.lazy_pictures import PictureFiles
from digitpad.data.memory_budget import MemoryBudget
from digitpad.data.picture_fit import CROP, STRETCH
from digitpad.data.pictures import COLOUR_SHAPE, read_picture
from digitpad.gui.data.look.arrangement import Order
from digitpad.gui.data.look.page import LookPage
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.workspace import Workspace
from digitpad.models.model_file import save_model
from digitpad.reading.recognizer import Recognizer
from tests.gui.data.look.test_page import choose
from tests.pictures import photograph_folder
from tests.reading.test_picture_recognizer import SHAPE, model_of

Ready = Callable[[LookPage], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photograph_folder(tmp_path / "colours" / "train", ("red", "green"), 9)
    photograph_folder(tmp_path / "colours" / "test", ("red", "green"), 4, seed=1)
    return tmp_path / "colours"


@pytest.fixture
def page(theme: Theme, workspace: Workspace, folder: Path, ready: Ready) -> Iterator[LookPage]:
    page = LookPage(theme, workspace)
    page.resize(1248, 680)
    page.data.open(str(folder))
    page.show()
    ready(page)
    yield page
    page.shut_down()
    shiboken6.delete(page)


def test_photographs_are_shown_in_colour_with_their_files(page: LookPage, folder: Path, qtbot: QtBot) -> None:
    images = page.images
    assert images is not None
    assert isinstance(images.parts[0].images, PictureFiles)
    assert page.facts.text() == f"26 images, {COLOUR_SHAPE[2]} × {COLOUR_SHAPE[1]}, colour"
    assert f"File: {folder / 'train' / 'green' / '000.jpg'}" in page.details.text
    qtbot.waitUntil(lambda: all(tile is not None for tile in page.tiles.pixels(list(range(26)))))
    shown = page.grid.grab().toImage()
    middle = page.grid.image_rect(0).center()
    pixel = shown.pixelColor(middle)
    assert pixel.green() > pixel.red()


def test_a_model_of_photographs_gets_them_as_it_needs_them(
    page: LookPage, workspace: Workspace, folder: Path, tmp_path: Path, ready: Ready
) -> None:
    save_model(tmp_path / "colours.safetensors", model_of(1))
    assert workspace.use(tmp_path / "colours.safetensors")
    ready(page)
    images = page.images
    assert images is not None
    assert images.shape == SHAPE
    path = images.path(0)
    assert path == folder / "train" / "green" / "000.jpg"
    expected = Recognizer(model_of(1)).recognize_picture(path).probabilities
    np.testing.assert_allclose(page.details.bars.values or (), expected, rtol=1e-5)
    np.testing.assert_array_equal(page.details.enlarged.images[0], read_picture(path, SHAPE, CROP))
    choose(page, Order.HARDEST)
    ready(page)
    readings = page.work.findings.readings
    assert readings is not None
    assert len(readings.losses) == 26
    choose(page, Order.DUPLICATES)
    ready(page)
    assert page.grid.cells.shape == (8, 2)


def test_pictures_are_read_again_for_a_model_with_another_fit(
    page: LookPage, workspace: Workspace, tmp_path: Path, ready: Ready
) -> None:
    model = model_of(1)
    for fit in (CROP, STRETCH):
        prepared = replace(model.metadata.preprocessing, fit=fit)
        changed = replace(model, metadata=replace(model.metadata, preprocessing=prepared))
        save_model(tmp_path / f"{fit}.safetensors", changed)
        assert workspace.use(tmp_path / f"{fit}.safetensors")
        ready(page)
        assert page.images is not None
        assert (page.images.shape, page.images.fit) == (SHAPE, fit)
        path = page.images.path(0)
        assert path is not None
        np.testing.assert_array_equal(page.details.enlarged.images[0], read_picture(path, SHAPE, fit))
        choose(page, Order.HARDEST)
        ready(page)
        assert page.work.findings.readings is not None
        choose(page, Order.STORED)
        ready(page)


def test_the_file_is_opened_in_draw(page: LookPage, workspace: Workspace, folder: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.tab_wanted):
        QTest.mouseClick(page.details.open_button, Qt.MouseButton.LeftButton)
    picture = workspace.drawing.sketch.page.picture
    assert picture is not None
    assert picture.source == folder / "train" / "green" / "000.jpg"
    assert picture.photograph is not None
    assert picture.photograph.shape == (44, 60, 3)


def test_a_file_that_is_gone_is_said(page: LookPage, folder: Path, qtbot: QtBot) -> None:
    (folder / "train" / "green" / "000.jpg").unlink()
    with qtbot.waitSignal(page.message) as told:
        QTest.mouseClick(page.details.open_button, Qt.MouseButton.LeftButton)
    assert told.args is not None
    assert "000.jpg" in told.args[0].text


def test_a_file_that_is_gone_leaves_its_own_tile_blank(
    page: LookPage, folder: Path, ready: Ready, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without room for decoded pictures, each is read from its file again.
    monkeypatch.setattr("digitpad.data.prepared_files.CACHE", MemoryBudget(0))
    page.load(str(folder))
    ready(page)
    images = page.images
    assert images is not None
    (folder / "train" / "green" / "003.jpg").unlink()
    page.tiles.use(images)
    others = [index for index in range(8) if index != 3]
    page.tiles.pixels(list(range(8)))
    qtbot.waitUntil(lambda: all(tile is not None for tile in page.tiles.pixels(others)))
    assert page.tiles.pixels([3])[0] is None
    QTest.mouseClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=page.grid.image_rect(3).center())
    ready(page)
    assert "003.jpg" in page.details.text
    assert page.details.enlarged.images == ()
