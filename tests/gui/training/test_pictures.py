"""The Train tab with photographs: the preview in colour, and the reading of a photograph while its network learns."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitpad.data.augmentation import Augmentation
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training.control_card import State
from digitpad.gui.training.preview import AugmentationPreview
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.theme import Theme
from tests.gui.colours import CLASSES, colour_model, plain, save_picture
from tests.gui.settling import settle
from tests.pictures import photograph_folder

SHAPE = (3, 20, 24)


@pytest.fixture
def tab(train: TrainTab, tmp_path: Path, qtbot: QtBot) -> TrainTab:
    """Open the Train tab with a folder of photographs and a small network for them."""
    folder = photograph_folder(tmp_path / "photographs", CLASSES, 12)
    train.editor.change(dataset=str(folder), architecture=colour_model(logits=2).architecture)
    train.editor.change_settings(batch_size=4, epochs=2, threads=1, augmentation=Augmentation(flip=0.5, brightness=0.3))
    qtbot.waitUntil(lambda: train.editor.facts is not None)
    return train


def test_the_preview_shows_a_training_image_in_colour(tab: TrainTab, qtbot: QtBot) -> None:
    preview = tab.setup.preview
    qtbot.waitUntil(lambda: preview.images.shape[1:] == SHAPE)
    facts = tab.editor.facts
    assert facts is not None
    assert facts.sample is not None
    assert not np.array_equal(preview.images[0], preview.images[1])
    picture = preview.grab().toImage().pixelColor(preview.height() // 2, preview.height() // 2)
    assert picture.red() > picture.blue(), "red is the brightest channel of the first class"


def test_a_preview_of_large_pictures_does_not_augment_in_the_window(theme: Theme, qtbot: QtBot) -> None:
    preview = AugmentationPreview(theme, "preview")
    qtbot.addWidget(preview)
    sample = np.ascontiguousarray(plain((200, 40, 40), (120, 100)).transpose(2, 0, 1))
    preview.use(Augmentation(flip=1.0))
    preview.show()
    preview.use_sample(sample)
    assert preview.images.shape[1:] == (1, 28, 28), "it is still augmented"
    qtbot.waitUntil(lambda: preview.images.shape[1:] == sample.shape)
    np.testing.assert_array_equal(preview.images[0], sample[..., ::-1])
    # A drawing of another shape cannot be augmented as these images are; one of their shape is.
    preview.show_image(np.ones((28, 28), np.float32))
    assert preview.images.shape[1:] == sample.shape
    drawn = np.full(sample.shape, 0.2, np.float32)
    preview.show_image(drawn)
    qtbot.waitUntil(lambda: bool((preview.images == 51).all()))
    preview.hide()


def test_a_photograph_is_read_while_its_network_learns(
    window: MainWindow, tab: TrainTab, tmp_path: Path, qtbot: QtBot
) -> None:
    window.draw_tab.files.open_path(save_picture(tmp_path / "rose.png", plain((200, 40, 40))))
    settle(window)
    QTest.keyClick(tab, Qt.Key.Key_F5)
    qtbot.waitUntil(
        lambda: tab.digit.picture.image is not None and tab.digit.picture.image.shape == SHAPE, timeout=30_000
    )
    assert tab.digit.bars.labels == tuple(sorted(CLASSES))
    assert sum(tab.digit.bars.values or ()) == pytest.approx(1)
    qtbot.waitUntil(lambda: tab.session.state is State.IDLE, timeout=30_000)
    settle(window)
