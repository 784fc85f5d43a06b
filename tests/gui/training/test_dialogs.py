"""The dialogs of the Train tab: runs, the network's layers, further settings; and exporting the curves."""

import csv
import errno
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from digitpad.gui.evaluation.job import Measured, evaluation_job
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training.control_card import State
from digitpad.gui.training.export_dialog import ExportDialog
from digitpad.gui.training.more_dialog import MoreDialog
from digitpad.gui.training.network_editor import NetworkEditor
from digitpad.gui.training.report_dialog import ReportDialog
from digitpad.gui.training.runs_dialog import RunsDialog
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.fields import CheckBox, ComboBox, FloatField, IntField
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.numbers_field import NumbersField
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.model_data import Data
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import load_model
from digitpad.nn import ARCHITECTURES
from digitpad.training.film.limits import FilmLimits
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run_info import RunStatus
from digitpad.training.runs import Run, RunStore
from tests.copying.programs import run
from tests.gui.copied import copied
from tests.gui.training.conftest import write_digits

Wait = Callable[[TrainTab, State], None]


def _switch(editor: NetworkEditor, name: str) -> None:
    button = editor.findChild(QToolButton, name)
    assert button is not None
    button.click()


def _drawn_text(editor: NetworkEditor, name: str) -> str:
    """Return the first line below the name of the box that is chosen; empty if it is another one."""
    box = editor.drawing.box
    return box.lines[0][0] if box is not None and box.full_name == name else ""


