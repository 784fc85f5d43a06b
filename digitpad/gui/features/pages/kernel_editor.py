"""Editing one kernel: its weights are typed, dragged, changed by the wheel or by keys, or pasted as a matrix."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from digitpad.explain.kernel_presets import parse_kernel
from digitpad.gui.features.maps.cell_numbers import full, has_room, paint_numbers
from digitpad.gui.features.maps.colours import ColourScale, palettes
from digitpad.gui.features.maps.marks import paint_frame
from digitpad.gui.widgets.picture_image import image_of_colours
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font

_TRAVEL = 12 * SPACE  # pixels at 100 % of dragging that change a weight by the largest weight of the layer
_NOTCH = 0.05  # of the largest weight, for a notch of the wheel or a key
_LEAST_CELL, _LARGEST_CELL = 3 * SPACE, 5 * SPACE
_WIDE = 8  # rows or columns from which on a kernel has smaller cells, so that the page fits into the window
_WIDE_CELL = 14
_ARROWS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
_CHANGES = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}
_OPENERS = {Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter}


class NumberField(QLineEdit):
    """A field over a weight; Enter and Esc do not go on to the editor.

    Signals
    -------
    typed
        Enter was pressed, or the focus has left the field after a change.
    """

    typed = Signal()

    def open_with(self, text: str, *, select: bool) -> None:
        """Show a text to edit: selected, or as the beginning of what is being typed."""
        self.setText(text)
        if select:
            self.selectAll()
        self.setModified(not select)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Close without a change."""
        self.setModified(False)
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the text with Enter, leave the weight unchanged with Esc."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.typed.emit()
            event.accept()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the text over and close, unless a menu or another window has the focus for the moment."""
        super().focusOutEvent(event)
        if event.reason() in {Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason}:
            return
        if self.isModified():
            self.typed.emit()
        self.leave()


class KernelEditor(QWidget):
    """Shows a kernel whose weights can be changed.

    Signals
    -------
    redrawn
        The weights have changed: float32 (H, W).
    settled
        The change is complete: the next one is another step for undo.
    refused
        A pasted or typed text is not a kernel; carries the reason.
    """

    redrawn = Signal(object)
    settled = Signal()
    refused = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kernel: NDArray[np.float32] | None = None
        self._scale = ColourScale()
        self._at = (0, 0)
        self._press: tuple[float, float] | None = None  # where a drag began, and the weight there
        self.setObjectName("kernelEditor")
        self.setAccessibleName(self.tr("Kernel"))
        self.setToolTip(
            self.tr(
                "Type a number, drag a weight up or down, turn the wheel over it, or use + and −. "
                "Ctrl+V pastes a whole matrix, Ctrl+C copies it, Del sets the weight to 0."
            )
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.field = NumberField(self)
        self.field.setObjectName("kernelNumber")
        self.field.setAccessibleName(self.tr("Weight"))
        self.field.setToolTip(self.tr("The weight; Enter sets it, Esc leaves it unchanged"))
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.hide()
        self.field.typed.connect(self._take_typed)
        theme.changed.connect(self.updateGeometry)
        theme.changed.connect(self.update)

    @property
    def kernel(self) -> NDArray[np.float32] | None:
        """The weights that are shown."""
        return self._kernel

    @property
    def at(self) -> tuple[int, int]:
        """Row and column of the selected weight."""
        return self._at

    def show_kernel(self, kernel: NDArray[np.float32] | None, scale: ColourScale | None = None) -> None:
        """Show a kernel (H, W); `scale` says which weights have which colours."""
        before = None if self._kernel is None else self._kernel.shape
        self._kernel = None if kernel is None else kernel.copy()
        self._scale = scale or ColourScale()
        self.field.leave()
        if self._kernel is not None:
            height, width = self._kernel.shape
            self._at = (min(self._at[0], height - 1), min(self._at[1], width - 1))
            if self._kernel.shape != before:
                self.updateGeometry()
        self.setEnabled(self._kernel is not None)
        self._describe()
        self.update()

    def put(self, kernel: NDArray[np.float32]) -> None:
        """Change all weights in one step."""
        if self._kernel is None or kernel.shape != self._kernel.shape:
            return
        self.settled.emit()
        self._kernel = kernel.copy()
        self._describe()
        self.update()
        self.redrawn.emit(self._kernel.copy())
        self.settled.emit()

    @Slot()
    def copy(self) -> None:
        """Put the weights on the clipboard, row by row, with all digits."""
        if self._kernel is not None:
            QGuiApplication.clipboard().setText("\n".join("\t".join(map(full, row)) for row in self._kernel))

    @Slot()
    def paste(self) -> None:
        """Take the weights from the clipboard."""
        if self._kernel is None:
            return
        height, width = self._kernel.shape
        kernel = parse_kernel(QGuiApplication.clipboard().text(), (height, width))
        if kernel is None:
            text = self.tr("The clipboard does not contain {height} × {width} numbers; copy a matrix of that size.")
            self.refused.emit(text.format(height=height, width=width))
            return
        self.put(kernel)

    def sizeHint(self) -> QSize:
        """Return room for cells in which numbers are easy to read."""
        return self._size(_LARGEST_CELL)

    def minimumSizeHint(self) -> QSize:
        """Return room for cells in which numbers can be read, unless the kernel is large."""
        return self._size(_LEAST_CELL)

    def event(self, event: QEvent) -> bool:
        """Take keys that are shortcuts elsewhere in the window."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._is_own(event):
            event.accept()
            return True
        return super().event(event)

    def _is_own(self, event: QKeyEvent) -> bool:
        keys = QKeySequence.StandardKey
        return (
            event.matches(keys.Paste)
            or event.matches(keys.Copy)
            or Qt.Key(event.key()) in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace, *_CHANGES}
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select a weight."""
        place = self._place(event.position())
        if self._kernel is not None and place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.field.hide()
            self._at = place
            self._press = (event.position().y(), float(self._kernel[place]))
            self._describe()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Change the weight by dragging."""
        if self._press is not None:
            start, weight = self._press
            self._set(weight + (start - event.position().y()) / px(_TRAVEL) * (self._scale.limit or 1.0))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End a drag."""
        if self._press is not None:
            self._press = None
            self.settled.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Type the weight."""
        place = self._place(event.position())
        if self._kernel is not None and place is not None:
            self._at = place
            self._type(full(self._kernel[place]))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the weight under the pointer."""
        place = self._place(event.position())
        if self._kernel is not None and place is not None and event.angleDelta().y():
            self._at = place
            self._nudge(1 if event.angleDelta().y() > 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select another weight, or change this one."""
        key = Qt.Key(event.key())
        if self._kernel is None:
            super().keyPressEvent(event)
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif key in _ARROWS:
            down, right = _ARROWS[key]
            height, width = self._kernel.shape
            self._at = (self._at[0] + down) % height, (self._at[1] + right) % width
            self._describe()
            self.update()
        elif key in _CHANGES:
            self._nudge(_CHANGES[key])
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self._set(0.0)
            self.settled.emit()
        elif key in _OPENERS:
            self._type(full(self._kernel[self._at]))
        elif event.text() and event.text() in "0123456789.,":
            if self.field.isVisible():
                # The field is open, but the window was not active to give it the focus.
                self.field.insert(event.text())
            else:
                self._type(event.text(), select=False)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the weights with their numbers."""
        if self._kernel is None:
            return
        painter = QPainter(self)
        height, width = self._kernel.shape
        cell = self._cell()
        colours = self._scale.colours(self._kernel, palettes(self._theme.colours))
        painter.drawImage(QRectF(1, 1, width * cell, height * cell), image_of_colours(colours))
        if has_room(cell):
            paint_numbers(painter, self._kernel, colours, (1, 1), cell, fixed_font(self.font(), scale=0.88))
        area = self._area(self._at)
        colour = self._theme.colour("accent" if self.hasFocus() else "warm")
        paint_frame(painter, area.adjusted(2, 2, -2, -2), colour, px(2))
        painter.end()

    def _type(self, text: str, *, select: bool = True) -> None:
        """Open the field over the selected weight."""
        area = self._area(self._at)
        middle = area.center()
        width, height = max(px(9 * SPACE), round(area.width())), max(px(3 * SPACE), round(area.height()))
        place = QRect(round(middle.x()) - width // 2, round(middle.y()) - height // 2, width, height)
        place.moveLeft(min(max(place.left(), 0), max(0, self.width() - width)))
        place.moveTop(min(max(place.top(), 0), max(0, self.height() - height)))
        self.field.setGeometry(place)
        self.field.open_with(text, select=select)

    @Slot()
    def _take_typed(self) -> None:
        text, has_focus = self.field.text(), self.field.hasFocus()
        # The change below may bring another kernel, which must not take the text, too.
        self.field.leave()
        kernel = parse_kernel(text.replace(",", "."), (1, 1))
        if kernel is None:
            self.refused.emit(self.tr("A weight is a number, such as 0.25 or −1."))
        else:
            self.settled.emit()
            self._set(float(kernel[0, 0]))
            self.settled.emit()
        if has_focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _nudge(self, direction: int) -> None:
        if self._kernel is not None:
            self._set(float(self._kernel[self._at]) + direction * _NOTCH * (self._scale.limit or 1.0))
            self.settled.emit()

    def _set(self, weight: float) -> None:
        if self._kernel is None:
            return
        self._kernel[self._at] = weight
        self._describe()
        self.update()
        self.redrawn.emit(self._kernel.copy())

    def _size(self, cell: int) -> QSize:
        height, width = (3, 3) if self._kernel is None else self._kernel.shape
        if max(height, width) >= _WIDE:
            cell = min(cell, _WIDE_CELL)
        return QSize(max(width * px(cell), px(9 * SPACE)) + 2, max(height * px(cell), px(3 * SPACE)) + 2)

    def _cell(self) -> float:
        if self._kernel is None:
            return 1.0
        height, width = self._kernel.shape
        return float(max(1.0, min((self.width() - 2) / width, (self.height() - 2) / height, px(_LARGEST_CELL))))

    def _area(self, place: tuple[int, int]) -> QRectF:
        cell = self._cell()
        return QRectF(1 + place[1] * cell, 1 + place[0] * cell, cell, cell)

    def _place(self, position: QPointF) -> tuple[int, int] | None:
        if self._kernel is None:
            return None
        cell = self._cell()
        row, column = int((position.y() - 1) // cell), int((position.x() - 1) // cell)
        height, width = self._kernel.shape
        return (row, column) if 0 <= row < height and 0 <= column < width else None

    def _describe(self) -> None:
        if self._kernel is None:
            self.setAccessibleDescription("")
            return
        row, column = self._at
        text = self.tr("Row {row}, column {column}: {weight}")
        self.setAccessibleDescription(text.format(row=row, column=column, weight=full(self._kernel[self._at])))
