"""Collecting with mouse and keyboard, in the real window."""

import shutil
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from digitpad.data.collections.archive import export_archive
from digitpad.data.collections.dataset import read_sample_ink
from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.folder import CLASS_FILE, CLASSES, read_contents
from digitpad.data.collections.store import CollectionStore
from digitpad.gui.data.collect import work
from digitpad.gui.data.collect.name_dialog import NameDialog
from digitpad.gui.data.collect.page import CollectPage
from digitpad.gui.data.tab import DataTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.fields import ComboBox
from tests.gui.data.collect.conftest import Collecting, Fill, line, png

SLASH = [(0.2, 0.2), (0.8, 0.8)]
BAR = [(0.5, 0.1), (0.5, 0.9)]


def _on_disk(page: CollectPage) -> dict[str, int]:
    assert page.state.entry is not None
    return {each.name: len(each.samples) for each in read_contents(page.state.entry.folder).classes}


def _type_class(it: Collecting, name: str) -> None:
    field = it.page.findChild(QLineEdit, "newClassName")
    assert field is not None
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    QTest.keyClicks(field, name)
    QTest.keyClick(field, Qt.Key.Key_Return)
    it.settle()


def _press(it: Collecting, key: str | Qt.Key) -> None:
    if isinstance(key, str):
        QTest.keyClicks(it.page.pad.pad, key)
    else:
        QTest.keyClick(it.page.pad.pad, key)
    it.settle()


def _trigger(it: Collecting, name: str) -> None:
    action = it.window.findChild(QAction, name)
    assert action is not None
    assert action.isEnabled(), name
    action.trigger()
    it.settle()


def test_the_empty_page_says_what_to_do_and_waits_for_a_class(collecting: Collecting) -> None:
    it = collecting
    invitation = it.page.column.findChild(QWidget, "collectInvitation")
    assert invitation is not None
    assert invitation.isVisible()
    assert not it.page.ready.is_ready
    field = it.page.findChild(QLineEdit, "newClassName")
    assert field is not None
    assert field.hasFocus()
    it.draw(SLASH)
    _press(it, Qt.Key.Key_Return)
    assert it.said == "Add a class first: type its name below the classes."
    # The drawing stays for the class that is made now.
    assert not it.page.pad.is_blank
    _type_class(it, "A")
    _press(it, Qt.Key.Key_Return)
    assert it.counts == {"A": 1}


def test_enter_and_the_keys_of_classes_file_drawings(collecting: Collecting) -> None:
    it = collecting
    _type_class(it, "A")
    _type_class(it, "B")
    it.draw(BAR)
    _press(it, Qt.Key.Key_Return)
    assert it.counts == {"A": 0, "B": 1}
    assert it.page.pad.is_blank
    it.draw(SLASH)
    _press(it, "a")
    assert it.counts == {"A": 1, "B": 1}
    # The key of a class chooses it, if nothing has been drawn.
    _press(it, "b")
    assert [card.is_chosen for card in it.page.column.cards] == [False, True]
    it.draw(SLASH)
    button = it.page.findChild(QToolButton, "addSampleButton")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    it.settle()
    assert it.counts == _on_disk(it.page) == {"A": 1, "B": 2}


def test_what_is_filed_is_what_was_drawn(collecting: Collecting) -> None:
    it = collecting
    _type_class(it, "A")
    pad = it.page.pad.pad
    it.draw(SLASH, BAR)
    strokes = [stroke.points.tolist() for stroke in pad.sketch.page.strokes]
    _press(it, Qt.Key.Key_Return)
    (sample,) = it.page.column.cards[0].view.samples.samples
    assert [stroke.tolist() for stroke in read_sample_ink(sample).strokes] == strokes


