"""One kernel to redraw: a weight is changed by dragging up and down, by the wheel, or by keys."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.features.maps.cell_numbers import paint_numbers
from digitpad.gui.features.maps.colours import coloured, palettes
from digitpad.gui.features.maps.marks import paint_frame
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font

_TRAVEL = 12 * SPACE  # pixels of dragging that change a weight by the kernel's largest
_NOTCH = 0.05  # of it, for a notch of the wheel or a key
_ARROWS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
_CHANGES = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}


class KernelEditor(QWidget):
    """Shows a kernel and lets one change its weights.

    Signals
    -------
    redrawn
        The weights are other than before: float32 (H, W).
    settled
        The change is finished: the next one is another.
    """

    redrawn = Signal(object)
    settled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kernel: NDArray[np.float32] | None = None
        self._reach = 1.0  # the largest weight of the layer: the end of the colours
        self._at = (0, 0)
        self._press: tuple[float, float] | None = None  # where a drag began, and the weight there
        self.setObjectName("kernelEditor")
        self.setAccessibleName("Kernel to redraw")
        self.setToolTip("Drag a weight up or down, turn the wheel over it, or use arrows with + and −; 0 clears it")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(15 * SPACE, 12 * SPACE))
        theme.changed.connect(self.update)

    @property
    def kernel(self) -> NDArray[np.float32] | None:
        """The weights shown."""
        return self._kernel

    def show_kernel(self, kernel: NDArray[np.float32] | None, reach: float) -> None:
        """Show a kernel (H, W); `reach` is the weight that gets the strongest colour."""
        self._kernel = None if kernel is None else kernel.copy()
        self._reach = reach or 1.0
        if self._kernel is not None:
            height, width = self._kernel.shape
            self._at = (min(self._at[0], height - 1), min(self._at[1], width - 1))
        self.setEnabled(self._kernel is not None)
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square."""
        return QSize(17 * SPACE, 17 * SPACE)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a weight."""
        place = self._place(event.position())
        if self._kernel is not None and place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._at = place
            self._press = (event.position().y(), float(self._kernel[place]))
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Change it."""
        if self._press is not None:
            start, weight = self._press
            self._set(weight + (start - event.position().y()) / _TRAVEL * self._reach)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Leave it."""
        if self._press is not None:
            self._press = None
            self.settled.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the weight under the pointer by notches."""
        place = self._place(event.position())
        if self._kernel is not None and place is not None and event.angleDelta().y():
            self._at = place
            self._nudge(1 if event.angleDelta().y() > 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to a weight, or change it."""
        key = Qt.Key(event.key())
        if self._kernel is None:
            super().keyPressEvent(event)
        elif key in _ARROWS:
            down, right = _ARROWS[key]
            height, width = self._kernel.shape
            self._at = (self._at[0] + down) % height, (self._at[1] + right) % width
            self._describe()
            self.update()
        elif key in _CHANGES:
            self._nudge(_CHANGES[key])
        elif key == Qt.Key.Key_0:
            self._set(0.0)
            self.settled.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the weights with their numbers."""
        if self._kernel is None:
            return
        painter = QPainter(self)
        height, width = self._kernel.shape
        cell = self._cell()
        colours = np.ascontiguousarray(coloured(self._kernel, palettes(self._theme.colours).signed, self._reach))
        image = QImage(colours.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        painter.drawImage(QRectF(1, 1, width * cell, height * cell), image)
        paint_numbers(painter, self._kernel, colours, (1, 1), cell, fixed_font(self.font(), scale=0.88))
        area = QRectF(1 + self._at[1] * cell, 1 + self._at[0] * cell, cell, cell)
        paint_frame(
            painter, area.adjusted(2, 2, -2, -2), self._theme.colour("accent" if self.hasFocus() else "warm"), 2
        )
        painter.end()

    def _nudge(self, direction: int) -> None:
        if self._kernel is not None:
            self._set(float(self._kernel[self._at]) + direction * _NOTCH * self._reach)
            self.settled.emit()

    def _set(self, weight: float) -> None:
        if self._kernel is None:
            return
        self._kernel[self._at] = weight
        self._describe()
        self.update()
        self.redrawn.emit(self._kernel.copy())

    def _cell(self) -> float:
        if self._kernel is None:
            return 1.0
        height, width = self._kernel.shape
        return float(max(1.0, min((self.width() - 2) / width, (self.height() - 2) / height, 5.0 * SPACE)))

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
        self.setAccessibleDescription(f"Row {row}, column {column}: {float(self._kernel[self._at]):.4f}")
