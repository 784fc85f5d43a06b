"""Opening, saving, copying, pasting and dropping; and what happens when the files are bad."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QToolButton, QWidget

from digitpad.data.ink import read_ink
from digitpad.gui.draw.tab import DrawTab
from digitpad.gui.shell.main_window import MainWindow
from tests.gui.settling import settle
from tests.pictures import png_claiming

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]
_LINE = '{"width": 500, "height": 500, "strokes": [[[10, 20], [30, 40]], [[50, 60]]]}\n'


@pytest.fixture
def tab(window: MainWindow) -> DrawTab:
    return window.draw_tab


@pytest.fixture
def image_file(tmp_path: Path) -> Path:
    path = tmp_path / "seven.png"
    levels = np.full((60, 40), 255, np.uint8)
    levels[10:50, 18:24] = 0
    PIL.Image.fromarray(levels).save(path)
    return path


def _text(window: MainWindow) -> str:
    message = window.messages.message
    return message.text if message is not None else ""


def _drop(window: MainWindow, mime: QMimeData) -> bool:
    """Drop something as the system would: asked first, then dropped if welcome."""
    nothing, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), nothing, mime, left, none)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), nothing, mime, left, none))
        settle(window)
    return enter.isAccepted()


def _files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_an_image_is_opened_through_the_button_and_read_as_an_image(
    window: MainWindow, tab: DrawTab, image_file: Path
) -> None:
    button = tab.findChild(QToolButton, "openButton")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = window.findChild(QFileDialog, "openDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(image_file))
    dialog.close()
    settle(tab)
    assert tab.canvas.sketch.page.picture is not None
    assert tab.canvas.sketch.undo_name == "open seven.png"
    assert tab.answer.digit == "7"
    tab.undo.trigger()
    assert tab.canvas.sketch.page.is_blank


def test_ink_is_opened_with_its_own_numbers(window: MainWindow, tab: DrawTab, tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text(_LINE * 2)
    window.open_path(path)
    settle(window)
    assert [stroke.points.tolist() for stroke in tab.canvas.sketch.page.strokes] == [[[10, 20], [30, 40]], [[50, 60]]]
    assert "2 drawings" in _text(window)


def test_ink_saved_is_ink_opened(window: MainWindow, tab: DrawTab, draw: Draw, tmp_path: Path) -> None:
    draw(tab.canvas, [[(10, 20), (30, 40)], [(5, 6)]])
    tab.canvas.pen_width = 30
    draw(tab.canvas, [[(90, 90)]])
    before = tab.canvas.sketch.page
    tab.files.save_ink.trigger()
    dialog = window.findChild(QFileDialog, "saveInkDialog")
    assert dialog is not None
    path = tmp_path / "mine.jsonl"
    dialog.fileSelected.emit(str(path))
    dialog.close()
    (drawing,) = read_ink(path)
    assert (drawing.width, drawing.height) == (tab.canvas.width(), tab.canvas.height())
    tab.canvas.clear()
    window.open_path(path)
    settle(window)
    after = tab.canvas.sketch.page
    assert [stroke.points.tolist() for stroke in after.strokes] == [stroke.points.tolist() for stroke in before.strokes]
    assert [stroke.width for stroke in after.strokes] == [stroke.width for stroke in before.strokes]


def test_a_picture_saved_is_dark_ink_on_white(window: MainWindow, tab: DrawTab, draw: Draw, tmp_path: Path) -> None:
    draw(tab.canvas, [[(100, 100), (300, 300)]])
    tab.files.save_png.trigger()
    dialog = window.findChild(QFileDialog, "savePictureDialog")
    assert dialog is not None
    path = tmp_path / "mine.png"
    dialog.fileSelected.emit(str(path))
    dialog.close()
    with PIL.Image.open(path) as image:
        grey = np.asarray(image.convert("L"))
    assert grey.shape == (2 * tab.canvas.height(), 2 * tab.canvas.width())
    assert grey[400, 400] == 0
    assert grey[2, 2] == 255
    assert [file.name for file in tmp_path.glob("mine*")] == ["mine.png"]


def test_an_opened_picture_can_be_saved_as_a_picture_but_not_as_ink(
    window: MainWindow, tab: DrawTab, image_file: Path, tmp_path: Path
) -> None:
    window.open_path(image_file)
    settle(window)
    tab.files.write_ink(str(tmp_path / "x.jsonl"))
    assert "no strokes" in _text(window)
    window.messages.close_message()
    tab.files.write_png(str(tmp_path / "x.png"))
    with PIL.Image.open(tmp_path / "x.png") as image:
        assert image.size == (40, 60)


@pytest.mark.parametrize("action", ["save_png", "save_ink", "copy"])
def test_a_blank_canvas_is_neither_saved_nor_copied(window: MainWindow, tab: DrawTab, action: str) -> None:
    getattr(tab.files, action).trigger()
    assert "draw something first" in _text(window)
    assert window.findChild(QFileDialog) is None


def test_copied_ink_is_pasted_as_ink(tab: DrawTab, draw: Draw) -> None:
    draw(tab.canvas, [[(10, 20), (30, 40)]])
    tab.files.copy.trigger()
    record = json.loads(QGuiApplication.clipboard().text())
    assert record["strokes"] == [[[10, 20], [30, 40]]]
    assert QGuiApplication.clipboard().mimeData().hasImage()
    tab.canvas.clear()
    tab.files.paste.trigger()
    settle(tab)
    assert [stroke.points.tolist() for stroke in tab.canvas.sketch.page.strokes] == [[[10, 20], [30, 40]]]
    assert tab.canvas.sketch.undo_name == "paste"


def test_an_image_is_pasted_and_dropped(window: MainWindow, tab: DrawTab, image_file: Path) -> None:
    QGuiApplication.clipboard().setImage(QImage(str(image_file)))
    tab.files.paste.trigger()
    settle(tab)
    picture = tab.canvas.sketch.page.picture
    assert picture is not None
    assert picture.ink.shape == (60, 40)
    tab.canvas.clear()
    mime = QMimeData()
    mime.setImageData(QImage(str(image_file)))
    assert _drop(window, mime)
    assert tab.canvas.sketch.page.picture is not None


def test_files_are_dropped_the_first_of_many(
    window: MainWindow, tab: DrawTab, image_file: Path, tmp_path: Path
) -> None:
    ink = tmp_path / "one.jsonl"
    ink.write_text(_LINE)
    assert _drop(window, _files(ink, image_file))
    assert len(tab.canvas.sketch.page.strokes) == 2
    assert "the first was opened" in _text(window)
    assert _drop(window, _files(image_file))
    assert tab.canvas.sketch.page.picture is not None


def test_a_dropped_model_is_loaded(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    path.touch()
    assert _drop(window, _files(path))
    assert window.model is not None
    assert window.model.path == path


def test_what_is_no_drawing_is_not_taken(window: MainWindow) -> None:
    mime = QMimeData()
    mime.setText("good morning")
    assert not _drop(window, mime)


def _truncated(folder: Path) -> Path:
    path = folder / "cut.png"
    PIL.Image.effect_noise((64, 64), 80).save(path)
    path.write_bytes(path.read_bytes()[:400])
    return path


def _huge(folder: Path) -> Path:
    path = folder / "huge.png"
    path.write_bytes(png_claiming(40_000, 40_000))
    return path


def _written(name: str, content: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_text(content)
        return path

    return make


_BAD = {
    "truncated image": _truncated,
    "huge image": _huge,
    "no image": _written("text.png", "not a picture"),
    "ink that is not JSON": _written("wrong.jsonl", "{nonsense"),
    "ink with a NaN": _written("nan.jsonl", '{"strokes": [[[NaN, 1]]]}'),
    "ink on an immense sheet": _written("immense.jsonl", '{"width": 1e300, "height": 1e300, "strokes": [[[1, 2]]]}'),
    "ink on a sheet of nothing": _written("tiny.jsonl", '{"width": 1e-30, "height": 9, "strokes": [[[1, 2]]]}'),
    "ink light years away": _written("far.jsonl", '{"strokes": [[[1e30, 40], [-1e30, 1e31], [5, 5]]]}'),
    "ink without drawings": _written("empty.jsonl", ""),
    "missing": lambda folder: folder / "missing.png",
    "missing ink": lambda folder: folder / "missing.jsonl",
    "folder": lambda folder: folder,
    "broken model": _written("broken.safetensors", "nonsense"),
}


@pytest.mark.parametrize("kind", list(_BAD))
def test_bad_files_are_named_in_the_bar_and_the_drawing_stays(
    window: MainWindow, tab: DrawTab, draw: Draw, tmp_path: Path, kind: str
) -> None:
    draw(tab.canvas, [[(10, 20), (30, 40)]])
    model = window.model
    bad = _BAD[kind](tmp_path)
    assert _drop(window, _files(bad))
    assert bad.name in _text(window)
    assert "\n" not in _text(window)
    assert window.messages.message is not None
    assert window.messages.message.severity == "error"
    assert window.messages.isVisible()
    assert [stroke.points.tolist() for stroke in tab.canvas.sketch.page.strokes] == [[[10, 20], [30, 40]]]
    assert window.model is model
    assert tab.answer.digit == "7"


def test_pasted_ink_may_have_any_text_in_it(window: MainWindow, tab: DrawTab) -> None:
    label = "a\N{LINE SEPARATOR}b"
    QGuiApplication.clipboard().setText(json.dumps({"label": label, "strokes": [[[1, 2]]]}, ensure_ascii=False))
    tab.files.paste.trigger()
    settle(tab)
    assert _text(window) == ""
    assert len(tab.canvas.sketch.page.strokes) == 1


def test_a_bad_paste_says_so_without_naming_a_file_nobody_knows(window: MainWindow, tab: DrawTab) -> None:
    QGuiApplication.clipboard().setText("{nonsense")
    tab.files.paste.trigger()
    settle(tab)
    assert _text(window).startswith("The pasted text, line 1")
    window.messages.close_message()
    QGuiApplication.clipboard().setText("good morning")
    tab.files.paste.trigger()
    settle(tab)
    assert "neither ink nor an image" in _text(window)


@pytest.mark.parametrize("name", ["x.png", "x.jsonl"])
def test_a_place_that_cannot_be_written_is_named(
    window: MainWindow, tab: DrawTab, draw: Draw, tmp_path: Path, name: str
) -> None:
    draw(tab.canvas, [[(10, 20), (30, 40)]])
    place = tmp_path / "missing" / name
    (tab.files.write_png if name.endswith("png") else tab.files.write_ink)(str(place))
    assert str(place) in _text(window)
    assert not tab.canvas.sketch.page.is_blank