def test_undo_takes_back_strokes_first_and_then_changes(collecting: Collecting) -> None:
    it = collecting
    _type_class(it, "A")
    it.draw(SLASH)
    _press(it, Qt.Key.Key_Return)
    it.draw(SLASH, BAR)
    for left in (1, 0):
        QTest.keyClick(it.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert len(it.page.pad.pad.sketch.page.strokes) == left
    QTest.keyClick(it.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    it.settle()
    assert it.counts == {"A": 0}
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(it.window, Qt.Key.Key_Z, both)
    it.settle()
    assert it.counts == _on_disk(it.page) == {"A": 1}


def test_samples_move_by_menu_and_by_dragging(fill: Fill, collecting: Collecting) -> None:
    fill(A=3, B=1)
    it = collecting
    it.page.commands.open_collection(CollectionStore().find("letters").folder)
    it.settle()
    first, second = it.page.column.cards
    view = first.view
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.samples.index(0)).center())
    assert len(it.page.column.selected()) == 1
    view.menu_wanted.emit(QPoint(10, 10))
    menu = it.page.findChild(QMenu, "samplesMenu")
    assert menu is not None
    move = menu.findChild(QMenu, "moveMenu")
    assert move is not None
    assert [action.text() for action in move.actions()] == ["B"]
    move.actions()[0].trigger()
    menu.close()
    it.settle()
    assert it.counts == {"A": 2, "B": 2}
    view.selectAll()
    # Qt's drag has an event loop of its own: what it delivers in the end is this event.
    mime = view.samples.mimeData([])
    _drop(second, mime, source=view)
    it.settle()
    assert it.counts == _on_disk(it.page) == {"A": 0, "B": 4}
    _trigger(it, "collectUndo")
    assert it.counts == {"A": 2, "B": 2}


class _DropEvent(QDropEvent):
    """A drop that comes from a view; Qt itself knows the source of real drags only."""

    def __init__(self, mime: QMimeData, source: QObject) -> None:
        super().__init__(
            QPointF(20, 20),
            Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        self._source = source

    def source(self) -> QObject:
        return self._source


def _drop(target: QWidget, mime: QMimeData, source: QObject | None = None) -> None:
    entering = QDragEnterEvent(
        QPoint(20, 20),
        Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    target.dragEnterEvent(entering)
    assert entering.isAccepted()
    target.dropEvent(_DropEvent(mime, source or target.window()))


def test_del_deletes_the_selected_samples(fill: Fill, collecting: Collecting) -> None:
    fill(A=3)
    it = collecting
    it.page.commands.open_collection(CollectionStore().find("letters").folder)
    it.settle()
    view = it.page.column.cards[0].view
    view.setFocus()
    view.setCurrentIndex(view.samples.index(0))
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    it.settle()
    assert it.counts == _on_disk(it.page) == {"A": 1}
    _trigger(it, "collectUndo")
    assert it.counts == {"A": 3}


def _class_menu(it: Collecting, number: int) -> QMenu:
    button = it.page.findChild(QToolButton, f"classMenu{number}")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    menu = it.page.findChild(QMenu, "classMenu")
    assert menu is not None
    return menu


def _choose(it: Collecting, menu: QMenu, name: str) -> None:
    next(action for action in menu.actions() if action.objectName() == name).trigger()
    menu.close()
    it.settle()


def test_classes_are_renamed_merged_and_deleted(collecting: Collecting) -> None:
    it = collecting
    for name in "ABC":
        _type_class(it, name)
        it.draw(SLASH)
        _press(it, Qt.Key.Key_Return)
    _choose(it, _class_menu(it, 1), "renameClass")
    dialog = it.page.findChild(NameDialog)
    assert dialog is not None
    field = dialog.findChild(QLineEdit, "nameField")
    assert field is not None
    field.insert("Ä/\N{RIGHT-TO-LEFT OVERRIDE}")
    QTest.keyClick(field, Qt.Key.Key_Return)
    it.settle()
    assert list(it.counts) == [r"Ä/\u202e", "B", "C"]
    menu = _class_menu(it, 2)
    merge = menu.findChild(QMenu, "mergeMenu")
    assert merge is not None
    merge.actions()[-1].trigger()
    menu.close()
    it.settle()
    assert list(it.counts.values()) == [1, 2]
    _choose(it, _class_menu(it, 1), "deleteClass")
    assert it.counts == {"C": 2}
    assert it.said == r"Deleted the class Ä/\u202e; Undo restores it."
    for _ in range(3):
        _trigger(it, "collectUndo")
    assert it.counts == _on_disk(it.page) == {"A": 1, "B": 1, "C": 1}


def test_pictures_are_dropped_pasted_and_opened(collecting: Collecting, tmp_path: Path) -> None:
    it = collecting
    _type_class(it, "cat")
    _type_class(it, "dog")
    first, second = it.page.column.cards
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_bytes(png())
    (tmp_path / "broken.png").write_bytes(b"no picture")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("1.png", "2.png", "broken.png")])
    _drop(first, mime)
    it.settle()
    assert it.counts == {"cat": 2, "dog": 0}
    assert "broken.png" in it.said
    it.page.column.choose(second.folder)
    image = QImage(30, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    _trigger(it, "collectPaste")
    it.page.commands.add_files([tmp_path / "1.png"], second.folder)
    it.settle()
    assert it.counts == _on_disk(it.page) == {"cat": 2, "dog": 2}
    assert first.view.samples.samples[-1].path.read_bytes() == png()
    text = QMimeData()
    text.setText('{"strokes":[[[1,2],[30,40]]],"width":50,"height":50}')
    _drop(it.page, text)
    it.settle()
    assert it.counts == {"cat": 2, "dog": 3}


def test_a_folder_of_class_folders_is_dropped_on_the_page(collecting: Collecting, tmp_path: Path) -> None:
    it = collecting
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "pets" / name / "1.png").write_bytes(png())
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "pets"))])
    _drop(it.page, mime)
    it.settle()
    assert it.counts == {"cat": 1, "dog": 1}
    assert it.said == "Added 2 samples."


