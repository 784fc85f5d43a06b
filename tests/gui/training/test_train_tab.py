"""Training through the widgets: start, pause, one batch, one epoch, stop, change during the run, close."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training.control_card import State
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.fields import FloatField
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer
from digitpad.training.events import StopReason
from digitpad.training.run_info import RunStatus
from digitpad.training.runs import Run, RunStore
from tests.gui.settling import settle

Wait = Callable[[TrainTab, State], None]
Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]


def _press(tab: TrainTab, name: str) -> None:
    button = tab.findChild(QPushButton, name)
    assert button is not None
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def _shares(tab: TrainTab) -> list[float]:
    """Return what the bars beside the digit show."""
    return list(tab.digit.bars.values or ())


def _runs() -> list[Run]:
    return [run for run in RunStore().all() if isinstance(run, Run)]


def test_start_trains_to_the_end_and_keeps_the_run(tab: TrainTab, wait: Wait) -> None:
    _press(tab, "trainMain")
    wait(tab, State.IDLE)
    record = tab.session.record
    assert record is not None
    assert record.stopped is not None
    assert record.stopped.reason is StopReason.FINISHED
    assert len(record.loss) == record.stopped.steps == 50
    assert len(record.validation_accuracy) == 2
    assert record.loss.y[-1] < record.loss.y[0]
    assert "Finished after 50 steps" in tab.controls.place.text()
    assert tab.controls.bar.value() == 1000
    (run,) = _runs()
    assert run.info.validation_accuracy == record.stopped.validation_accuracy
    assert not tab.notice.isVisible()


def test_one_batch_then_one_epoch_then_on(tab: TrainTab, wait: Wait) -> None:
    _press(tab, "trainBatch")
    wait(tab, State.PAUSED)
    record = tab.session.record
    assert record is not None
    assert len(record.loss) == 1
    assert "paused at epoch 1 of 2" in tab.controls.place.text()
    _press(tab, "trainBatch")
    wait(tab, State.RUNNING if len(record.loss) == 1 else State.PAUSED)
    wait(tab, State.PAUSED)
    assert len(record.loss) == 2
    _press(tab, "trainEpoch")
    wait(tab, State.PAUSED)
    assert len(record.loss) == 25
    assert record.epoch is not None
    _press(tab, "trainMain")
    wait(tab, State.IDLE)
    assert len(record.loss) == 50


def test_a_pause_holds_and_goes_on_by_keyboard(tab: TrainTab, wait: Wait, qtbot: QtBot) -> None:
    tab.editor.change_settings(epochs=500)
    QTest.keyClick(tab, Qt.Key.Key_F5)
    record = tab.session.record
    assert record is not None
    qtbot.waitUntil(lambda: len(record.loss) > 3, timeout=30_000)
    QTest.keyClick(tab, Qt.Key.Key_F5)
    wait(tab, State.PAUSED)
    steps = len(record.loss)
    qtbot.wait(100)
    assert len(record.loss) == steps
    QTest.keyClick(tab, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: len(record.loss) > steps, timeout=30_000)
    QTest.keyClick(tab, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    wait(tab, State.IDLE)
    assert record.stopped is not None
    assert record.stopped.reason is StopReason.INTERRUPTED
    assert _runs()[0].can_resume()


def test_stopping_while_held_ends_the_run(tab: TrainTab, wait: Wait) -> None:
    _press(tab, "trainBatch")
    wait(tab, State.PAUSED)
    _press(tab, "trainStop")
    wait(tab, State.IDLE)
    record = tab.session.record
    assert record is not None
    assert record.stopped is not None
    assert record.stopped.steps == 1


def test_the_rate_is_changed_in_the_middle(tab: TrainTab, wait: Wait) -> None:
    tab.editor.change_settings(schedule="constant", learning_rate=0.01)
    _press(tab, "trainBatch")
    wait(tab, State.PAUSED)
    field = tab.findChild(FloatField, "trainLearningRate")
    epochs = tab.findChild(QWidget, "trainEpochs")
    assert field is not None
    assert epochs is not None
    assert field.isEnabled()
    assert not epochs.isEnabled()
    field.setValue(0.002)
    _press(tab, "trainMain")
    wait(tab, State.IDLE)
    record = tab.session.record
    assert record is not None
    assert record.rate.y[0] == pytest.approx(0.01)
    assert record.rate.y[-1] == pytest.approx(0.002)
    assert field.value() == pytest.approx(0.01)
    assert epochs.isEnabled()


def test_the_drawn_digit_is_read_by_the_network_in_training(
    tab: TrainTab, window: MainWindow, wait: Wait, draw: Draw, qtbot: QtBot
) -> None:
    draw(window.draw_tab.canvas, [[(100, 100), (300, 100), (200, 400)]])
    workspace = window.workspace
    _press(tab, "trainBatch")
    wait(tab, State.PAUSED)
    qtbot.waitUntil(lambda: workspace.in_training is not None, timeout=30_000)
    settle(tab)
    assert workspace.in_training is not None
    assert isinstance(workspace.in_training.reader, Recognizer)
    assert workspace.in_training.title == "in training: light run 1, step 1"
    assert workspace.looked_at is workspace.in_training
    assert tab.digit.bars.values is not None
    assert sum(tab.digit.bars.values) == pytest.approx(1, abs=1e-5)
    assert tab.digit.maps.maps is not None
    first = tab.digit.bars.values
    _press(tab, "trainMain")
    qtbot.waitUntil(lambda: workspace.in_training is None, timeout=30_000)
    settle(tab)
    assert tab.digit.bars.values != first
    # The model of the run is still shown, but is not in use.
    assert workspace.looked_at is not None
    assert workspace.looked_at.title == "light run 1"
    assert workspace.in_use is not None
    assert workspace.in_use.title == "fake"


def test_closing_the_window_in_the_middle_saves_the_run(tab: TrainTab, window: MainWindow, qtbot: QtBot) -> None:
    tab.editor.change_settings(epochs=500)
    _press(tab, "trainMain")
    record = tab.session.record
    assert record is not None
    qtbot.waitUntil(lambda: len(record.loss) > 3, timeout=30_000)
    window.close()
    (run,) = _runs()
    assert run.can_resume()
    assert run.info.steps >= len(record.loss)
    assert run.checkpoints()


def test_data_that_cannot_be_read_is_said_in_the_tab_and_the_next_start_works(
    tab: TrainTab, wait: Wait, tmp_path: Path, digits: Path
) -> None:
    (tmp_path / "empty").mkdir()
    tab.editor.change(dataset=str(tmp_path / "empty"))
    _press(tab, "trainMain")
    wait(tab, State.IDLE)
    assert tab.notice.isVisible()
    assert "empty" in tab.notice.text
    assert tab.controls.place.text() == "Ready"
    tab.editor.change(dataset=str(digits))
    _press(tab, "trainBatch")
    wait(tab, State.PAUSED)
    assert not tab.notice.isVisible()
    _press(tab, "trainStop")
    wait(tab, State.IDLE)


def test_a_network_that_diverges_is_said_to_have_no_answer_beside_the_digit(
    tab: TrainTab, window: MainWindow, wait: Wait, draw: Draw
) -> None:
    draw(window.draw_tab.canvas, [[(100, 100), (300, 100), (200, 400)]])
    _press(tab, "trainBatch")
    wait(tab, State.PAUSED)
    trained = window.workspace.looked_at
    assert trained is not None
    model = load_model("light")
    for parameter in model.network.parameters():
        parameter.value *= np.float32(1e30)
    window.workspace.show_training(Recognizer(model), 2, trained.path)
    settle(tab)
    hint = tab.digit.findChild(QLabel, "digitHint")
    assert hint is not None
    assert "not finite" in hint.text()
    assert _shares(tab) == []
    assert tab.digit.maps.maps is None
    assert tab.digit.picture.image is not None
    window.workspace.look_by(trained)
    settle(tab)
    assert not hint.isVisible()
    assert len(_shares(tab)) == 10
    _press(tab, "trainStop")
    wait(tab, State.IDLE)


def test_a_rate_far_too_high_ends_with_the_last_good_weights_and_a_cure(
    tab: TrainTab, window: MainWindow, wait: Wait, draw: Draw
) -> None:
    draw(window.draw_tab.canvas, [[(100, 100), (300, 100), (200, 400)]])
    tab.editor.change_settings(learning_rate=1e5, schedule="constant", optimizer="sgd")
    field = tab.findChild(FloatField, "trainLearningRate")
    assert field is not None
    assert field.value() == 1e5
    _press(tab, "trainMain")
    wait(tab, State.IDLE)
    settle(tab)
    record, advisor = tab.session.record, tab.session.advisor
    assert record is not None
    assert record.stopped is not None
    assert record.stopped.reason is StopReason.DIVERGED
    assert "last good weights are kept" in tab.notice.text
    assert tab.digit.bars.values is not None
    assert advisor is not None
    hint = advisor.hints()[0]
    assert hint.key == "diverged"
    tab.apply_cure(hint)
    assert field.value() == tab.editor.plan.settings.learning_rate == 1e4


def test_a_start_that_fails_leaves_all_of_the_last_run(tab: TrainTab, wait: Wait, tmp_path: Path, digits: Path) -> None:
    _press(tab, "trainMain")
    wait(tab, State.IDLE)
    record, advisor, run = tab.session.record, tab.session.advisor, tab.session.run
    rows, hints = tab.layers.rows, tab.hints.hints
    assert record is not None
    assert rows
    assert hints
    (tmp_path / "empty").mkdir()
    tab.editor.change(dataset=str(tmp_path / "empty"))
    _press(tab, "trainMain")
    # While the data are being opened, too.
    assert tab.curves.record is record
    wait(tab, State.IDLE)
    assert "empty" in tab.notice.text
    assert (tab.session.record, tab.session.advisor, tab.session.run) == (record, advisor, run)
    assert tab.curves.record is record
    assert (tab.layers.rows, tab.hints.hints) == (rows, hints)
    assert "Finished after 50 steps" in tab.controls.place.text()
    tab.editor.change(dataset=str(digits))
    _press(tab, "trainBatch")
    wait(tab, State.PAUSED)
    assert tab.curves.record is tab.session.record is not record
    assert len(tab.curves.record.loss) == 1
    _press(tab, "trainStop")
    wait(tab, State.IDLE)


def test_after_stop_the_model_is_one_click_away(tab: TrainTab, window: MainWindow, wait: Wait, qtbot: QtBot) -> None:
    use, evaluate = tab.controls.use_button, tab.controls.evaluate_button
    assert not use.isVisible()
    _press(tab, "trainBatch")
    wait(tab, State.PAUSED)
    assert not use.isVisible()
    _press(tab, "trainStop")
    wait(tab, State.IDLE)
    assert use.isVisible()
    assert evaluate.isVisible()
    (run,) = _runs()
    _press(tab, "trainUse")
    qtbot.waitUntil(lambda: window.model is not None and window.model.path == run.folder.resolve(), timeout=10_000)
    assert window.draw_tab.isVisible()
    window.go_to("Train")
    with qtbot.waitSignal(tab.evaluation_wanted) as caught:
        _press(tab, "trainEvaluate")
    assert caught.args == [run.folder]
    page = window.go_to("Evaluate")
    assert isinstance(page, EvaluationTab)
    assert page.isVisible()
    assert page.is_running
    assert page.setup.models[0].resolve() == run.folder.resolve()


def test_a_run_that_is_running_is_listed_so(tab: TrainTab, wait: Wait) -> None:
    _press(tab, "trainBatch")
    wait(tab, State.PAUSED)
    tab.dialogs.show_runs()
    assert tab.dialogs.runs is not None

    def state() -> str:
        assert tab.dialogs.runs is not None
        return str(tab.dialogs.runs.table.data(tab.dialogs.runs.table.index(0, 5)))

    assert state() == "running"
    button = tab.dialogs.runs.findChild(QPushButton, "resumeRun")
    assert button is not None
    assert not button.isEnabled()
    tab.session.stop()
    wait(tab, State.IDLE)
    assert state() == "stopped"
    # Resumed from the list, which stays open.
    button.click()
    wait(tab, State.RUNNING)
    tab.session.hold()
    wait(tab, State.PAUSED)
    assert state() == "running"
    tab.session.stop()
    wait(tab, State.IDLE)


def test_a_start_after_a_crash_offers_to_go_on(
    tab: TrainTab, theme: Theme, settings: Settings, wait: Wait, qtbot: QtBot
) -> None:
    _press(tab, "trainBatch")
    wait(tab, State.PAUSED)
    _press(tab, "trainStop")
    wait(tab, State.IDLE)
    (run,) = _runs()
    # As kill -9 leaves it.
    run.update(status=RunStatus.RUNNING)
    again = MainWindow(theme, settings)
    qtbot.addWidget(again)
    again.show()
    second = again.go_to("Train")
    assert isinstance(second, TrainTab)
    qtbot.waitUntil(second.notice.isVisible, timeout=10_000)
    assert run.info.name in second.notice.text
    button = second.findChild(QPushButton, "trainNoticeAccept")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wait(second, State.IDLE)
    record = second.session.record
    assert record is not None
    np.testing.assert_array_equal(record.loss.x, np.arange(1, 51))
    assert not second.notice.isVisible()
    again.close()


def test_a_change_is_marked_in_the_plots_and_told_in_the_list(tab: TrainTab, wait: Wait) -> None:
    tab.editor.change_settings(schedule="constant", learning_rate=0.01)
    _press(tab, "trainBatch")
    wait(tab, State.PAUSED)
    field = tab.findChild(FloatField, "trainLearningRate")
    assert field is not None
    field.setValue(0.002)
    _press(tab, "trainMain")
    wait(tab, State.IDLE)
    assert [(mark.step, mark.text) for mark in tab.curves.loss.changes] == [(2, "learning rate 0.01 → 0.002")]
    assert tab.curves.other.changes == tab.curves.loss.changes
    tab.dialogs.show_runs()
    assert tab.dialogs.runs is not None
    facts = tab.dialogs.runs.findChild(QLabel, "runFacts")
    assert facts is not None
    assert "Changed: learning rate 0.01 → 0.002 at step 2" in facts.text()


def test_where_labels_are_smoothed_the_plain_cross_entropy_is_plotted(tab: TrainTab, wait: Wait) -> None:
    smoothing = tab.findChild(FloatField, "trainLabelSmoothing")
    assert smoothing is not None
    smoothing.setValue(0.0)
    _press(tab, "trainMain")
    wait(tab, State.IDLE)
    assert not {"plain", "plain-validation"} & set(tab.curves.loss.keys)
    smoothing.setValue(0.2)
    assert tab.editor.plan.settings.label_smoothing == 0.2
    _press(tab, "trainMain")
    wait(tab, State.IDLE)
    assert {"plain", "plain-validation"} <= set(tab.curves.loss.keys)
    record = tab.session.record
    assert record is not None
    assert len(record.cross_entropy) == len(record.loss) == 50
    assert len(record.validation_cross_entropy) == 2
    assert record.cross_entropy.y[-1] < record.loss.y[-1]
