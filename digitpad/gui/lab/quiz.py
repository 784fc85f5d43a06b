"""Cover the answer: the numbers of a solution as questions, one after the other, each checked with a hint."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from digitpad.gui.widgets.cards import muted, title
from digitpad.gui.widgets.theme import SPACE
from digitpad.lab.exercises import Question, check, exercise_of
from digitpad.lab.worked import Solution


class Quiz(QWidget):
    """A button that covers the answers of a page, and the questions that are asked instead.

    Parameters
    ----------
    name
        What the objectNames begin with.

    Attributes
    ----------
    button
        Covers the answers; the page places it.

    Signals
    -------
    covered
        Whether the answers are covered now.
    """

    covered = Signal(bool)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._questions: tuple[Question, ...] = ()
        self._solution: Solution | None = None
        self._digits = 4
        self._number = 0
        self.button = self._make_button(
            f"{name}Cover", self.tr("Cover the answer"), self.tr("Answer questions instead"), parent
        )
        self.button.setCheckable(True)
        self._asked = title("", self)
        self._asked.setWordWrap(True)
        self._progress = QLabel(self)
        self._progress.setProperty("muted", "true")
        self.answer = QLineEdit(self)
        self.answer.setObjectName(f"{name}Answer")
        self.answer.setAccessibleName(self.tr("Your answer"))
        self.answer.setToolTip(self.tr("A number, a fraction, or an expression such as ln 2; Enter checks it"))
        self.answer.setFixedHeight(4 * SPACE)
        self._back = self._make_button(f"{name}Back", self.tr("Back"), self.tr("The question before"), self)
        self._next = self._make_button(f"{name}Next", self.tr("Next"), self.tr("The next question"), self)
        self.verdict = muted("", self)
        self.verdict.setObjectName(f"{name}Verdict")
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        for widget, stretch in ((self.answer, 1), (self._back, 0), (self._next, 0)):
            row.addWidget(widget, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        for label in (self._progress, self._asked):
            column.addWidget(label)
        column.addLayout(row)
        column.addWidget(self.verdict)
        column.addStretch(1)
        self.button.toggled.connect(self._toggle)
        self.answer.returnPressed.connect(self._check)
        self._back.clicked.connect(self._go_back)
        self._next.clicked.connect(self._go_on)
        self.hide()

    def offer(self, solution: Solution, digits: int) -> None:
        """Ask about this solution from now on; its answers are shown at first."""
        self._solution, self._digits = solution, digits
        self.button.setChecked(False)

    @Slot(bool)
    def _toggle(self, on: bool) -> None:
        if on and self._solution is not None:
            self._questions = exercise_of(self._solution, self._digits).questions
            self._ask(0)
        self.setVisible(on)
        self.covered.emit(on)
        if on:
            self.answer.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _check(self) -> None:
        if self._questions:
            self.verdict.setText(check(self._questions[self._number], self.answer.text()).message)

    @Slot()
    def _go_back(self) -> None:
        self._ask(self._number - 1)

    @Slot()
    def _go_on(self) -> None:
        self._ask(self._number + 1)

    def _ask(self, number: int) -> None:
        """Ask a question; after the last one comes the first."""
        if not self._questions:
            return
        self._number = number % len(self._questions)
        self._asked.setText(self._questions[self._number].name)
        progress = self.tr("Question {number} of {count}")
        self._progress.setText(progress.format(number=self._number + 1, count=len(self._questions)))
        self.answer.clear()
        self.verdict.setText("")

    def _make_button(self, name: str, text: str, tip: str, parent: QWidget) -> QPushButton:
        button = QPushButton(text, parent)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button
