"""Training health in plain words, with the reason under "Why?" and a button that applies the fix."""

import textwrap
from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from digitpad.gui.widgets.cards import muted, scroller, title
from digitpad.gui.widgets.theme import SPACE
from digitpad.training.hints import Hint

_WIDEST = 22  # letters in a line of a button: as many as a small window has room for
_MOST = 3  # hints at a time: more would not be read


class _HintRow(QWidget):
    """One hint. Its words and figures may change; the row itself stays, open or closed as it was left."""

    cured = Signal(object)

    def __init__(self, hint: Hint, parent: QWidget) -> None:
        super().__init__(parent)
        self.hint = hint
        self.setObjectName(f"hint-{hint.key}")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._why = muted("", self)
        self._why.setObjectName(f"why-{hint.key}")
        self._why.setTextFormat(Qt.TextFormat.PlainText)
        self._why.hide()
        self._why_button = self._link(f"whyButton-{hint.key}")
        self._why_button.setText(self.tr("Why?"))
        self._why_button.setCheckable(True)
        self._why_button.toggled.connect(self._why.setVisible)
        self._cure_button = self._link(f"cureButton-{hint.key}")
        self._cure_button.clicked.connect(self._cure)
        links = QVBoxLayout()
        links.setSpacing(0)
        links.addWidget(self._why_button, 0, Qt.AlignmentFlag.AlignLeft)
        links.addWidget(self._cure_button, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE)
        column.setSpacing(2)
        column.addWidget(self._text)
        column.addWidget(self._why)
        column.addLayout(links)
        self.show_hint(hint)

    def show_hint(self, hint: Hint) -> None:
        """Show the current text of a hint with the same key."""
        self.hint = hint
        _write(self._text, hint.title)
        _write(self._why, hint.why)
        _name(self._why_button, self.tr("Why: {hint}").format(hint=hint.title))
        self._cure_button.setVisible(hint.cure is not None)
        if hint.cure is not None:
            text = textwrap.fill(hint.cure.label, _WIDEST)
            if text != self._cure_button.text():
                self._cure_button.setText(text)
            _name(self._cure_button, hint.cure.label)

    def _link(self, name: str) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(name)
        button.setProperty("role", "link")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @Slot()
    def _cure(self) -> None:
        self.cured.emit(self.hint)


class HintCard(QFrame):
    """Shows the most important hints.

    While the pointer or the keyboard focus is in the card, hints update their figures and new ones are added below, but
    none is removed or moved, so that a click hits the intended button.

    Signals
    -------
    cure_asked
        The `Hint` whose fix is to be applied.
    """

    cure_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hintCard")
        self.setProperty("card", "true")
        self._rows: list[_HintRow] = []
        self._wanted: list[Hint] = []
        self._quiet = muted(self.tr("Press Start: hints appear here while the network learns."), self)
        self._quiet.setObjectName("hintQuiet")
        inside = QWidget(self)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, SPACE, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._quiet)
        self._column.addStretch(1)
        scroll = scroller("hintScroll", self.tr("Hints"), inside, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(title(self.tr("Training health"), self))
        column.addWidget(scroll, 1)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._settle)

    @property
    def hints(self) -> list[Hint]:
        """What is shown."""
        return [row.hint for row in self._rows]

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show some hints, the most important first."""
        _write(self._quiet, self.tr("Nothing unusual so far."))
        self._wanted = list(hints[:_MOST])
        rows = {row.hint.key: row for row in self._rows}
        for hint in self._wanted:
            row = rows.get(hint.key)
            if row is None:
                self._add_row(hint)
            elif row.hint != hint:
                row.show_hint(hint)
        self._settle()

    def forget(self) -> None:
        """Remove the hints of the last run."""
        self._wanted = []
        _write(self._quiet, self.tr("Nothing unusual so far."))
        self._arrange()

    def leaveEvent(self, event: QEvent) -> None:
        """Remove what is over by now."""
        super().leaveEvent(event)
        self._settle()

    @Slot()
    def _settle(self) -> None:
        """Sort the rows in the order of the hints, unless the user is interacting with them."""
        if not self._is_in_use():
            self._arrange()

    def _is_in_use(self) -> bool:
        focus = QApplication.focusWidget()
        return bool(self._rows) and (self.underMouse() or (focus is not None and self.isAncestorOf(focus)))

    def _arrange(self) -> None:
        keys = [hint.key for hint in self._wanted]
        if keys != [row.hint.key for row in self._rows]:
            kept = {row.hint.key: row for row in self._rows}
            for key in kept.keys() - set(keys):
                row = kept.pop(key)
                self._column.removeWidget(row)
                row.hide()
                row.deleteLater()
            self._rows = [kept[key] for key in keys]
            for number, row in enumerate(self._rows, start=1):
                if self._column.indexOf(row) != number:
                    self._column.removeWidget(row)
                    self._column.insertWidget(number, row)
        self._quiet.setVisible(not self._rows)

    def _add_row(self, hint: Hint) -> None:
        row = _HintRow(hint, self)
        row.cured.connect(self.cure_asked)
        self._rows.append(row)
        self._column.insertWidget(len(self._rows), row)
        row.show()
        self._quiet.hide()


def _write(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)


def _name(button: QPushButton, text: str) -> None:
    if button.accessibleName() != text:
        button.setAccessibleName(text)
        button.setToolTip(text)