def test_collections_are_made_renamed_exported_deleted_restored_and_imported(
    collecting: Collecting, tmp_path: Path
) -> None:
    it = collecting
    _type_class(it, "A")
    it.draw(SLASH)
    _press(it, Qt.Key.Key_Return)
    assert it.page.state.entry is not None
    assert it.page.state.entry.name == "My collection"
    for action, name in (("actionRenameCollection", "letters"), ("actionNewCollection", "signs")):
        _trigger(it, action)
        dialog = it.page.findChildren(NameDialog)[-1]
        field = dialog.findChild(QLineEdit, "nameField")
        assert field is not None
        field.selectAll()
        QTest.keyClicks(field, name)
        QTest.keyClick(field, Qt.Key.Key_Return)
        it.settle()
        assert it.page.state.entry is not None
        assert it.page.state.entry.name == name
    assert it.counts == {}
    it.page.commands.open_collection(CollectionStore().find("letters").folder)
    it.page.commands.export_to("zip", tmp_path / "letters.zip")
    it.settle()
    assert it.said == f"Exported 1 sample to {tmp_path / 'letters.zip'}."
    _trigger(it, "actionDeleteCollection")
    assert [entry.name for entry in CollectionStore().all()] == ["signs"]
    _trigger(it, "actionRestoreCollection")
    assert it.counts == {"A": 1}
    it.page.commands.import_from(tmp_path / "letters.zip")
    it.settle()
    assert it.page.state.entry.name == "letters 2"
    assert it.counts == {"A": 1}


def test_the_window_names_the_samples_of_an_archive_that_cannot_be_read(
    fill: Fill, collecting: Collecting, tmp_path: Path
) -> None:
    entry = fill(A=3)
    broken = sorted(entry.folder.rglob("*.jsonl"))[1]
    broken.write_text("{")
    export_archive(entry.folder, tmp_path / "letters.zip")
    it = collecting
    it.page.commands.import_from(tmp_path / "letters.zip")
    it.settle()
    assert it.counts == {"A": 2}
    assert it.said == (
        f"Imported 2 samples as the collection letters 2. Left out 1 sample that cannot be read: A/{broken.name}."
    )


def test_a_collection_that_somebody_deletes_is_closed_with_a_sentence(fill: Fill, collecting: Collecting) -> None:
    entry = fill(A=2)
    it = collecting
    it.page.commands.open_collection(entry.folder)
    it.settle()
    it.draw(SLASH)
    shutil.rmtree(entry.folder)
    _press(it, Qt.Key.Key_Return)
    assert "does not exist any more" in it.said
    assert it.page.state.entry is None
    # The drawing is not lost.
    assert not it.page.pad.is_blank


