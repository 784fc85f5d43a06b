"""What is going on, in plain words, with the reason behind "Why?" and a button that applies the cure."""

import textwrap
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from digitpad.gui.widgets.cards import muted, scroller, title
from digitpad.gui.widgets.theme import SPACE
from digitpad.training.hints import Hint

_WIDEST = 22  # letters in a line of a button: as many as a small window has room for
_MOST = 3  # hints at a time: more is not read
_BEFORE = "Press Start: digits are read well after a few seconds, and what happens is explained here."
_QUIET = "Nothing unusual so far."


class _HintRow(QWidget):
    """One hint."""

    cured = Signal(object)

    def __init__(self, hint: Hint, parent: QWidget) -> None:
        super().__init__(parent)
        self.hint = hint
        self.setObjectName(f"hint-{hint.key}")
        text = QLabel(hint.title, self)
        text.setWordWrap(True)
        self._why = muted(hint.why, self)
        self._why.setObjectName(f"why-{hint.key}")
        self._why.hide()
        why = self._link(f"whyButton-{hint.key}", "Why?", f"Why: {hint.title}")
        why.setCheckable(True)
        why.toggled.connect(self._why.setVisible)
        links = QVBoxLayout()
        links.setSpacing(0)
        links.addWidget(why, 0, Qt.AlignmentFlag.AlignLeft)
        if hint.cure is not None:
            cure = self._link(f"cureButton-{hint.key}", hint.cure.label, f"Do it: {hint.cure.label}")
            cure.clicked.connect(self._cure)
            links.addWidget(cure, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE)
        column.setSpacing(2)
        column.addWidget(text)
        column.addWidget(self._why)
        column.addLayout(links)

    def _link(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(textwrap.fill(text, _WIDEST), self)
        button.setObjectName(name)
        button.setProperty("role", "link")
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @Slot()
    def _cure(self) -> None:
        self.cured.emit(self.hint)


class HintCard(QFrame):
    """Shows the most important hints.

    Signals
    -------
    cure_asked
        The `Hint` whose cure is to be applied.
    """

    cure_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hintCard")
        self.setProperty("card", "true")
        self._rows: list[_HintRow] = []
        self._quiet = muted(_BEFORE, self)
        self._quiet.setObjectName("hintQuiet")
        inside = QWidget(self)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, SPACE, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._quiet)
        self._column.addStretch(1)
        scroll = scroller("hintScroll", "Hints", inside, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(title("What is going on", self))
        column.addWidget(scroll, 1)

    @property
    def hints(self) -> list[Hint]:
        """What is shown."""
        return [row.hint for row in self._rows]

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show some hints, the most important first; those that are shown already stay as they are."""
        self._quiet.setText(_QUIET)
        wanted = list(hints[:_MOST])
        if wanted == self.hints:
            return
        kept = {row.hint.key: row for row in self._rows if row.hint in wanted}
        for row in self._rows:
            self._column.removeWidget(row)
            if row.hint.key not in kept:
                row.hide()
                row.deleteLater()
        self._rows = []
        for number, hint in enumerate(wanted):
            row = kept.get(hint.key) or self._new_row(hint)
            self._column.insertWidget(number + 1, row)
            row.show()
            self._rows.append(row)
        self._quiet.setVisible(not self._rows)

    def _new_row(self, hint: Hint) -> _HintRow:
        row = _HintRow(hint, self)
        row.cured.connect(self.cure_asked)
        return row
