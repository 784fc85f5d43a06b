"""The note beside Start: what the network and the settings take over from the data.

The data of the plan are opened in the background as soon as they are chosen, so that all of this is said, and can be
changed, before the training starts.
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from digitpad.gui.training.data_reader import DataReader
from digitpad.gui.training.plan_editor import PlanEditor
from digitpad.gui.widgets.theme import SPACE
from digitpad.gui.workers.progress import WorkProgress
from digitpad.gui.workspace.progress_text import progress_text
from digitpad.training.opened import OpenedData


class DataNote(QWidget):
    """Shows the data in use, and what was changed in the plan to suit them; hidden where nothing was changed.

    Signals
    -------
    error
        Why the data cannot be opened or trained on, in a sentence.
    """

    error = Signal(str)

    def __init__(self, editor: PlanEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataNote")
        self.setAccessibleName(self.tr("What follows the data"))
        self._editor = editor
        self._reader = DataReader(self)
        self._reading = self._stopped = False
        self._progress: WorkProgress | None = None
        self._text = QLabel(self)
        self._text.setObjectName("dataNoteText")
        self._text.setProperty("muted", "true")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bar = QProgressBar(self)
        self.bar.setObjectName("dataNoteBar")
        self.bar.setAccessibleName(self.tr("Progress of reading the data"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACE)
        self.bar.setFixedWidth(16 * SPACE)
        self.stop_button = QPushButton(self.tr("Stop reading"), self)
        self.stop_button.setObjectName("dataNoteStop")
        self.stop_button.setProperty("role", "link")
        self.stop_button.setProperty("tight", "true")
        self.stop_button.setAccessibleName(self.stop_button.text())
        self.stop_button.setToolTip(self.tr("Stop reading the data now; Start reads them"))
        self.stop_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stop_button.clicked.connect(self._stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 0, 2 * SPACE, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._text, 1)
        row.addWidget(self.bar)
        row.addWidget(self.stop_button)
        editor.data_changed.connect(self._read)
        editor.changed.connect(self._show_plan)
        self._reader.progressed.connect(self._show_progress)
        self._reader.opened.connect(self._take)
        self._reader.error.connect(self._refuse)
        self._show_plan()

    @property
    def text(self) -> str:
        """The note; empty while there is none."""
        return self._text.text()

    @property
    def is_reading(self) -> bool:
        """Whether chosen data are being opened."""
        return self._reading

    @property
    def opened(self) -> OpenedData | None:
        """The data that were opened; None if they are built in, or are not open yet."""
        return self._reader.data

    def look_again(self) -> None:
        """Follow data whose files have changed since they were opened."""
        if self._editor.facts is None:
            if not self._reading and not self._stopped:
                self._read()
        elif not self._editor.has_built_in_data:
            self._reader.read_again(self._editor.plan)

    def shut_down(self) -> None:
        """Wait until nothing is opened any more."""
        self._reader.shut_down()

    @Slot()
    def _read(self) -> None:
        self._stopped, self._progress = False, None
        if self._editor.facts is not None:
            return
        self._reading = True
        self._reader.read(self._editor.plan)
        self._show_plan()

    @Slot()
    def _stop(self) -> None:
        self._reader.forget()
        self._reading, self._stopped = False, True
        self._show_plan()

    @Slot(object)
    def _show_progress(self, progress: WorkProgress) -> None:
        if self._reading:
            self._progress = progress
            self._show_plan()

    @Slot(object)
    def _take(self, opened: OpenedData) -> None:
        self._reading = False
        self._editor.show_facts(opened.facts)
        if self._editor.trouble:
            self.error.emit(self._editor.trouble)

    @Slot(str)
    def _refuse(self, reason: str) -> None:
        self._reading = False
        self._show_plan()
        self.error.emit(reason)

    @Slot()
    def _show_plan(self) -> None:
        facts = self._editor.facts
        if facts is not None and self._reading:
            # The facts about other data, chosen meanwhile, were known.
            self._reading = False
            self._reader.forget()
        sentences = list(self._editor.sentences)
        if facts is not None:
            sentences += facts.remarks
        if facts is not None and sentences:
            images = self.tr("%n image(s)", "", facts.count)
            classes = self.tr("%n class(es)", "", len(facts.classes))
            text = self.tr("{data}: {images}, {classes}.")
            sentences.insert(0, text.format(data=facts.name, images=images, classes=classes))
        words = " ".join(sentences)
        if self._reading:
            words = self.tr("Reading the data…") if self._progress is None else progress_text(self._progress)
        elif facts is None and self._stopped:
            words = self.tr("The data have not been read; Start reads them.")
        self._text.setText(words)
        shows_progress = self._reading and self._progress is not None
        for part in (self.bar, self.stop_button):
            part.setVisible(shows_progress)
        if self._progress is not None:
            self.bar.setRange(0, self._progress.total)
            self.bar.setValue(self._progress.done)
        self.setAccessibleDescription(words)
        self.setVisible(bool(words))
