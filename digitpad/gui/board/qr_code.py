"""A QR code, painted as squares of whole device pixels so that every camera reads it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.extras import optional
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE

_QUIET = 4  # modules of white around the code, as the standard asks
LEAST = 14 * SPACE
"""Pixels at 100 % text size: a side that is read from a table."""

_USUAL = 27 * SPACE


def modules_of(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules of a QR code, row by row, True for dark; none if the package segno is not installed."""
    segno = optional("segno")
    if segno is None or not text:
        return ()
    return tuple(tuple(bool(module) for module in row) for row in segno.make(text, micro=False).matrix)


class QrCode(QWidget):
    """Shows an address as a QR code: dark on white in every theme, because many cameras read no other.

    Parameters
    ----------
    name
        Its objectName.
    least
        The least side, in pixels at 100 % text size.
    """

    def __init__(self, name: str, parent: QWidget | None = None, *, least: int = LEAST) -> None:
        super().__init__(parent)
        self._least = least
        self._text = ""
        self._modules: tuple[tuple[bool, ...], ...] = ()
        self.setObjectName(name)
        self.setAccessibleName(self.tr("QR code"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @property
    def modules(self) -> tuple[tuple[bool, ...], ...]:
        """The modules, row by row, True for dark; none without a text."""
        return self._modules

    def show_text(self, text: str) -> None:
        """Show a text, usually an address; nothing if it is empty."""
        if text == self._text:
            return
        self._text = text
        self._modules = modules_of(text)
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square that is read across a room."""
        side = max(px(self._least), px(_USUAL))
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """Return the least square."""
        return QSize(px(self._least), px(self._least))

    def module_size(self) -> float:
        """Return the side of a module in logical pixels: a whole number of device pixels, 0 without a code."""
        if not self._modules:
            return 0.0
        ratio = self.devicePixelRatioF()
        count = len(self._modules) + 2 * _QUIET
        return max(1, int(min(self.width(), self.height()) * ratio / count)) / ratio

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the code in the middle."""
        if not self._modules:
            return
        painter = QPainter(self)
        side = self.module_size()
        whole = side * (len(self._modules) + 2 * _QUIET)
        ratio = self.devicePixelRatioF()
        left = int((self.width() - whole) / 2 * ratio) / ratio
        top = int((self.height() - whole) / 2 * ratio) / ratio
        painter.fillRect(QRectF(left, top, whole, whole), Qt.GlobalColor.white)
        for y, row in enumerate(self._modules, start=_QUIET):
            for x, dark in enumerate(row, start=_QUIET):
                if dark:
                    painter.fillRect(QRectF(left + x * side, top + y * side, side, side), Qt.GlobalColor.black)
        painter.end()
