"""The note beside Start: what the network and the settings take over from the data.

The data of the plan are opened in the background as soon as they are chosen, so that all of this is said, and can be
changed, before the training starts.
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from digitpad.gui.training.data_reader import DataReader
from digitpad.gui.training.plan_editor import PlanEditor
from digitpad.gui.widgets.theme import SPACE
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
        self._reading = False
        self._text = QLabel(self)
        self._text.setObjectName("dataNoteText")
        self._text.setProperty("muted", "true")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 0, 2 * SPACE, 0)
        row.addWidget(self._text, 1)
        editor.data_changed.connect(self._read)
        editor.changed.connect(self._show_plan)
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
            self._read()
        elif not self._editor.has_built_in_data:
            self._reader.read_again(self._editor.plan)

    def shut_down(self) -> None:
        """Wait until nothing is opened any more."""
        self._reader.shut_down()

    @Slot()
    def _read(self) -> None:
        if self._editor.facts is not None:
            return
        self._reading = True
        self._reader.read(self._editor.plan)
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
        if facts is not None and sentences:
            images = self.tr("%n image(s)", "", facts.count)
            classes = self.tr("%n class(es)", "", len(facts.classes))
            text = self.tr("{data}: {images}, {classes}.")
            sentences.insert(0, text.format(data=facts.name, images=images, classes=classes))
        words = self.tr("Reading the data…") if self._reading else " ".join(sentences)
        self._text.setText(words)
        self.setAccessibleDescription(words)
        self.setVisible(bool(words))
