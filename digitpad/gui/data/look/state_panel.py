"""What stands in the place of the grid while there is nothing to show: progress, or a sentence with the next step."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from digitpad.gui.widgets.theme import SPACE
from digitpad.gui.workers.progress import WorkProgress
from digitpad.gui.workspace.progress_text import progress_text


class StatePanel(QWidget):
    """Shows a text, and either progress with a button that stops the work, or a button for the next step.

    Signals
    -------
    pressed
        The button was pressed.
    """

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lookState")
        self._text = QLabel(self)
        self._text.setObjectName("lookStateText")
        self._text.setProperty("muted", "true")
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar = QProgressBar(self)
        self.bar.setObjectName("lookProgress")
        self.bar.setAccessibleName(self.tr("Progress"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACE)
        self.button = QPushButton(self)
        self.button.setObjectName("lookStateButton")
        self.button.setFixedHeight(4 * SPACE)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.pressed)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addStretch(1)
        column.addWidget(self._text)
        column.addWidget(self.bar)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.show_text("")

    @property
    def text(self) -> str:
        """The text shown."""
        return self._text.text()

    def show_text(self, text: str, button: str = "") -> None:
        """Show a text, and a button if it has a text."""
        self._text.setText(text)
        self.bar.setVisible(False)
        self._show_button(button, button)

    def show_progress(self, progress: WorkProgress) -> None:
        """Show the progress of work that the button stops."""
        self._text.setText(progress_text(progress))
        self.bar.setVisible(True)
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        self._show_button(self.tr("Stop"), self.tr("Stop the work and show the images in the stored order"))

    def _show_button(self, text: str, tip: str) -> None:
        self.button.setVisible(bool(text))
        self.button.setText(text)
        self.button.setAccessibleName(text)
        self.button.setToolTip(tip)
