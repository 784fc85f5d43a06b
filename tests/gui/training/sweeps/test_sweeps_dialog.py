"""Sweeps in the window: one selection in three views, and what opens from there."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training.sweeps.chart import TrialChart
from digitpad.gui.training.sweeps.new_sweep import NewSweepDialog, SweepChoice
from digitpad.gui.training.sweeps.process import last_error, obstacle
from digitpad.gui.training.sweeps.sweeps_dialog import SweepsDialog
from digitpad.gui.training.train_tab import TrainTab
from digitpad.sweeps.record import SweepInfo, SweepStatus, TrialStatus
from digitpad.sweeps.store import Sweep, SweepStore
from digitpad.training.live import LiveRun
from digitpad.training.runs import RunStore
from tests.gui.training.sweeps.made_up import made_up_sweep


@pytest.fixture
def sweep(tab: TrainTab) -> Sweep:
    """Write a sweep into the folders of the tab."""
    assert tab.isVisible()
    return SweepStore().create(made_up_sweep(RunStore().folder))


@pytest.fixture
def dialog(sweep: Sweep, tab: TrainTab, qtbot: QtBot) -> Iterator[SweepsDialog]:
    """Open the sweeps with one of them."""
    assert sweep.folder.is_dir()
    QTest.keyClick(tab, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    dialog = tab.sweeps.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 12)
    yield dialog
    dialog.close()
    dialog.shut_down()


def button(dialog: SweepsDialog | NewSweepDialog, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, name)
    assert found is not None
    return found


def shown(dialog: SweepsDialog) -> list[str]:
    """Return the numbers of the trials in the order of the table."""
    model = dialog.view.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_the_table_is_sorted_by_accuracy_and_by_any_column(dialog: SweepsDialog, sweep: Sweep) -> None:
    ranked = sorted(sweep.info.trials, key=lambda trial: trial.rank)
    assert shown(dialog)[:10] == [str(trial.number) for trial in ranked[:10]]
    # Trials without an accuracy come last in both directions.
    assert set(shown(dialog)[10:]) == {"9", "10"}
    dialog.view.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert shown(dialog)[0] == str(ranked[9].number)
    assert set(shown(dialog)[10:]) == {"9", "10"}
    rate = dialog.table.columns.index("set:learning_rate")
    dialog.view.sortByColumn(rate, Qt.SortOrder.AscendingOrder)
    rates = sorted(sweep.info.trials, key=lambda trial: float(trial.values["learning_rate"]))
    assert shown(dialog) == [str(trial.number) for trial in rates]
    momentum = dialog.table.columns.index("set:momentum")
    texts = {dialog.table.index(row, momentum).data() for row in range(12)}
    # Adam has no momentum.
    assert "–" in texts
    state = dialog.findChild(QLabel, "sweepState")
    assert state is not None
    assert state.text().startswith("9 of 12 trials have ended · best: trial ")


def test_a_selection_is_the_same_in_all_views(dialog: SweepsDialog, sweep: Sweep) -> None:
    trial = sweep.info.trials[3]
    QTest.mouseClick(
        dialog.costs, Qt.MouseButton.LeftButton, pos=dialog.costs.point_of(dialog.costs.trials[3]).toPoint()
    )
    assert dialog.chosen == trial.number
    assert dialog.view.currentIndex().siblingAtColumn(0).data() == str(trial.number)
    assert dialog.lines.accessibleDescription().startswith(f"{trial.number}: ")
    # From the table to the charts.
    dialog.view.selectRow(0)
    best = sweep.info.best
    assert best is not None
    assert dialog.chosen == best.number
    assert dialog.costs.accessibleDescription().startswith(f"{best.number}: ")
    # With the keys: the next worse one.
    QTest.keyClick(dialog.lines, Qt.Key.Key_Down)
    ranked = sorted(sweep.info.trials, key=lambda each: each.rank)
    assert dialog.chosen == ranked[1].number
    # It stays selected when the table is sorted and when the record changes.
    dialog.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert dialog.view.currentIndex().siblingAtColumn(0).data() == str(ranked[1].number)


def point_at(chart: TrialChart, at: QPointF) -> None:
    """Move the pointer to a place of a chart."""
    none = Qt.MouseButton.NoButton
    moved = QMouseEvent(QEvent.Type.MouseMove, at, chart.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(chart, moved)


def test_pointing_at_a_trial_marks_it_everywhere(dialog: SweepsDialog, sweep: Sweep) -> None:
    trial = dialog.lines.trials[5]
    line = dialog.lines.line_of(trial)
    # Where the lines are spread most, at the axis of the accuracy.
    assert dialog.lines.trial_at(line.at(line.count() - 1)) == trial.number
    point_at(dialog.lines, line.at(line.count() - 1))
    assert dialog.costs.accessibleDescription().startswith(f"{trial.number}: ")
    # A setting without effect is skipped.
    settings = {trial.number: len(trial.values) for trial in sweep.info.trials}
    for each in dialog.lines.trials:
        assert dialog.lines.line_of(each).count() == settings[each.number] + 1
    assert dialog.lines.trial_at(QPointF(1.0, 1.0)) == 0
    point_at(dialog.lines, QPointF(1.0, 1.0))
    assert dialog.costs.accessibleDescription() == ""


def test_the_front_is_what_no_other_trial_beats_in_both(dialog: SweepsDialog) -> None:
    for cost in ("seconds", "parameters", "epochs"):
        dialog.costs.choose(cost)
        front = {trial.number for trial in dialog.costs.front()}
        for trial in dialog.costs.trials:
            beaten = any(
                getattr(other, cost) <= getattr(trial, cost)
                and (other.validation_accuracy or 0) >= (trial.validation_accuracy or 0)
                and other.number != trial.number
                for other in dialog.costs.trials
            )
            assert (trial.number in front) != beaten


def test_a_sweep_is_followed_while_it_runs(dialog: SweepsDialog, sweep: Sweep, qtbot: QtBot) -> None:
    dialog.select(12)
    with sweep.locked():
        trials = tuple(replace(trial, status=TrialStatus.FINISHED) for trial in sweep.info.trials)
        sweep.write(replace(sweep.info, status=SweepStatus.RUNNING, trials=trials))
        qtbot.waitUntil(lambda: button(dialog, "stopSweep").text() == "Stop")
        assert dialog.chosen == 12
        button(dialog, "stopSweep").click()
        assert sweep.is_asked_to_stop()
    sweep.write(replace(sweep.info, status=SweepStatus.FINISHED))
    qtbot.waitUntil(lambda: not button(dialog, "stopSweep").isEnabled())


def test_what_the_process_complained_of_is_shown(dialog: SweepsDialog, sweep: Sweep, qtbot: QtBot) -> None:
    (sweep.folder / "errors.txt").write_text("note\ndigitpad: MNIST is gone; reinstall it.\n", encoding="utf-8")
    assert last_error(sweep.folder) == "MNIST is gone; reinstall it."
    sweep.write(replace(sweep.info, message="x"))
    qtbot.waitUntil(lambda: dialog.notice.text == "MNIST is gone; reinstall it.")


def test_a_trial_without_a_run_cannot_be_opened(dialog: SweepsDialog) -> None:
    names = ("useTrial", "evaluateTrial", "replayTrial")
    assert not any(button(dialog, name).isEnabled() for name in names)
    dialog.select(1)
    # Its run was deleted.
    assert not any(button(dialog, name).isEnabled() for name in names)


def test_a_trial_opens_in_features_evaluate_and_the_replay(
    dialog: SweepsDialog, sweep: Sweep, tab: TrainTab, window: MainWindow, qtbot: QtBot
) -> None:
    trial = sweep.info.trials[1]
    plan = tab.editor.plan.with_settings(epochs=1)
    live = LiveRun.start(plan, RunStore(Path(sweep.info.runs)), "rates, trial 2", sweep=sweep.membership(trial))
    list(live.events())
    dialog.select(2)
    assert all(button(dialog, name).isEnabled() for name in ("useTrial", "evaluateTrial", "replayTrial"))
    with qtbot.waitSignal(dialog.evaluation_asked) as asked:
        button(dialog, "evaluateTrial").click()
    assert asked.args == [live.run.folder]
    with qtbot.waitSignal(dialog.replay_asked) as asked:
        button(dialog, "replayTrial").click()
    assert asked.args == [live.run.folder]
    with qtbot.waitSignal(tab.tab_wanted) as wanted:
        button(dialog, "useTrial").click()
    assert wanted.args == ["Features"]
    assert window.model is not None
    assert window.model.path == live.run.folder


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Sweep]:
    """Keep the sweeps that would be given to a process."""
    started: list[Sweep] = []
    monkeypatch.setattr("digitpad.gui.training.sweeps.sweeps_dialog.conduct", started.append)
    monkeypatch.setattr("digitpad.gui.training.sweeps.sweeps_dialog.obstacle", lambda: "")
    return started


def form_of(dialog: SweepsDialog) -> NewSweepDialog:
    button(dialog, "newSweep").click()
    form = dialog.findChild(NewSweepDialog, "newSweepDialog")
    assert form is not None
    assert form.isVisible()
    return form


def test_a_new_sweep_has_the_settings_of_the_tab(
    dialog: SweepsDialog, tab: TrainTab, digits: Path, begun: list[Sweep], qtbot: QtBot
) -> None:
    form = form_of(dialog)
    assert form.choice == SweepChoice(
        ("learning-rate=log:1e-4..1e-1", "optimizer=adam,sgd,nesterov"), 12, halving=False
    )
    button(form, "startSweep").click()
    qtbot.waitUntil(lambda: bool(begun) and not dialog.is_busy)
    info: SweepInfo = begun[0].info
    assert len(info.trials) == 12
    assert (info.fixed["architecture"], info.fixed["dataset"], info.fixed["epochs"]) == ("light", str(digits), 2)
    assert info.fixed["batch_size"] == tab.editor.plan.settings.batch_size
    assert not form.isVisible()
    qtbot.waitUntil(lambda: dialog.table.index(0, 1).data() == "waiting")


def test_a_bad_new_sweep_is_refused_in_the_form(dialog: SweepsDialog, begun: list[Sweep], qtbot: QtBot) -> None:
    form = form_of(dialog)
    values = form.findChild(QLineEdit, "sweepValues0")
    assert values is not None
    values.setText("log:0..1")
    button(form, "startSweep").click()
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert form.isVisible()
    assert form.notice.text == "The learning rate must be a number above 0, not 0.0."
    assert begun == []


def test_without_dask_the_window_says_how_to_get_it(
    dialog: SweepsDialog, monkeypatch: pytest.MonkeyPatch, tab: TrainTab
) -> None:
    monkeypatch.setattr("digitpad.gui.training.sweeps.process.is_installed", lambda name: name != "distributed")
    button(dialog, "newSweep").click()
    assert (
        dialog.notice.text
        == "Sweeps need Dask; install it with pip install 'digitpad[sweep]', then start digitpad again."
    )
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert obstacle().startswith(
        "This program does not include Dask, which sweeps need. Install digitpad with pip install"
    )
    assert tab.isVisible()


def test_a_network_that_is_no_preset_becomes_a_file(
    dialog: SweepsDialog, tab: TrainTab, begun: list[Sweep], qtbot: QtBot
) -> None:
    layers = tab.editor.plan.architecture.layers
    tab.editor.change(architecture=replace(tab.editor.plan.architecture, name="mine", layers=layers))
    form = form_of(dialog)
    button(form, "startSweep").click()
    qtbot.waitUntil(lambda: bool(begun) and not dialog.is_busy)
    path = Path(str(begun[0].info.fixed["architecture"]))
    assert path.name.startswith("mine-")
    assert path.is_file()
