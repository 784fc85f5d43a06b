"""The arithmetic panel: the number that is looked at, and a kernel that walks over its map."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitpad.explain.cells import explain_cell, explain_probability
from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Frame
from digitpad.gui.features.maps.shown import PROBABILITIES
from digitpad.gui.features.pages.arithmetic_view import ArithmeticView
from digitpad.gui.features.pages.explanation import Explanation, explanation
from digitpad.gui.widgets.actions import action_button, make_action
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.nn import layers

if TYPE_CHECKING:
    from digitpad.explain.arithmetic import Arithmetic

_PACE = 220  # milliseconds from cell to cell while the kernel walks
_INVITATION = "Point at any cell to see where its number comes from."


class ArithmeticPage(QWidget):
    """Shows where the number of a cell comes from.

    Parameters
    ----------
    theme
        The colours.
    owner
        Whose shortcuts the actions are.

    Signals
    -------
    walked
        The kernel has come to a `Cell`.
    room_changed
        There is room for more terms, or for fewer: show the cell again.
    """

    walked = Signal(object)
    room_changed = Signal()

    def __init__(self, theme: Theme, owner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("arithmeticPage")
        self._frame: Frame | None = None
        self._cell: Cell | None = None
        self._labels: Sequence[str] = ()
        self.view = ArithmeticView(theme, self)
        bold, number = text_font(self.font(), bold=True), fixed_font(self.font(), scale=1.2, bold=True)
        self.title = LiveText(theme, "arithmeticTitle", bold, "text", self)
        self.value = LiveText(theme, "arithmeticValue", number, "warm", self, right=True)
        self.sentence = LiveText(theme, "arithmeticSentence", self.font(), "muted", self)
        self.view.room_changed.connect(self.room_changed)
        self._timer = QTimer(self)
        self._timer.setInterval(_PACE)
        self._timer.timeout.connect(self.step)
        self.walk = make_action(
            owner,
            "featuresWalk",
            "Walk kernel",
            ["Ctrl+W"],
            "Let the kernel walk over the map, cell by cell",
            self._walk,
        )
        self.walk.setCheckable(True)
        self.one_step = make_action(
            owner, "featuresStep", "Step", ["Ctrl+Right"], "Move the kernel on by one cell", self.step
        )
        self._lay_out()
        self.show_cell(None, None, ())

    @property
    def shown(self) -> Explanation | None:
        """What is shown."""
        return self.view.explanation

    def show_cell(self, frame: Frame | None, cell: Cell | None, labels: Sequence[str]) -> Explanation | None:
        """Show where a number comes from, and return it; None without a cell."""
        self._frame, self._cell, self._labels = frame, cell, labels
        shown = None
        if frame is not None and cell is not None:
            arithmetic: Arithmetic
            if cell.layer == PROBABILITIES:
                arithmetic = explain_probability(frame, cell.channel)
            else:
                arithmetic = explain_cell(frame, cell, terms=self._room(frame, cell))
            shown = explanation(frame, arithmetic, labels)
        self.view.show_explanation(shown)
        self.title.show_text(_INVITATION if shown is None else shown.title)
        self.value.show_text("" if shown is None else f"= {shown.value}")
        self.sentence.show_text("arrow keys move, Enter pins, Space enlarges" if shown is None else shown.sentence)
        for action in (self.walk, self.one_step):
            action.setEnabled(shown is not None)
        if shown is None:
            self._stop()
        return shown

    @Slot()
    def step(self) -> None:
        """Go on to the next cell of the map, row by row, and begin again after the last."""
        frame, cell = self._frame, self._cell
        if frame is None or cell is None or cell.layer == PROBABILITIES:
            return
        shape = frame.structure[cell.layer].shape
        if len(shape) == 1:
            self.walked.emit(Cell(cell.layer, (cell.channel + 1) % shape[0]))
            return
        _, height, width = shape
        place = (cell.row * width + cell.column + 1) % (height * width)
        self.walked.emit(Cell(cell.layer, cell.channel, *divmod(place, width)))

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop walking when nobody looks."""
        self._stop()
        super().hideEvent(event)

    def _room(self, frame: Frame, cell: Cell) -> int:
        layer = frame.structure[cell.layer].layer
        if isinstance(layer, layers.Conv2D | layers.ConvTranspose2D):
            return self.view.room_for(layer.kernel_size)
        return self.view.table_room()

    @Slot()
    def _walk(self) -> None:
        if self.walk.isChecked():
            self.walk.setIconText("❚❚ Pause")
            self._timer.start()
        else:
            self._stop()

    def _stop(self) -> None:
        self._timer.stop()
        self.walk.setChecked(False)
        self.walk.setIconText("▶ Walk kernel")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2 * SPACE)
        head.addWidget(self.title, 3)
        head.addWidget(self.value, 1)
        below = QHBoxLayout()
        below.setSpacing(SPACE)
        below.addWidget(action_button(self.walk, "walkButton", "▶ Walk kernel", self))
        below.addWidget(action_button(self.one_step, "stepButton", "Step", self))
        hint = muted("hover any cell; arrow keys move, Enter pins", self)
        hint.setWordWrap(False)
        below.addSpacing(SPACE)
        below.addWidget(hint, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(head)
        column.addWidget(self.sentence)
        column.addSpacing(SPACE // 2)
        column.addWidget(self.view, 1)
        column.addLayout(below)