def test_a_drawing_that_cannot_be_saved_comes_back(
    fill: Fill, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = fill(A=2)
    it = collecting
    it.page.commands.open_collection(entry.folder)
    it.settle()
    it.draw(SLASH)
    points = it.page.pad.pad.sketch.page.strokes[0].points.tolist()

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        _press(it, Qt.Key.Key_Return)
    assert "No space left on device" in it.said
    assert it.page.pad.pad.sketch.page.strokes[0].points.tolist() == points
    _press(it, Qt.Key.Key_Return)
    assert it.counts == {"A": 3}


def test_changes_of_other_programs_are_shown_when_the_page_is(fill: Fill, collecting: Collecting) -> None:
    entry = fill(A=2)
    it = collecting
    it.page.commands.open_collection(entry.folder)
    it.settle()
    it.window.go_to("Draw")
    with CollectionEditor(entry.folder) as other:
        other.add(other.add_class("B"), [NewSample(line())])
    it.window.go_to("Data")
    it.settle()
    assert it.counts == {"A": 2, "B": 1}


def test_a_broken_sample_is_marked_and_says_why(fill: Fill, collecting: Collecting) -> None:
    entry = fill(A=3)
    broken = read_contents(entry.folder).classes[0].samples[1]
    broken.path.write_text("{")
    it = collecting
    it.page.commands.open_collection(entry.folder)
    it.settle()
    it.qtbot.waitUntil(lambda: bool(it.page.thumbnails.trouble(broken)))
    assert broken.name in it.page.thumbnails.trouble(broken)
    index = it.page.column.cards[0].view.samples.index(1)
    assert "is not JSON" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_a_class_without_a_readable_name_is_mentioned_once(fill: Fill, collecting: Collecting) -> None:
    it = collecting
    entry = fill("letters", A=1)
    (place,) = (entry.folder / CLASSES).iterdir()
    (place / CLASS_FILE).write_text("{")
    remarks: list[str] = []
    it.page.message.connect(lambda message: remarks.append(message.text))
    it.page.session.ask(partial(work.open_collection, entry.folder))
    it.settle()
    it.page.session.ask(partial(work.refresh, None))
    it.settle()
    assert remarks == [f"The name of the class in {place} cannot be read; rename it."]


def test_a_thousand_samples_are_shown_without_painting_all_of_them(fill: Fill, collecting: Collecting) -> None:
    entry = fill(A=1000)
    it = collecting
    it.page.commands.open_collection(entry.folder)
    it.settle()
    view = it.page.column.cards[0].view
    assert view.samples.rowCount() == 1000
    it.qtbot.waitUntil(lambda: bool(it.page.thumbnails.painted) and not it.page.thumbnails.busy)
    # Only what is visible has been painted.
    painted = [sample for sample in view.samples.samples if sample.name in it.page.thumbnails.painted]
    assert len(painted) < 100
    it.draw(SLASH)
    _press(it, Qt.Key.Key_Return)
    assert it.counts == {"A": 1001}


def test_the_keys_of_the_page_work_on_the_page_only(collecting: Collecting) -> None:
    it = collecting
    _type_class(it, "A")
    it.draw(SLASH)
    _press(it, Qt.Key.Key_Return)
    it.window.go_to("Draw")
    undo = it.window.findChild(QAction, "collectUndo")
    assert undo is not None
    assert not undo.isEnabled()
    QTest.keyClick(it.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    it.window.go_to("Data")
    it.settle()
    assert it.counts == {"A": 1}
    assert undo.isEnabled()


def test_the_window_closes_at_once_and_saves_what_waits(collecting: Collecting) -> None:
    it = collecting
    _type_class(it, "A")
    assert it.page.state.entry is not None
    folder = it.page.state.entry.folder
    for _ in range(5):
        it.draw(SLASH)
        QTest.keyClick(it.page.pad.pad, Qt.Key.Key_Return)
    it.window.close()
    assert len(read_contents(folder).classes[0].samples) == 5


@pytest.mark.parametrize(
    ("tab", "chooser"), [("Train", "trainData"), ("Evaluate", "evaluateData"), ("Data", "lookData")]
)
def test_collections_are_offered_as_data(fill: Fill, window: MainWindow, tab: str, chooser: str, qtbot: QtBot) -> None:
    fill("letters", A=1, B=1)
    shown = window.go_to(tab)
    if isinstance(shown, DataTab):
        shown.page("look")
    box = window.findChild(ComboBox, chooser)
    assert box is not None
    qtbot.waitUntil(lambda: box.findText("letters") >= 0)
    fill("signs", A=1)
    window.go_to("Draw")
    window.go_to(tab)
    qtbot.waitUntil(lambda: box.findText("signs") >= 0)
    store = CollectionStore()
    store.forget(store.delete(store.find("letters")))
    window.go_to("Draw")
    window.go_to(tab)
    qtbot.waitUntil(lambda: box.findText("letters") < 0)


def test_another_collection_begins_with_its_first_class(fill: Fill, collecting: Collecting) -> None:
    first, second = fill("one", A=1, B=1), fill("two", C=1, D=1)
    it = collecting
    for entry, expected in ((first, "A"), (second, "C")):
        it.page.commands.open_collection(entry.folder)
        it.settle()
        (chosen,) = [card.shown.name for card in it.page.column.cards if card.is_chosen and card.shown is not None]
        assert chosen == expected
