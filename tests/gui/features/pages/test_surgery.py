"""Surgery: the prediction is updated immediately, the accuracy soon after, and undo restores everything."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitpad.data.mnist import load_mnist
from digitpad.explain.dependencies import Cell
from digitpad.gui.features.pages import operations
from digitpad.gui.features.pages.surgery import SurgeryPage
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.models.model_file import Model, ModelMetadata, load_model
from tests.gui.settling import lay_out, settle

Ink = Callable[[FeaturesTab], None]


@pytest.fixture(autouse=True)
def _few_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    few = load_mnist("test").subset(np.arange(1500))
    monkeypatch.setattr(operations, "mnist_test_set", lambda: few)


@pytest.fixture
def page(tab: FeaturesTab, ink: Ink) -> SurgeryPage:
    ink(tab)
    QTest.keyClick(tab, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    tab.maps.go_to(Cell("conv1", 2, 5, 5), pin=True)
    return tab.panel.surgery


def _map(tab: FeaturesTab, layer: str, channel: int) -> NDArray[np.float32]:
    assert tab.frame is not None
    values: NDArray[np.float32] = tab.frame[layer][channel]
    return values


def test_a_muted_map_is_zero_at_once_and_undo_brings_it_back(tab: FeaturesTab, page: SurgeryPage) -> None:
    before = _map(tab, "conv1", 2).copy()
    others = _map(tab, "conv1", 1).copy()
    QTest.keyClick(tab, Qt.Key.Key_M)
    settle(tab)
    assert not _map(tab, "conv1", 2).any()
    np.testing.assert_array_equal(_map(tab, "conv1", 1), others)
    assert page.silent == {("conv1", 2)}
    assert tab.maps.cell == Cell("conv1", 2, 5, 5)
    QTest.keyClick(tab, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    settle(tab)
    np.testing.assert_array_equal(_map(tab, "conv1", 2), before)
    assert not page.silent
    QTest.keyClick(tab, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    settle(tab)
    assert not _map(tab, "conv1", 2).any()


def test_a_map_is_kept_alone(tab: FeaturesTab, page: SurgeryPage) -> None:
    QTest.keyClick(tab, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    settle(tab)
    assert _map(tab, "conv1", 2).any()
    assert not any(_map(tab, "conv1", channel).any() for channel in (0, 1, 3))
    assert len(page.silent) == 3


def test_a_map_is_scaled_in_one_gesture(tab: FeaturesTab, page: SurgeryPage) -> None:
    before = _map(tab, "conv1", 2).copy()
    page.factor.setValue(1.5)
    page.factor.setValue(2.0)
    settle(tab)
    np.testing.assert_allclose(_map(tab, "conv1", 2), 2 * before, rtol=1e-5, atol=1e-6)
    assert len(page.operations.history.done) == 1


def test_a_kernel_is_redrawn_by_dragging_and_by_keys(tab: FeaturesTab, page: SurgeryPage) -> None:
    editor = page.editor
    assert editor.kernel is not None
    before = editor.kernel.copy()
    QTest.mousePress(editor, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    QTest.mouseMove(editor, QPoint(10, 4))
    QTest.mouseMove(editor, QPoint(10, 1))
    QTest.mouseRelease(editor, Qt.MouseButton.LeftButton, pos=QPoint(10, 1))
    assert len(page.operations.history.done) == 1
    settle(tab)
    assert tab.model is not None
    changed = tab.model.network.state_dict()["conv1.weight"][2, 0]
    assert changed[0, 0] > before[0, 0]
    np.testing.assert_array_equal(changed.ravel()[1:], before.ravel()[1:])
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_Right)
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    settle(tab)
    assert tab.model.network.state_dict()["conv1.weight"][2, 0, 0, 1] == 0
    assert len(page.operations.history.done) == 2


def test_a_weight_is_typed(tab: FeaturesTab, page: SurgeryPage) -> None:
    editor = page.editor
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_Right)
    QTest.keyClick(editor, Qt.Key.Key_0)
    assert editor.field.isVisible()
    QTest.keyClicks(editor.field, ".125")
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    assert not editor.field.isVisible()
    settle(tab)
    assert tab.model is not None
    assert tab.model.network.state_dict()["conv1.weight"][2, 0, 0, 1] == np.float32(0.125)
    assert len(page.operations.history.done) == 1
    # Enter opens the field with the weight; a text that is not a number changes nothing.
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.field.text() == "0.125"
    editor.field.setText("much")
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    assert len(page.operations.history.done) == 1


def _press(text: str, *then: Qt.Key) -> None:
    """Type as a person does: each key goes to what has the focus."""
    for letter in text:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClicks(focused, letter)
    for key in then:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
@pytest.mark.parametrize("opened", [False, True])
def test_a_typed_weight_is_taken_by_enter_and_by_leaving(
    tab: FeaturesTab, page: SurgeryPage, end: Qt.Key, *, opened: bool
) -> None:
    editor = page.editor
    tab.window().activateWindow()
    editor.setFocus()
    if opened:
        # The field opens with the weight selected: what is typed replaces all of it.
        _press("", Qt.Key.Key_F2)
    _press("2.5", end)
    assert not editor.field.isVisible()
    settle(tab)
    assert tab.model is not None
    assert tab.model.network.state_dict()["conv1.weight"][2, 0, 0, 0] == np.float32(2.5)
    assert editor.kernel is not None
    assert editor.kernel[0, 0] == 2.5
    assert len(page.operations.history.done) == 1
    assert editor.hasFocus() == (end != Qt.Key.Key_Tab)


def test_keys_that_reach_the_editor_go_on_in_the_open_field(tab: FeaturesTab, page: SurgeryPage) -> None:
    editor = page.editor
    editor.setFocus()
    QTest.keyClicks(editor, "2.5")
    assert editor.field.text() == "2.5"
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    settle(tab)
    assert tab.model is not None
    assert tab.model.network.state_dict()["conv1.weight"][2, 0, 0, 0] == np.float32(2.5)


def test_escape_and_leaving_an_untouched_field_change_nothing(tab: FeaturesTab, page: SurgeryPage) -> None:
    editor = page.editor
    tab.window().activateWindow()
    for keys, end in (("2.5", Qt.Key.Key_Escape), ("", Qt.Key.Key_Tab)):
        editor.setFocus()
        _press("", Qt.Key.Key_F2)
        _press(keys, end)
        assert not editor.field.isVisible()
    assert not page.operations.history.done


def test_a_matrix_is_pasted_and_copied(
    features_window: MainWindow, tab: FeaturesTab, page: SurgeryPage, qapp: QApplication
) -> None:
    editor = page.editor
    editor.setFocus()
    qapp.clipboard().setText("[[1, 2, 3],\n [4, 5, 6],\n [7, 8, -9.5]]")
    QTest.keyClick(editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(tab)
    assert tab.model is not None
    pasted = tab.model.network.state_dict()["conv1.weight"][2, 0]
    np.testing.assert_array_equal(pasted, [[1, 2, 3], [4, 5, 6], [7, 8, -9.5]])
    QTest.keyClick(editor, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert qapp.clipboard().text() == "1\t2\t3\n4\t5\t6\n7\t8\t-9.5"
    qapp.clipboard().setText("1 2 3")
    QTest.keyClick(editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    message = features_window.messages.message
    assert message is not None
    assert "3 × 3" in message.text
    assert len(page.operations.history.done) == 1


def test_presets_are_textbook_kernels(tab: FeaturesTab, page: SurgeryPage) -> None:
    menu = page.presets.menu()
    assert menu is not None
    assert len(menu.actions()) == 6
    next(action for action in menu.actions() if action.objectName() == "preset-sobel-x").trigger()
    settle(tab)
    assert tab.model is not None
    put = tab.model.network.state_dict()["conv1.weight"][2, 0]
    np.testing.assert_array_equal(put, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    assert len(page.operations.history.done) == 1


def test_ctrl_z_undoes_surgery_and_drawing_in_their_order(
    tab: FeaturesTab, page: SurgeryPage, draw: Callable[..., None]
) -> None:
    undo = (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    redo = (Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    sketch = tab.side.pad.sketch
    page.mute()
    strokes = len(sketch.settled.strokes)
    tab.side.show_drawing(on=True)
    draw(tab.side.pad, [[(30, 30), (60, 60)]])
    page.factor.setValue(2.0)

    def state() -> tuple[int, int]:
        return len(page.operations.history.done), len(sketch.settled.strokes) - strokes

    assert state() == (2, 1)
    for expected in ((1, 1), (1, 0), (0, 0)):
        QTest.keyClick(tab, *undo)
        assert state() == expected
    for expected in ((1, 0), (1, 1), (2, 1)):
        QTest.keyClick(tab, *redo)
        assert state() == expected


@pytest.mark.parametrize(
    "metadata",
    [ModelMetadata(labels=tuple("ABCDEFGHIJ")), ModelMetadata(labels=tuple("9876543210"))],
    ids=["letters", "other order"],
)
def test_the_accuracy_on_mnist_is_not_measured_of_other_classes(
    tab: FeaturesTab, page: SurgeryPage, model: Model, metadata: ModelMetadata
) -> None:
    page.use_model(replace(model, metadata=metadata))
    page.show_cell(tab.frame, Cell("conv1", 2, 5, 5))
    page.mute()
    assert page.silent == {("conv1", 2)}
    assert page.figure.text() == ""
    settle(tab)
    assert page.operations.measured is None


def test_the_accuracy_comes_as_a_sample_and_then_of_all(page: SurgeryPage, qtbot: QtBot) -> None:
    page.mute()
    assert page.figure.text() == "measuring…"
    qtbot.waitUntil(
        lambda: page.operations.measured is not None and page.operations.measured.done == 1500, timeout=30000
    )
    assert page.operations.measured is not None
    assert page.figure.text().endswith("of 1,500 correct")
    assert 0 <= page.operations.measured.share < 0.6


def test_what_has_no_weights_offers_nothing(tab: FeaturesTab, page: SurgeryPage) -> None:
    tab.maps.unpin()
    tab.maps.go_to(Cell("input", 0, 5, 5))
    assert not page.muting.isEnabled()
    assert not page.editor.isEnabled()


def test_the_result_is_saved_as_a_model_that_can_be_loaded(
    features_window: MainWindow, page: SurgeryPage, tmp_path: Path
) -> None:
    page.mute()
    page.operations.save_to(tmp_path / "mine" / "quiet.safetensors")
    loaded = load_model(tmp_path / "mine" / "quiet.safetensors")
    assert not loaded.network.state_dict()["conv1.weight"][2].any()
    assert "surgery" in loaded.metadata.training
    message = features_window.messages.message
    assert message is not None
    assert "quiet.safetensors" in message.text
    (tmp_path / "file").touch()
    page.operations.save_to(tmp_path / "file" / "quiet.safetensors")
    message = features_window.messages.message
    assert message is not None
    assert "choose another folder" in message.text


def test_another_model_begins_untouched(
    features_window: MainWindow, tab: FeaturesTab, page: SurgeryPage, model: Model
) -> None:
    page.mute()
    features_window.use_model(None)
    settle(tab)
    assert not page.operations.history.done
    assert _map(tab, "conv1", 2).any()
    np.testing.assert_array_equal(
        tab.model.network.state_dict()["conv1.weight"] if tab.model else 0, model.network.state_dict()["conv1.weight"]
    )


def test_the_field_for_the_map_has_room_for_its_text(page: SurgeryPage) -> None:
    field = page.place
    assert field.isEnabled()
    assert field.prefix()
    field.setValue(field.maximum())
    lay_out()
    line = field.lineEdit()
    margins = line.textMargins()
    room = line.width() - margins.left() - margins.right()
    assert room >= line.fontMetrics().horizontalAdvance(field.text()) + 4
