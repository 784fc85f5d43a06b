"""The arithmetic page: how the current number is computed, and a kernel that walks over its map."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitpad.copying.arithmetic import arithmetic_programs
from digitpad.copying.forms import write
from digitpad.copying.references import reference_of
from digitpad.explain.cells import explain_cell, explain_probability
from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Frame
from digitpad.gui.features.maps.shown import PROBABILITIES
from digitpad.gui.features.pages.arithmetic_view import ArithmeticView
from digitpad.gui.features.pages.explaining import explanation
from digitpad.gui.features.pages.explanation import Explanation, as_document, in_full
from digitpad.gui.widgets.actions import action_button, make_action
from digitpad.gui.widgets.copy_menu import CopyMenu
from digitpad.gui.widgets.layer_reference import LayerReferenceLine
from digitpad.gui.widgets.layouts import add_space
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.nn import layers
from digitpad.nn.layer import Layer

if TYPE_CHECKING:
    from digitpad.explain.arithmetic import Arithmetic

_ALL_TERMS = 10**9  # of a sum
_PACE = 220  # milliseconds from cell to cell while the kernel walks


class ArithmeticPage(QWidget):
    """Shows how the number of a cell is computed.

    Parameters
    ----------
    theme
        The colours.
    owner
        The widget that owns the actions.

    Signals
    -------
    walked
        The kernel has moved to a `Cell`.
    room_changed
        There is room for more or for fewer terms: show the cell again.
    message
        A `Message` about what was copied.
    """

    walked = Signal(object)
    room_changed = Signal()
    message = Signal(object)

    def __init__(self, theme: Theme, owner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("arithmeticPage")
        self._frame: Frame | None = None
        self._cell: Cell | None = None
        self._labels: Sequence[str] = ()
        self.view = ArithmeticView(theme, self)
        bold, number = text_font(self.font(), bold=True), fixed_font(self.font(), scale=1.2, bold=True)
        self.title = LiveText(theme, "arithmeticTitle", bold, "text", self, spoken=self.tr("Cell"))
        self.value = LiveText(theme, "arithmeticValue", number, "warm", self, right=True, spoken=self.tr("Value"))
        self.sentence = LiveText(
            theme, "arithmeticSentence", self.font(), "muted", self, spoken=self.tr("How it is computed"), lines=2
        )
        self.hint = LiveText(theme, "arithmeticHint", self.font(), "muted", self, spoken=self.tr("Hint"), lines=2)
        self.view.room_changed.connect(self.room_changed)
        self._timer = QTimer(self)
        self._timer.setInterval(_PACE)
        self._timer.timeout.connect(self.step)
        self.walk = make_action(
            owner,
            "featuresWalk",
            self.tr("Walk kernel"),
            ["Ctrl+W"],
            self.tr("Move the kernel over the map, cell by cell"),
            self._walk,
        )
        self.walk.setCheckable(True)
        self.one_step = make_action(
            owner, "featuresStep", self.tr("Step"), ["Ctrl+Right"], self.tr("Move the kernel by one cell"), self.step
        )
        self.copy = make_action(
            owner,
            "featuresCopyArithmetic",
            self.tr("Copy arithmetic"),
            [QKeySequence.StandardKey.Copy],
            self.tr("Copy all terms with all their digits"),
            self.copy_numbers,
        )
        self.copy_as = CopyMenu("copyArithmeticAs", self)
        self.reference = LayerReferenceLine(theme, "arithmeticReference", self, apart=True)
        self.copy_as.message.connect(self.message)
        self.reference.message.connect(self.message)
        self._lay_out()
        self.show_cell(None, None, ())

    @property
    def shown(self) -> Explanation | None:
        """The explanation that is shown."""
        return self.view.explanation

    def show_cell(self, frame: Frame | None, cell: Cell | None, labels: Sequence[str]) -> Explanation | None:
        """Show how a number is computed, and return the explanation; None without a cell."""
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
        invitation = self.tr("Point at a cell")
        self.title.show_text(invitation if shown is None else shown.title)
        self.value.show_text("" if shown is None else f"= {shown.value}")
        keys = self.tr(
            "Its arithmetic is shown here. Arrow keys move to other cells, Enter pins a cell, Space enlarges its map."
        )
        self.sentence.show_text(keys if shown is None else shown.sentence)
        counting = self.tr("Maps, units, rows and columns are counted from 0.")
        remark = "" if shown is None else shown.remark
        self.hint.show_text(f"{remark} {counting}".strip())
        for action in (self.walk, self.one_step, self.copy):
            action.setEnabled(shown is not None)
        if shown is None:
            self._stop()
        layer = self._layer()
        self.copy_as.offer_later(None if shown is None else self._prepare)
        self.reference.show_reference(None if layer is None else reference_of(layer))
        return shown

    @Slot()
    def step(self) -> None:
        """Move to the next cell of the map, row by row, and after the last to the first."""
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

    @Slot()
    def copy_numbers(self) -> None:
        """Put the arithmetic, with all digits, on the clipboard."""
        if self.view.explanation is not None:
            QGuiApplication.clipboard().setText(in_full(self.view.explanation))

    def _layer(self) -> Layer | None:
        """Return the layer of the cell; None for a pixel or a probability."""
        if self._frame is None or self._cell is None or self._cell.layer == PROBABILITIES:
            return None
        return self._frame.structure[self._cell.layer].layer

    def _prepare(self) -> Callable[[str], str]:
        """Return the function that writes the arithmetic in a form; its operands are those of now."""
        frame, cell, shown = self._frame, self._cell, self.view.explanation
        if frame is None or cell is None or shown is None:
            raise RuntimeError("ArithmeticPage: no cell is shown, but its arithmetic is copied")
        arithmetic: Arithmetic
        if cell.layer == PROBABILITIES:
            arithmetic = explain_probability(frame, cell.channel)
        else:
            arithmetic = explain_cell(frame, cell, terms=_ALL_TERMS)
        programs = arithmetic_programs(arithmetic, self._layer(), shown.title)
        return partial(_written, shown, programs)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop the walk while the page is hidden."""
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
            self.walk.setIconText(self.tr("❚❚ Pause"))
            self._timer.start()
        else:
            self._stop()

    def _stop(self) -> None:
        self._timer.stop()
        self.walk.setChecked(False)
        self.walk.setIconText(self.tr("▶ Walk"))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2 * SPACE)
        head.addWidget(self.title, 3)
        head.addWidget(self.value, 1)
        below = QHBoxLayout()
        below.setSpacing(SPACE)
        below.addWidget(action_button(self.walk, "walkButton", self.tr("▶ Walk"), self))
        below.addWidget(action_button(self.one_step, "stepButton", self.tr("Step"), self))
        below.addWidget(action_button(self.copy, "copyArithmeticButton", self.tr("Copy"), self))
        below.addWidget(self.copy_as)
        below.addStretch(1)
        below.addWidget(self.reference.copy_path)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(head)
        column.addWidget(self.sentence)
        add_space(column, SPACE // 2)
        column.addWidget(self.view, 1)
        column.addLayout(below)
        column.addWidget(self.reference)
        column.addWidget(self.hint)


def _written(shown: Explanation, programs: Mapping[str, Callable[[], str]], form: str) -> str:
    # The text has all digits, as that of the Copy button.
    return in_full(shown) if form == "text" else write(form, partial(as_document, shown), programs)
