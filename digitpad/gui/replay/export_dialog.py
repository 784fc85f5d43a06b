"""Exports what is seen: every frame is shown in the window, and pictures of it become an animation."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QFileDialog, QFormLayout, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from digitpad.gui.replay.film_files import GIF, PNG, WEBP, FilmFormat, FilmWritten, shrunk, write_film
from digitpad.gui.replay.player import SPEEDS, Player
from digitpad.gui.widgets.cards import dialog_button, muted
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.generator import GeneratorWorker
from digitpad.gui.workers.progress import WorkProgress
from digitpad.gui.workspace.progress_text import progress_text
from digitpad.gui.workspace.workspace import Workspace

_FRAMES = ("50", "100", "200")


class ExportDialog(QDialog):
    """Plays the film once, takes a picture of the window at each frame, and writes them in a worker.

    Signals
    -------
    message
        A `Message`: the film was saved, or could not be.
    finished_writing
        The export has ended.
    """

    message = Signal(object)
    finished_writing = Signal()

    def __init__(self, theme: Theme, player: Player, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("exportFilmDialog")
        self.setWindowTitle(self.tr("Export a film"))
        self._player, self._workspace = player, workspace
        self._seen = parent.window()
        self._images: list[QImage] = []
        self._steps: list[int] = []
        self._left: list[int] = []
        self._total = 0
        self._target = Path()
        self._worker: GeneratorWorker | None = None
        self.format = ComboBox(theme, "exportFilmFormat", self.tr("Format"), self.tr("What the film is saved as"), self)
        self.format.offer(
            {
                WEBP: self.tr("Animated WebP"),
                GIF: self.tr("Animated GIF"),
                PNG: self.tr("PNG files in a folder"),
            }
        )
        self.frames = ComboBox(theme, "exportFilmFrames", self.tr("Frames"), self.tr("How many, at most"), self)
        self.frames.offer({count: self.tr("at most {count}").format(count=count) for count in _FRAMES})
        self.speed = ComboBox(theme, "exportFilmSpeed", self.tr("Speed"), self.tr("Speed of the animation"), self)
        self.speed.offer({name: self.tr("{speed} ×").format(speed=name) for name in SPEEDS})
        self.speed.choose(player.speed)
        self.bar = QProgressBar(self)
        self.bar.setObjectName("exportFilmProgress")
        self.bar.setAccessibleName(self.tr("Progress"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACE)
        self.status = QLabel(self)
        self.status.setObjectName("exportFilmStatus")
        self.status.setWordWrap(True)
        self.save = dialog_button(
            "exportFilmSave", self.tr("Save as…"), self.tr("Choose where the film is saved"), self._ask, self
        )
        self.cancel = dialog_button(
            "exportFilmCancel", self.tr("Close"), self.tr("Stop, and close this dialog (Esc)"), self.reject, self
        )
        self._lay_out()
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._film_next)

    @property
    def is_running(self) -> bool:
        """Whether pictures are taken or written."""
        return self._turn.isActive() or self._worker is not None

    @Slot(str)
    def export_to(self, name: str) -> None:
        """Take the pictures, and write them to a file or a folder."""
        timeline = self._player.timeline
        if self.is_running or not timeline.frames:
            return
        self._target = Path(name)
        count = min(int(self.frames.chosen), len(timeline.frames))
        last = len(timeline.frames) - 1
        self._left = sorted({round(number * last / max(1, count - 1)) for number in range(count)})
        self._total = len(self._left)
        self._images, self._steps = [], []
        self._show_running(on=True)
        self._next()
        self._turn.start()

    def reject(self) -> None:
        """Stop, and close the dialog."""
        self._turn.stop()
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.shut_down()
        self._images.clear()
        super().reject()
        self.deleteLater()

    def closeEvent(self, event: QEvent) -> None:
        """Do the same."""
        self.reject()
        event.accept()

    def _next(self) -> None:
        self._player.go_to_frame(self._left[0])

    @Slot()
    def _film_next(self) -> None:
        """Take a picture when everything shows the moment, then go to the next frame."""
        if not self._player.is_settled or self._workspace.busy:
            return
        moment = self._player.moment
        if moment is None:
            self._end(self.tr("Another network was chosen, so the export has ended."))
            return
        self._left.pop(0)
        self._images.append(shrunk(self._picture(), self._total, self.format.chosen))
        self._steps.append(moment.step)
        self._show(WorkProgress(self.tr("Taking pictures"), len(self._images), self._total))
        if self._left:
            self._next()
        else:
            self._turn.stop()
            self._write()

    def _picture(self) -> QImage:
        """Return a picture of the window as it is."""
        whole = self._seen.grab(QRect(0, 0, self._seen.width(), self._seen.height()))
        return whole.toImage()

    def _write(self) -> None:
        how = FilmFormat(self.format.chosen, SPEEDS[self.speed.chosen])
        job = partial(write_film, self._target, tuple(self._images), tuple(self._steps), how)
        worker = self._worker = GeneratorWorker(job, self)
        worker.progressed.connect(self._show)
        worker.answered.connect(self._written)
        worker.failed.connect(self._end)
        worker.finished.connect(self._finished)
        worker.start()

    @Slot(object)
    def _written(self, written: FilmWritten) -> None:
        self.message.emit(Message(self.tr("Saved {path}.").format(path=written.path), "info"))
        self.status.setText(self.tr("Saved {path}.").format(path=written.path))

    @Slot(str)
    def _end(self, sentence: str) -> None:
        self._turn.stop()
        self._show_running(on=False)
        self.status.setText(sentence)

    @Slot()
    def _finished(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.deleteLater()
        self._images = []
        self._show_running(on=False)
        self.finished_writing.emit()

    @Slot(object)
    def _show(self, progress: WorkProgress) -> None:
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        self.status.setText(progress_text(progress))

    def _show_running(self, *, on: bool) -> None:
        self.bar.setVisible(on)
        for widget in (self.format, self.frames, self.speed, self.save):
            widget.setEnabled(not on)

    @Slot()
    def _ask(self) -> None:
        suffix = self.format.chosen
        dialog = QFileDialog(self, self.tr("Save the film"), str(self._workspace.settings.folder))
        dialog.setObjectName("saveFilmDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if suffix == PNG:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        else:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(suffix.removeprefix("."))
            dialog.setNameFilters([f"*{suffix}"])
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(2 * SPACE)
        form.setVerticalSpacing(SPACE)
        for field in (self.format, self.frames, self.speed):
            form.addRow(muted(field.accessibleName(), self), field)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(muted(self.tr("The window is filmed as it is now: choose the tab and its size first."), self))
        column.addLayout(form)
        column.addWidget(self.bar)
        column.addWidget(self.status)
        column.addStretch(1)
        column.addLayout(row)
        self.bar.hide()
        self.resize(420, 300)
