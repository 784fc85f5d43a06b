"""Tiles: small images at once, large or lazily decoded ones from the worker, within a limit of memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pytest
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from digitpad.data.dataset import Dataset
from digitpad.gui.widgets.picture_image import image_of_colours
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.tiles import Palette, TileStore, reduced
from digitpad.inspection.split_dataset import SplitDataset, of_splits

pytestmark = pytest.mark.usefixtures("qapp")


@dataclass
class Counting:
    """Counts how often each image of a dataset was decoded."""

    pixels: NDArray[np.uint8]
    decoded: list[int] = field(default_factory=list)

    def images(self, indices: Any) -> NDArray[np.uint8]:
        self.decoded += list(indices)
        chosen: NDArray[np.uint8] = self.pixels[np.asarray(indices)]
        return chosen


@pytest.fixture
def store() -> Iterator[TileStore]:
    owner = QObject()
    store = TileStore(owner)
    yield store
    store.shut_down()
    shiboken6.delete(owner)


def _photographs(count: int = 12) -> SplitDataset:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (count, 3, 260, 300), np.uint8)
    return of_splits({"train": Dataset.of("photos", pixels, np.zeros(count, np.int64))})


def _is_there(store: TileStore, index: int) -> bool:
    return store.pixels([index])[0] is not None


def test_small_images_in_memory_are_there_at_once(store: TileStore) -> None:
    pixels = np.arange(5 * 16, dtype=np.uint8).reshape(5, 1, 4, 4)
    store.use(of_splits({"train": Dataset.of("small", pixels, np.zeros(5, np.int64))}))
    assert store.is_direct
    found = store.pixels([3, 0])
    np.testing.assert_array_equal(np.stack([tile for tile in found if tile is not None]), pixels[[3, 0]])


def test_large_images_arrive_reduced_and_are_decoded_once(
    store: TileStore, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = _photographs()
    counting = Counting(np.asarray(images.parts[0].images))
    monkeypatch.setattr(SplitDataset, "images", lambda _self, indices: counting.images(indices))
    store.use(images)
    assert not store.is_direct
    wanted = [7, 1, 2, 9, 4]
    assert store.pixels(wanted) == [None] * 5
    # Painting again before the worker is done requests nothing twice.
    store.pixels(wanted)
    qtbot.waitUntil(lambda: all(tile is not None for tile in store.pixels(wanted)))
    assert counting.decoded == wanted
    for index, tile in zip(wanted, store.pixels(wanted), strict=True):
        assert tile is not None
        np.testing.assert_array_equal(tile, reduced(counting.pixels[index]))
        assert max(tile.shape) <= 2 * 128


def test_the_memory_of_tiles_is_bounded(store: TileStore, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    images = _photographs()
    one = reduced(images.images([0])[0]).nbytes
    monkeypatch.setattr("digitpad.gui.workspace.tiles._MOST_BYTES", 3 * one)
    store.use(images)
    for index in range(12):
        with qtbot.waitSignal(store.changed):
            store.pixels([index])
        qtbot.waitUntil(partial(_is_there, store, index))
    assert store.kept <= 3


def test_another_dataset_forgets_the_tiles(store: TileStore, qtbot: QtBot) -> None:
    store.use(_photographs())
    store.pixels([0])
    qtbot.waitUntil(lambda: store.pixels([0])[0] is not None)
    store.use(_photographs(2))
    assert store.kept == 0


def test_an_image_is_reduced_by_its_mean() -> None:
    image = np.zeros((3, 256, 512), np.uint8)
    image[:, ::2] = 200
    small = reduced(image)
    assert small.shape == (3, 64, 128)
    assert (small == 100).all()
    tiny = np.ones((1, 28, 28), np.uint8)
    assert reduced(tiny) is tiny


def test_ink_has_the_colours_of_the_theme_and_photographs_their_own(theme: Theme) -> None:
    palette = Palette(theme)
    ink = palette.colours(np.array([[[0, 255]]], np.uint8), ink=True)
    assert [f"#{value & 0xFFFFFF:06x}" for value in ink[0].tolist()] == [theme.colours.field, theme.colours.text]
    grey = palette.colours(np.array([[[0, 255]]], np.uint8), ink=False)
    assert grey.tolist() == [[0xFF000000, 0xFFFFFFFF]]
    colour = palette.colours(np.array([[[1]], [[2]], [[3]]], np.uint8), ink=True)
    assert colour.tolist() == [[0xFF010203]]
    assert image_of_colours(colour).pixelColor(0, 0).getRgb() == (1, 2, 3, 255)