def _press(parent: QWidget, name: str) -> None:
    button = parent.findChild(QPushButton, name)
    assert button is not None
    assert button.isEnabled(), name
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def _trained(tab: TrainTab, wait: Wait, **settings: object) -> Run:
    tab.editor.change_settings(**settings)
    tab.start_or_hold()
    wait(tab, State.IDLE)
    run = RunStore().all()[0]
    assert isinstance(run, Run)
    return run


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run like those of the tab, which tests copy: training takes longer than most."""
    folder = tmp_path_factory.mktemp("finished")
    plan = replace(
        RunPlan.quick(), architecture=ARCHITECTURES["light"], dataset=str(write_digits(folder / "digits", 480))
    )
    plan = plan.with_settings(batch_size=16, epochs=1, threads=1)
    live = LiveRun.start(plan, RunStore(folder / "runs"), "light run 1", film=FilmLimits())
    list(live.events())
    return live.run.folder


@pytest.fixture
def runs(tab: TrainTab, finished: Path) -> RunsDialog:
    """Open the list with one finished run in it."""
    shutil.copytree(finished, RunStore().folder / finished.name)
    QTest.keyClick(tab, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert tab.dialogs.runs is not None
    assert tab.dialogs.runs.isVisible()
    return tab.dialogs.runs


def _text(runs: RunsDialog, column: int, row: int = 0) -> str:
    return str(runs.table.data(runs.table.index(row, column)))


def test_a_run_is_listed_renamed_and_noted(runs: RunsDialog) -> None:
    assert [_text(runs, column) for column in (1, 4, 5)] == ["light run 1", "1 of 1", "finished"]
    assert _text(runs, 3).endswith("%")
    for column, text in ((1, "my first"), (6, "a note")):
        assert runs.table.setData(runs.table.index(0, column), text)
    run = RunStore().all()[0]
    assert isinstance(run, Run)
    assert (run.info.name, run.info.notes) == ("my first", "a note")
    assert not runs.table.setData(runs.table.index(0, 1), "  ")
    assert "needs a name" in runs.notice.text
    assert not runs.table.setData(runs.table.index(0, 1), "standard")
    assert "standard is the name of a model" in runs.notice.text


def test_deleting_can_be_undone(runs: RunsDialog) -> None:
    _press(runs, "deleteRun")
    assert runs.table.rowCount() == 0
    assert RunStore().all() == []
    _press(runs, "undoDelete")
    assert runs.table.rowCount() == 1
    assert _text(runs, 1) == "light run 1"


def test_what_was_deleted_can_be_had_back_on_another_day(
    runs: RunsDialog, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _press(runs, "deleteRun")
    later = RunsDialog(theme, RunStore(), Settings(tmp_path / "window.json"), lambda: 1.0, runs)
    later.show()
    _press(later, "undoDelete")
    assert later.table.rowCount() == 1
    monkeypatch.setattr("digitpad.gui.training.runs_dialog._MOST_TRASHED", 1)
    store = RunStore()
    (run,) = store.all()
    twin = store.create(run.info.plan, "twin") if isinstance(run, Run) else None
    assert twin is not None
    later.refresh()
    _press(later, "deleteRun")
    _press(later, "deleteRun")
    assert len(store.trash()) == 1
    later.close()


def test_a_run_that_diverged_goes_on_from_a_checkpoint_only(runs: RunsDialog) -> None:
    run = runs.current
    assert isinstance(run, Run)
    run.update(status=RunStatus.DIVERGED)
    runs.refresh()
    button, checkpoint = runs.findChild(QPushButton, "resumeRun"), runs.findChild(ComboBox, "checkpointChoice")
    assert button is not None
    assert checkpoint is not None
    assert not button.isEnabled()
    assert "return to one of its checkpoints" in button.toolTip()
    checkpoint.setCurrentIndex(1)
    assert button.isEnabled()
    assert "Continue training" in button.toolTip()


def test_a_run_is_read_with_in_draw(runs: RunsDialog, window: MainWindow, qtbot: QtBot) -> None:
    _press(runs, "loadRun")
    qtbot.waitUntil(lambda: window.model is not None and window.model.title.startswith("light"), timeout=10_000)
    assert window.draw_tab.isVisible()
    qtbot.waitUntil(lambda: not runs.is_busy)
    run = runs.current
    assert isinstance(run, Run)
    assert window.model is not None
    assert window.model.path == run.folder.resolve()


def test_what_was_loaded_from_a_run_can_be_evaluated(runs: RunsDialog, digits: Path) -> None:
    run = runs.current
    assert isinstance(run, Run)
    for name in ("images-idx3-ubyte", "labels-idx1-ubyte"):
        (digits / f"train-{name}").rename(digits / f"t10k-{name}")
    first = run.checkpoints()[0].path
    *_, measured = evaluation_job((run.folder, first), Data(str(digits)))
    assert isinstance(measured, Measured)
    assert [result.model for result in measured.evaluations] == ["light run 1", "light run 1"]
    for reader, model in zip(measured.readers, (run.model(), run.model(first)), strict=True):
        weights = model.network.state_dict()["fc1.weight"]
        assert np.array_equal(reader.model.network.state_dict()["fc1.weight"], weights)
    assert measured.evaluations[0].accuracy > measured.evaluations[1].accuracy


def test_a_run_is_saved_as_a_model_file(runs: RunsDialog, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "saved.safetensors"
    _press(runs, "saveRun")
    dialog = runs.findChild(QFileDialog, "saveRunDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(path.exists, timeout=10_000)
    qtbot.waitUntil(lambda: not runs.is_busy)
    assert load_model(path).architecture.name == "light"
    blocked = tmp_path / "missing" / "saved.safetensors"
    runs.save_to(str(blocked))
    qtbot.waitUntil(lambda: bool(runs.notice.text), timeout=10_000)
    assert "saved.safetensors" in runs.notice.text or "missing" in runs.notice.text
    qtbot.waitUntil(lambda: not runs.is_busy)


def test_a_report_is_about_the_chosen_run(runs: RunsDialog) -> None:
    _press(runs, "reportRun")
    (dialog,) = runs.findChildren(ReportDialog)
    about = dialog.findChild(QLabel, "reportAbout")
    assert about is not None
    assert about.text() == "Report about 1 run: light run 1"
    assert dialog.isVisible()
    dialog.close()


def test_a_ticked_run_is_shown_beside_the_next_one(runs: RunsDialog, tab: TrainTab, qtbot: QtBot) -> None:
    index = runs.table.index(0, 0)
    assert runs.table.setData(index, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    qtbot.waitUntil(lambda: list(tab.curves.overlays) == ["light run 1"], timeout=10_000)
    past = tab.curves.overlays["light run 1"]
    assert len(past.loss) == 25
    assert "run0" in tab.curves.loss.keys
    assert runs.table.setData(index, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert tab.curves.overlays == {}
    assert "run0" not in tab.curves.loss.keys
    qtbot.waitUntil(lambda: not runs.is_busy)


def test_two_runs_of_one_name_are_told_apart_when_compared(
    runs: RunsDialog, tab: TrainTab, wait: Wait, qtbot: QtBot
) -> None:
    _trained(tab, wait, epochs=2)
    runs.refresh()
    assert [_text(runs, 1, row) for row in (0, 1)] == ["light run 2", "light run 1"]
    # A person may give two runs the same name.
    assert runs.table.setData(runs.table.index(0, 1), "light run 1")
    assert _text(runs, 1, 0) == _text(runs, 1, 1) == "light run 1"
    for row in (0, 1):
        assert runs.table.setData(runs.table.index(row, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    qtbot.waitUntil(lambda: len(tab.curves.overlays) == 2, timeout=10_000)
    assert sorted(len(record.loss) for record in tab.curves.overlays.values()) == [25, 50]
    # By the time of day; of one second, by their folders, of which the second ends in a number.
    assert all("light" in name and name != "light" for name in tab.curves.overlays)
    for plot in (tab.curves.loss, tab.curves.other):
        for key in ("run0", "run1"):
            assert f"{key}-validation" in plot.keys
            chip = tab.findChild(QAbstractButton, f"{plot.objectName()}Curve-{key}")
            assert chip is not None
            assert chip.isVisible()
    qtbot.waitUntil(lambda: not runs.is_busy)


def test_an_interrupted_run_goes_on_with_its_past_on_the_curves(tab: TrainTab, wait: Wait) -> None:
    tab.one_batch()
    wait(tab, State.PAUSED)
    tab.session.stop()
    wait(tab, State.IDLE)
    tab.dialogs.show_runs()
    assert tab.dialogs.runs is not None
    _press(tab.dialogs.runs, "resumeRun")
    wait(tab, State.IDLE)
    record = tab.session.record
    assert record is not None
    np.testing.assert_array_equal(record.loss.x, np.arange(1, 51))
    assert len(RunStore().all()) == 1


def test_a_finished_run_goes_on_as_long_again_as_a_run_of_its_own(
    runs: RunsDialog, tab: TrainTab, wait: Wait, qtbot: QtBot
) -> None:
    finished = runs.current
    assert isinstance(finished, Run)
    before = (finished.folder / "model.safetensors").read_bytes()
    with qtbot.waitSignal(tab.session.ended, timeout=30_000):
        _press(runs, "resumeRun")
    wait(tab, State.IDLE)
    longer = RunStore().all()[0]
    assert isinstance(longer, Run)
    assert longer.folder != finished.folder
    assert (longer.info.epochs, longer.info.steps) == (2, 50)
    assert (finished.folder / "model.safetensors").read_bytes() == before
    assert not tab.notice.isVisible()
    qtbot.waitUntil(lambda: not runs.is_busy)


def test_going_back_to_a_checkpoint_makes_a_run_of_its_own(
    runs: RunsDialog, tab: TrainTab, wait: Wait, qtbot: QtBot
) -> None:
    choice = runs.findChild(ComboBox, "checkpointChoice")
    assert choice is not None
    assert choice.count() >= 2
    choice.setCurrentIndex(choice.count() - 1)
    with qtbot.waitSignal(tab.session.ended):
        _press(runs, "resumeRun")
    wait(tab, State.IDLE)
    assert len(RunStore().all()) == 2
    twin = RunStore().all()[0]
    assert isinstance(twin, Run)
    assert twin.info.branched_from.endswith("step 0")
    assert twin.info.steps == 25
    qtbot.waitUntil(lambda: not runs.is_busy)


def test_a_run_folder_edited_by_hand_is_listed_with_what_is_wrong(tab: TrainTab, wait: Wait) -> None:
    run = _trained(tab, wait, epochs=1)
    (run.folder / "run.json").write_text("{")
    tab.dialogs.show_runs()
    assert tab.dialogs.runs is not None
    assert _text(tab.dialogs.runs, 5) == "cannot be read"
    facts = tab.dialogs.runs.findChild(QLabel, "runFacts")
    assert facts is not None
    assert "run.json" in facts.text()
    _press(tab.dialogs.runs, "deleteRun")
    assert tab.dialogs.runs.table.rowCount() == 0


def test_layers_are_added_changed_and_used(tab: TrainTab) -> None:
    QTest.keyClick(tab, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    editor = tab.findChild(NetworkEditor)
    assert editor is not None
    editor.view.setCurrentIndex(editor.list.index(0, 0))
    maps = editor.findChild(IntField, "layer-out_channels")
    assert maps is not None
    maps.setValue(12)
    rows = editor.list.analysis.rows
    assert rows[0].output_shape == (12, 28, 28)
    assert rows[0].parameters == 12 * 10
    assert rows[3].arguments["in_channels"] == 12
    kinds = editor.findChild(ComboBox, "newLayer")
    assert kinds is not None
    kinds.choose("BatchNorm2D")
    _press(editor, "addLayer")
    assert editor.list.analysis.rows[1].type == "BatchNorm2D"
    _press(editor, "layerDown")
    assert editor.list.analysis.rows[2].type == "BatchNorm2D"
    _press(editor, "undoLayer")
    _press(editor, "removeLayer")
    assert editor.list.analysis.rows[1].type == "ReLU"
    _press(editor, "useNetwork")
    assert tab.editor.plan.architecture == editor.architecture
    network = tab.findChild(ComboBox, "trainNetwork")
    assert network is not None
    assert "changed" in network.currentText()


def test_a_box_of_the_drawing_is_edited(tab: TrainTab, qtbot: QtBot) -> None:
    tab.dialogs.edit_network()
    editor = tab.findChild(NetworkEditor)
    assert editor is not None
    drawing = editor.drawing
    qtbot.waitUntil(lambda: bool(drawing.boxes), timeout=30_000)
    _switch(editor, "layersAsDrawing")
    assert drawing.isVisible()
    assert not editor.view.isVisible()
    drawing.setFocus()
    names = [box.full_name for box in drawing.boxes]
    for _step in range(names.index("conv2")):
        QTest.keyClick(drawing, Qt.Key.Key_Down)
    QTest.keyClick(drawing, Qt.Key.Key_Return)
    name = editor.findChild(QLineEdit, "layerName")
    assert name is not None
    # Fields of layers passed on the way may not be deleted yet; the newest is the last.
    maps = editor.findChildren(IntField, "layer-out_channels")[-1]
    assert name.text() == "conv2"
    assert name.hasFocus()
    maps.setValue(21)
    qtbot.waitUntil(lambda: _drawn_text(editor, "conv2").startswith("21 × "), timeout=30_000)
    editor.view.setCurrentIndex(editor.list.index(0, 0))
    assert drawing.box is drawing.boxes[0]
    _press(editor, "networkCancel")


def test_a_layer_inside_a_block_is_edited(tab: TrainTab, qtbot: QtBot) -> None:
    tab.editor.change(architecture=ARCHITECTURES["resnet"])
    tab.dialogs.edit_network()
    editor = tab.findChild(NetworkEditor)
    assert editor is not None
    drawing = editor.drawing
    qtbot.waitUntil(lambda: any(box.full_name == "block1.body.conv1" for box in drawing.boxes), timeout=30_000)
    _switch(editor, "layersAsDrawing")
    drawing.chosen.emit("block1.body.conv1")
    name, maps = editor.findChild(QLineEdit, "layerName"), editor.findChild(IntField, "layer-out_channels")
    assert name is not None
    assert maps is not None
    assert name.text() == "conv1"
    maps.setValue(24)
    assert editor.trouble == ""
    qtbot.waitUntil(lambda: _drawn_text(editor, "block1.body.conv1").startswith("24 × "), timeout=30_000)
    name.setText("first")
    name.editingFinished.emit()
    qtbot.waitUntil(lambda: _drawn_text(editor, "block1.body.first").startswith("24 × "), timeout=30_000)
    _switch(editor, "layersAsList")
    assert name.text() == "block1"
    _press(editor, "networkCancel")


def test_the_layer_table_is_copied(tab: TrainTab, qtbot: QtBot) -> None:
    tab.dialogs.edit_network()
    editor = tab.findChild(NetworkEditor)
    assert editor is not None
    rows = editor.list.analysis.rows
    table = run(copied(qtbot, editor.copy_as, "numpy"))["table"]
    assert [(name, row["output"], row["parameters"]) for name, row in table.items()] == [
        (row.name, row.output_shape, row.parameters) for row in rows
    ]
    assert "conv1" in copied(qtbot, editor.copy_as, "markdown")
    assert "nn.Conv2d(1, " in copied(qtbot, editor.copy_as, "pytorch")
    _press(editor, "networkCancel")


def test_an_impossible_network_is_explained_and_cannot_be_used(tab: TrainTab) -> None:
    tab.dialogs.edit_network()
    editor = tab.findChild(NetworkEditor)
    assert editor is not None
    row = next(row.index for row in editor.list.analysis.rows if row.name == "conv2")
    editor.view.setCurrentIndex(editor.list.index(row, 0))
    kernel = editor.findChild(IntField, "layer-kernel_size")
    assert kernel is not None
    kernel.setValue(25)
    trouble = editor.findChild(QLabel, "networkTrouble")
    use = editor.findChild(QPushButton, "useNetwork")
    assert trouble is not None
    assert use is not None
    assert "conv2" in trouble.text()
    assert "25" in trouble.text()
    assert not use.isEnabled()
    kernel.setValue(3)
    assert use.isEnabled()
    assert "weights" in trouble.text()


def test_the_other_settings_are_taken_over_and_can_be_undone(tab: TrainTab) -> None:
    QTest.keyClick(tab, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = tab.findChild(MoreDialog)
    assert dialog is not None
    limit, rotation = dialog.findChild(IntField, "moreLimit"), dialog.findChild(FloatField, "moreRotation")
    optimizer = dialog.findChild(ComboBox, "moreOptimizer")
    patience, beta2 = dialog.findChild(IntField, "morePatience"), dialog.findChild(FloatField, "moreBeta2")
    assert limit is not None
    assert rotation is not None
    assert optimizer is not None
    assert patience is not None
    assert beta2 is not None
    limit.setValue(200)
    rotation.setValue(12)
    patience.setValue(3)
    assert not beta2.isVisible()
    optimizer.choose("adam")
    optimizer.activated.emit(optimizer.currentIndex())
    assert beta2.isVisible()
    plan = tab.editor.plan
    assert (plan.limit, plan.settings.patience, plan.settings.optimizer) == (200, 3, "adam")
    assert plan.settings.augmentation is not None
    assert plan.settings.augmentation.rotation == 12
    assert not np.array_equal(tab.setup.preview.images[0], tab.setup.preview.images[1])
    _press(dialog, "moreReset")
    assert tab.editor.plan == RunPlan.quick()
    assert limit.text() == "all"
    dialog.close()


def test_the_options_of_optimizers_and_schedules_are_shown_where_they_have_an_effect(tab: TrainTab) -> None:
    QTest.keyClick(tab, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = tab.findChild(MoreDialog)
    assert dialog is not None

    def shown() -> set[str]:
        names = ["Amsgrad", "Dampening", "Centered", "LrDecay", "InitialAccumulatorValue", "Milestones", "Gamma"]
        names += ["Power", "CycleEpochs", "CycleGrowth", "CycleMode", "Rise", "FinalLearningRate"]
        found = {name: dialog.findChild(QWidget, f"more{name}") for name in names}
        assert None not in found.values()
        return {name for name, widget in found.items() if widget is not None and widget.isVisible()}

    for settings, expected in (
        ({"optimizer": "adam", "schedule": "constant"}, {"Amsgrad"}),
        ({"optimizer": "sgd", "schedule": "multistep"}, {"Dampening", "Milestones", "Gamma"}),
        ({"optimizer": "rmsprop", "schedule": "polynomial"}, {"Centered", "Power", "FinalLearningRate"}),
        (
            {"optimizer": "adagrad", "schedule": "restarts"},
            {"LrDecay", "InitialAccumulatorValue", "CycleEpochs", "CycleGrowth", "FinalLearningRate"},
        ),
        ({"optimizer": "nesterov", "schedule": "cyclic"}, {"CycleEpochs", "CycleMode", "Rise"}),
        ({"cycle_mode": "exp_range"}, {"CycleEpochs", "CycleMode", "Rise", "Gamma"}),
    ):
        assert tab.editor.change_settings(**settings)
        assert shown() == expected
    centered = dialog.findChild(CheckBox, "moreCentered")
    assert centered is not None
    tab.editor.change_settings(optimizer="rmsprop")
    centered.click()
    assert tab.editor.plan.settings.centered
    dialog.close()


def test_milestones_are_typed_as_a_list(tab: TrainTab) -> None:
    tab.editor.change_settings(schedule="multistep", epochs=20)
    QTest.keyClick(tab, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = tab.findChild(MoreDialog)
    assert dialog is not None
    field, notice = dialog.findChild(NumbersField, "moreMilestones"), dialog.findChild(InlineAlert, "moreNotice")
    assert field is not None
    assert notice is not None
    assert field.placeholderText() == "1/2, 3/4"

    def chosen() -> tuple[int, ...] | None:
        return tab.editor.plan.settings.milestones

    def type_in(text: str) -> None:
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    type_in("10 15")
    assert chosen() == (10, 15)
    assert field.text() == "10, 15"
    assert dialog.isVisible()
    for text, said in (("ten", "Milestones (epochs): ten are not whole numbers"), ("15, 10", "not 15,10")):
        type_in(text)
        assert said in notice.text
        assert chosen() == (10, 15)
        assert field.text() == "10, 15"
    field.clear()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert chosen() is None
    dialog.close()


def test_what_cannot_work_is_said_and_not_taken(tab: TrainTab) -> None:
    tab.editor.change_settings(optimizer="nesterov")
    before = tab.editor.plan
    momentum = tab.findChild(FloatField, "trainMomentum")
    assert momentum is not None
    momentum.setValue(0)
    assert tab.editor.plan == before
    assert "momentum must be greater than 0" in tab.notice.text
    assert momentum.value() == pytest.approx(before.settings.momentum)


@pytest.mark.parametrize(
    ("filter_number", "suffix", "start"), [(0, ".png", b"\x89PNG"), (1, ".svg", b"<?xml"), (2, ".pdf", b"%PDF")]
)
def test_a_figure_is_exported_by_clicking_through_both_dialogs(
    tab: TrainTab, wait: Wait, tmp_path: Path, filter_number: int, suffix: str, start: bytes
) -> None:
    _trained(tab, wait, epochs=1)
    _press(tab, "exportButton")
    asked = tab.findChild(ExportDialog)
    assert asked is not None
    preset = asked.findChild(ComboBox, "exportPreset")
    assert preset is not None
    preset.setFocus()
    QTest.keyClick(preset, Qt.Key.Key_Down)
    assert preset.chosen == "column"
    _press(asked, "exportSave")
    dialog = tab.findChild(QFileDialog, "exportCurvesDialog")
    assert dialog is not None
    dialog.setDirectory(str(tmp_path))
    formats = dialog.findChild(QComboBox, "fileTypeCombo")
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert formats is not None
    assert name is not None
    for _ in range(filter_number):
        QTest.keyClick(formats, Qt.Key.Key_Down)
    formats.activated.emit(formats.currentIndex())
    assert name.text() == f"training{suffix}"
    QTest.keyClick(name, Qt.Key.Key_Return)
    path = tmp_path / f"training{suffix}"
    content = path.read_bytes()
    assert content.startswith(start)
    # The column is 85 mm wide and 110 mm high: 241 x 312 points.
    if suffix == ".png":
        with PIL.Image.open(path) as picture:
            assert picture.size == (1004, 1299)
    elif suffix == ".svg":
        assert b'viewBox="0 0 240.945 311.811"' in content
    else:
        box = re.search(rb"/MediaBox \[([\d. ]+)\]", content)
        assert box is not None
        assert [float(number) for number in box[1].split()] == pytest.approx([0, 0, 240.945, 311.811], abs=1)
    assert tab.notice.text == ""


def test_curves_are_exported_as_picture_drawing_and_numbers(
    tab: TrainTab, wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    tab.export.export_to(tmp_path / "early.csv")
    assert "train first" in tab.notice.text
    _trained(tab, wait, epochs=1)
    _press(tab, "exportButton")
    asked = tab.findChild(ExportDialog)
    assert asked is not None
    width, height = asked.findChild(IntField, "exportWidth"), asked.findChild(IntField, "exportHeight")
    assert width is not None
    assert height is not None
    width.setValue(127)
    height.setValue(254)
    _press(asked, "exportSave")
    dialog = tab.findChild(QFileDialog, "exportCurvesDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "curves.png"))
    dialog.close()
    with PIL.Image.open(tmp_path / "curves.png") as picture:
        assert picture.size == (1500, 3000)
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    tab.export.export_to(tmp_path / "curves.svg")
    assert (tmp_path / "curves.svg").read_text().startswith("<?xml")
    tab.export.export_to(tmp_path / "curves.pdf")
    assert (tmp_path / "curves.pdf").read_bytes().startswith(b"%PDF")
    tab.export.export_to(tmp_path / "curves.jpeg")
    assert "use one of .png, .svg, .pdf, .csv" in tab.notice.text
    tab.export.export_to(tmp_path / "curves.csv")
    record = tab.session.record
    assert record is not None
    with (tmp_path / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == record.loss.y.tolist()
    assert [row["validation_loss"] for row in rows[:-1]] == [""] * 24
    assert float(rows[-1]["validation_loss"]) == record.validation_loss.y[0]
    curves = run(copied(qtbot, tab.curves.copy_as, "numpy"))["curves"]
    np.testing.assert_array_equal(curves["loss"], [record.loss.x, record.loss.y])
    np.testing.assert_array_equal(curves["validation_loss"][1], record.validation_loss.y)
    assert "validation_accuracy" in copied(qtbot, tab.curves.copy_as, "latex").replace("\\", "")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    tab.export.export_to(tmp_path / "full.csv")
    assert "No space left" in tab.notice.text
    assert not (tmp_path / "full.csv").exists()


def test_a_folder_of_data_is_chosen_and_remembered(tab: TrainTab, digits: Path) -> None:
    choice = tab.findChild(ComboBox, "trainData")
    assert choice is not None
    tab.editor.change(dataset="mnist", architecture=ARCHITECTURES["light"])
    choice.choose("folder:")
    choice.activated.emit(choice.currentIndex())
    dialog = tab.findChild(QFileDialog, "trainFolderDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(digits))
    dialog.close()
    assert tab.editor.plan.dataset == str(digits)
    assert choice.currentText() == digits.name
    tab.editor.change(dataset="mnist")
    assert choice.findText(digits.name) >= 0


def test_a_folder_stored_transposed_is_turned_by_choosing_it_so(tab: TrainTab, digits: Path) -> None:
    choice = tab.findChild(ComboBox, "trainData")
    assert choice is not None
    choice.setCurrentIndex(choice.findText(f"{digits.name}:transpose"))
    choice.activated.emit(choice.currentIndex())
    assert tab.editor.plan.dataset == f"{digits}:transpose"
    assert choice.currentText() == f"{digits.name}:transpose"
    # The way back stays open.
    choice.setCurrentIndex(choice.findText(digits.name))
    choice.activated.emit(choice.currentIndex())
    assert tab.editor.plan.dataset == str(digits)
