"""Opening, saving, copying and pasting pages: actions, dialogs and error messages.

A large photograph takes up to a second to read, so a worker reads it. The newest request wins: the result of an earlier
one is discarded. Until the new page arrives, the old one stays and can be drawn on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from digitpad.data.file_types import INK_SUFFIX
from digitpad.errors import DigitpadError
from digitpad.gui.canvas.canvas import Canvas
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.draw import exchange
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.files import IMAGE_FILTER, IMAGE_OR_INK_FILTER, INK_FILTER
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workspace.settings import Settings

_KEY = QKeySequence.StandardKey
_PAGE = "page"
_PATIENCE = 80  # milliseconds after which the user is told that a page is still being read


@dataclass(frozen=True, slots=True)
class _Opened:
    """A page that was read in the background.

    Attributes
    ----------
    page
        What to show.
    step
        The step of the history.
    path
        The file that was read; None for pasted or dropped data.
    count
        The number of drawings in that file.
    """

    page: Page
    step: str
    path: Path | None = None
    count: int = 1


class PageFiles(QWidget):
    """Moves pages between the canvas and files or the clipboard. The widget itself is never shown.

    Signals
    -------
    message
        A `Message` for the message bar.
    reading
        Whether a page is being read; True is only sent if reading takes noticeably long.
    finished
        The latest request is complete: its page is on the canvas, or a message gives the reason why not.
    """

    message = Signal(object)
    reading = Signal(bool)
    finished = Signal()

    def __init__(self, canvas: Canvas, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self._canvas = canvas
        self._settings = settings
        self._busy = False
        self._held: _Opened | None = None  # the page that is shown once the pen is lifted
        canvas.history_changed.connect(self._show_held, Qt.ConnectionType.QueuedConnection)
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE)
        self._patience.timeout.connect(self._say_reading)
        owner = parent
        self.open = make_action(
            owner,
            "actionOpen",
            self.tr("Open…"),
            [_KEY.Open],
            self.tr("Open an image or an ink file"),
            self._ask_what_to_open,
        )
        self.save_png = make_action(
            owner,
            "actionSavePicture",
            self.tr("Save as image…"),
            [_KEY.Save],
            self.tr("Save the drawing as a PNG image"),
            self._ask_for_png,
        )
        self.save_ink = make_action(
            owner,
            "actionSaveInk",
            self.tr("Save as ink…"),
            ["Ctrl+Shift+S"],
            self.tr("Save the strokes"),
            self._ask_for_ink,
        )
        self.copy = make_action(
            owner,
            "actionCopy",
            self.tr("Copy"),
            [_KEY.Copy],
            self.tr("Copy the drawing, as an image and as ink"),
            self.copy_page,
        )
        self.paste = make_action(
            owner,
            "actionPaste",
            self.tr("Paste"),
            [_KEY.Paste],
            self.tr("Paste an image, a file or ink"),
            self.paste_clipboard,
        )

    @property
    def busy(self) -> bool:
        """Whether a page is still being read."""
        return self._busy

    @Slot(str)
    def open_path(self, name: str | Path) -> None:
        """Read an image or the first drawing of an ink file in the background, then show it.

        On errors the canvas stays unchanged.
        """
        path = Path(name)
        self._ask(partial(_read_file, path, self.tr("open {name}").format(name=path.name)))

    def take(self, mime: QMimeData | None, name: str) -> None:
        """Read dropped or pasted data in the background, then show it as a step of the history called `name`."""
        try:
            content = exchange.from_clipboard(mime)
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return
        self._canvas.finish()
        if isinstance(content, Path):
            self.open_path(content)
        else:
            self._ask(partial(_read_pasted, content, name))

    def shut_down(self) -> None:
        """Discard the page that is being read, and wait for the worker to end."""
        self._worker.forget(_PAGE)
        self._worker.shut_down()
        self._end()

    def _ask(self, work: Callable[[WorkContext], _Opened]) -> None:
        self._busy, self._held = True, None
        self._worker.ask(_PAGE, work)
        if not self._patience.isActive():
            self._patience.start()

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if isinstance(outcome.result, _Opened):
            self._held = outcome.result
            self._show_held()
            return
        self._end()
        if outcome.trouble:
            self.message.emit(Message(outcome.trouble))
        self.finished.emit()

    @Slot()
    def _show_held(self) -> None:
        """Show the page that was read, once the stroke in progress is finished."""
        opened = self._held
        if opened is None or self._canvas.sketch.has_gesture:
            return
        self._end()
        self._show(opened)
        self.finished.emit()

    def _end(self) -> None:
        self._busy, self._held = False, None
        self._patience.stop()
        self.reading.emit(False)

    @Slot()
    def _say_reading(self) -> None:
        self.reading.emit(True)

    def _show(self, opened: _Opened) -> None:
        self._canvas.put(opened.step, opened.page)
        if opened.path is None:
            return
        self._settings.folder = opened.path.parent
        if opened.count > 1:
            text = self.tr("{name} has {count} drawings; this is the first one.")
            self.message.emit(Message(text.format(name=opened.path.name, count=f"{opened.count:,}"), "info"))

    @Slot()
    def copy_page(self) -> None:
        """Copy the page to the clipboard."""
        page = self._canvas.sketch.page
        if page.is_blank:
            self.message.emit(Message(self.tr("There is nothing to copy yet; draw something first."), "info"))
            return
        QGuiApplication.clipboard().setMimeData(
            exchange.to_clipboard(page, self._canvas.sheet_size(), in_colour=self._in_colour)
        )
        has_ink_alone = page.picture is None
        text = self.tr("Copied as an image and as ink.") if has_ink_alone else self.tr("Copied as an image.")
        self.message.emit(Message(text, "info"))

    @Slot()
    def paste_clipboard(self) -> None:
        """Show the contents of the clipboard."""
        self.take(QGuiApplication.clipboard().mimeData(), self.tr("paste"))

    @Slot(str)
    def write_png(self, name: str) -> None:
        """Save the page as a PNG."""
        self._write(Path(name), partial(exchange.save_png, in_colour=self._in_colour), self.tr("Saved as {path}."))

    @Slot(str)
    def write_ink(self, name: str) -> None:
        """Save the strokes as a file of ink."""
        text = self.tr("Saved as {path}.")
        if self._canvas.sketch.page.picture is not None:
            text = self.tr("Saved the strokes as {path}; an ink file does not hold the image under them.")
        self._write(Path(name), exchange.save_ink, text)

    @property
    def _in_colour(self) -> bool:
        return self._canvas.drawing.picture_shape is not None

    @Slot()
    def _ask_what_to_open(self) -> None:
        dialog = self._dialog("openDialog", self.tr("Open an image or an ink file"))
        dialog.setNameFilters([IMAGE_OR_INK_FILTER, IMAGE_FILTER, INK_FILTER, self.tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.open_path)
        dialog.open()

    @Slot()
    def _ask_for_png(self) -> None:
        dialog = self._saving("savePictureDialog", self.tr("Save as image"), self.tr("PNG images (*.png)"), "png")
        if dialog is not None:
            dialog.fileSelected.connect(self.write_png)
            dialog.open()

    @Slot()
    def _ask_for_ink(self) -> None:
        dialog = self._saving("saveInkDialog", self.tr("Save as ink"), INK_FILTER, INK_SUFFIX[1:])
        if dialog is not None:
            dialog.fileSelected.connect(self.write_ink)
            dialog.open()

    def _saving(self, name: str, title: str, filters: str, suffix: str) -> QFileDialog | None:
        if self._canvas.sketch.page.is_blank:
            self.message.emit(Message(self.tr("There is nothing to save yet; draw something first."), "info"))
            return None
        dialog = self._dialog(name, title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(filters)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(f"drawing.{suffix}")
        return dialog

    def _dialog(self, name: str, title: str) -> QFileDialog:
        dialog = QFileDialog(self.window(), title, str(self._settings.folder))
        dialog.setObjectName(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _write(self, path: Path, write: Callable[[Path, Page, tuple[float, float]], None], done: str) -> None:
        try:
            write(path, self._canvas.sketch.page, self._canvas.sheet_size())
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return
        self._settings.folder = path.parent
        self.message.emit(Message(done.format(path=path), "info"))


def _read_file(path: Path, step: str, _context: WorkContext) -> _Opened:
    """Read a file, in the worker."""
    page, count = exchange.read_page(path)
    return _Opened(page, step, path, count)


def _read_pasted(content: exchange.Pasted, step: str, _context: WorkContext) -> _Opened:
    """Read pasted or dropped data, in the worker."""
    return _Opened(exchange.page_of_pasted(content), step)
