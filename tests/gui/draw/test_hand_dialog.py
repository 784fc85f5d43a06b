"""Learning my hand in the window: progress, figures, pictures, and keeping the model with its film."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from digitpad.adaptation.judging import Change
from digitpad.adaptation.keeping import Kept
from digitpad.adaptation.learning import AdaptationSettings, Protection
from digitpad.adaptation.replay import Replay
from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.store import CollectionStore
from digitpad.data.dataset import NO_DIGIT
from digitpad.gui.draw.hand.changes import ChangeGrid, caption
from digitpad.gui.draw.hand.dialog import LearningDialog
from digitpad.gui.draw.hand.learning import Preparation
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme
from digitpad.models.model_file import load_model, user_models
from digitpad.training.film.reader import Film
from digitpad.training.run import Run
from tests.adaptation.conftest import joined_sevens, replay

__all__ = ["replay"]


class Prepared(Preparation):
    """A replay that is ready."""

    def __init__(self, ready: Replay) -> None:
        super().__init__()
        self._replay = ready


@pytest.fixture
def dialog(
    theme: Theme, replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> Iterator[LearningDialog]:
    settings = partial(AdaptationSettings, steps=4, threads=1)
    monkeypatch.setattr("digitpad.gui.draw.hand.dialog.AdaptationSettings", settings)
    entry = CollectionStore().create("My hand")
    with CollectionEditor(entry.folder) as editor:
        editor.add_labelled([("7", NewSample(one)) for one in joined_sevens(4, seed=1)])
    owner = QWidget()
    qtbot.addWidget(owner)
    found = LearningDialog(theme, Prepared(replay), load_model("light"), entry.folder, tmp_path / "runs", owner)
    yield found
    found.shut_down()
    shiboken6.delete(found)


def _button(dialog: LearningDialog, name: str) -> QPushButton:
    button = dialog.findChild(QPushButton, name)
    assert button is not None
    return button


def _finish(dialog: LearningDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not dialog.is_busy, timeout=60_000)


def test_it_shows_figures_and_pictures_and_keeps_nothing_by_itself(dialog: LearningDialog, qtbot: QtBot) -> None:
    dialog.begin()
    assert not _button(dialog, "keepHand").isEnabled()
    _finish(dialog, qtbot)
    learned = dialog.learned
    assert learned is not None
    assert learned.mine is not None
    figure = dialog.findChild(QLabel, "mnistFigure")
    assert figure is not None
    assert f"{100 * learned.mnist.after:.2f}" in figure.text()
    shown = sum(len(grid.changes) for grid in dialog.findChildren(ChangeGrid))
    changes = (*learned.mine.improved, *learned.mine.worsened, *learned.mine.still_wrong)
    assert shown == len(changes) + len(learned.mnist.improved) + len(learned.mnist.worsened)
    assert _button(dialog, "keepHand").isEnabled()
    assert dialog.name.text() == "light, my hand"
    _button(dialog, "discardHand").click()
    assert not dialog.isVisible()
    assert not user_models()


def test_a_kept_model_has_a_film(dialog: LearningDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.begin()
    _finish(dialog, qtbot)
    dialog.name.setText("light for Ada")
    with qtbot.waitSignal(dialog.kept, timeout=30_000) as caught:
        QTest.mouseClick(_button(dialog, "keepHand"), Qt.MouseButton.LeftButton)
    assert caught.args is not None
    kept = caught.args[0]
    assert isinstance(kept, Kept)
    assert [path.stem for path in user_models()] == ["light for Ada"]
    assert kept.run is not None
    assert kept.run.parent == tmp_path / "runs"
    assert len(Film.open(Run(kept.run)).frames) == 5
    _finish(dialog, qtbot)
    assert not dialog.isVisible()


def test_a_name_that_is_taken_is_said_and_loses_nothing(dialog: LearningDialog, qtbot: QtBot) -> None:
    dialog.begin()
    _finish(dialog, qtbot)
    dialog.name.setText("light")
    _button(dialog, "keepHand").click()
    _finish(dialog, qtbot)
    error = dialog.findChild(QLabel, "learningError")
    assert error is not None
    assert "There is a model named light already" in error.text()
    assert _button(dialog, "keepHand").isEnabled()


def test_longer_and_without_replay_start_again(dialog: LearningDialog, qtbot: QtBot) -> None:
    dialog.begin()
    _finish(dialog, qtbot)
    _button(dialog, "tryLonger").click()
    _finish(dialog, qtbot)
    assert dialog.learned is not None
    assert dialog.learned.settings == AdaptationSettings(steps=8, threads=1)
    dialog.forgetting.click()
    # The switch may be changed while the network learns.
    dialog.forgetting.click()
    dialog.forgetting.click()
    _finish(dialog, qtbot)
    assert dialog.learned is not None
    assert dialog.learned.settings == replace(AdaptationSettings(steps=8, threads=1), protection=Protection.NONE)


def test_it_can_be_cancelled(dialog: LearningDialog, qtbot: QtBot) -> None:
    dialog.begin()
    _button(dialog, "discardHand").click()
    _finish(dialog, qtbot)
    assert dialog.learned is None
    assert not dialog.isVisible()


def test_a_picture_says_what_it_shows(theme: Theme, qtbot: QtBot) -> None:
    image = np.zeros((28, 28), np.uint8)
    changes = [
        Change(0, image, "7", "2", "2"),
        Change(1, image, NO_DIGIT, "1", "7"),
        Change(2, image, "alpha", "4", "9"),
    ]
    assert [caption(change) for change in changes] == [
        ("= 7", "2 → 2"),
        ("= none", "1 → 7"),
        ("= alph", "4 → 9"),
    ]
    owner = QWidget()
    qtbot.addWidget(owner)
    grid = ChangeGrid(theme, changes, "3 still misread", owner, improves=False)
    grid.resize(400, 100)
    grid.resize(400, grid.sizeHint().height())
    # Both lines are painted: there is ink at the height of each.
    painted = grid.grab().toImage()
    lines = QFontMetrics(grid.font()).height()
    bottom = grid.height() - px(10)
    for top in (bottom - 2 * lines, bottom - lines):
        assert len({painted.pixel(x, y) for x in range(60) for y in range(top + 2, top + lines - 2)}) > 1


def test_an_empty_collection_is_said(theme: Theme, replay: Replay, tmp_path: Path, qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    folder = CollectionStore().create("My hand").folder
    dialog = LearningDialog(theme, Prepared(replay), load_model("light"), folder, tmp_path / "runs", owner)
    dialog.begin()
    _finish(dialog, qtbot)
    error = dialog.findChild(QLabel, "learningError")
    assert error is not None
    assert "has no drawing that says what it shows" in error.text()
    assert not _button(dialog, "keepHand").isEnabled()
    dialog.shut_down()
    shiboken6.delete(dialog)
