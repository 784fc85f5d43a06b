"""Two buttons for the reading: "It is a…", with all classes, and "Right"."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from digitpad.data.dataset import NO_DIGIT
from digitpad.gui.widgets.cards import dialog_button
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.theme import SPACE


class CorrectionRow(QWidget):
    """Buttons that say what the drawing is.

    Parameters
    ----------
    right
        The action that confirms the answer.

    Signals
    -------
    chosen
        A label, and whether it is that of the whole drawing although a number was read.
    new_wanted
        The drawing is something that the network has no class for; carries the same flag.
    """

    chosen = Signal(str, bool)
    new_wanted = Signal(bool)

    def __init__(self, right: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("correctionRow")
        self._labels: tuple[str, ...] = ()
        self._refuses = self._is_number = False
        self.menu = QMenu(self)
        self.menu.setObjectName("itIsMenu")
        self.button = QToolButton(self)
        self.button.setObjectName("itIsButton")
        self.button.setText(self.tr("It is a…"))
        self.button.setAccessibleName(self.tr("It is a"))
        self.button.setToolTip(
            self.tr("Say what the drawing is: it joins My hand (Ctrl+Shift+digit, or click the right bar)")
        )
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setMenu(self.menu)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.right = QToolButton(self)
        self.right.setDefaultAction(right)
        self.right.setObjectName("rightButton")
        self.right.setAccessibleName(right.text())
        self.right.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE - 2)
        row.addWidget(self.button)
        row.addWidget(self.right)
        self.menu.triggered.connect(self._choose)

    def offer(self, labels: Sequence[str], *, refuses: bool, is_number: bool) -> None:
        """Offer the classes of a network.

        Parameters
        ----------
        labels
            The classes.
        refuses
            Whether the network can answer "not a digit".
        is_number
            Whether a number was read, of which one digit is marked.
        """
        if (tuple(labels), refuses, is_number) == (self._labels, self._refuses, self._is_number):
            return
        self._labels, self._refuses, self._is_number = tuple(labels), refuses, is_number
        self.menu.clear()
        self._fill(self.menu, whole=False)
        if is_number:
            whole = self.menu.addMenu(self.tr("All of it is a…"))
            whole.setObjectName("wholeMenu")
            self._fill(whole, whole=True)

    def _fill(self, menu: QMenu, *, whole: bool) -> None:
        for label in self._labels:
            menu.addAction(label.replace("&", "&&")).setData((label, whole))
        menu.addSeparator()
        if self._refuses:
            menu.addAction(self.tr("Not a digit")).setData((NO_DIGIT, whole))
        menu.addAction(self.tr("Another sign…")).setData((None, whole))

    @Slot(object)
    def _choose(self, action: QAction) -> None:
        label, whole = action.data()
        if label is None:
            self.new_wanted.emit(bool(whole))
        else:
            self.chosen.emit(label, bool(whole))


class NameDialog(QDialog):
    """Asks for a short name: that of a new class, or of a person.

    Parameters
    ----------
    name
        Its objectName.
    heading, explanation
        Its title, and a sentence about what the name is for.

    Signals
    -------
    named
        The name.
    """

    named = Signal(str)

    def __init__(self, name: str, heading: str, explanation: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(heading)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = QLabel(explanation, self)
        text.setWordWrap(True)
        self.field = QLineEdit(self)
        self.field.setObjectName(f"{name}Field")
        self.field.setAccessibleName(heading)
        self.field.setToolTip(explanation)
        self.field.setMinimumWidth(36 * SPACE)
        self.field.setFixedHeight(4 * SPACE)
        self._accept = dialog_button(
            f"{name}Accept", self.tr("OK"), self.tr("Use this name (Enter)"), self.accept, self
        )
        self._accept.setDefault(True)
        self._accept.setProperty("role", "primary")
        cancel = dialog_button(f"{name}Cancel", self.tr("Cancel"), self.tr("Change nothing (Esc)"), self.reject, self)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(text)
        column.addWidget(self.field)
        column.addLayout(buttons)
        self.field.textChanged.connect(self._check)
        self._check()

    def ask(self) -> None:
        """Show the dialog."""
        adopt(self)
        self.open()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def accept(self) -> None:
        """Return the name."""
        if self.field.text().strip():
            self.named.emit(self.field.text().strip())
            super().accept()

    @Slot()
    def _check(self) -> None:
        self._accept.setEnabled(bool(self.field.text().strip()))
