"""One participant as large as there is room, for a class to talk about."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.board.ink_shapes import paint_shape
from digitpad.gui.board.painting import CENTRE, LEFT, RIGHT, filling
from digitpad.gui.board.tile import TilePainter, described, how_sure, person
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.serving.participants import Participant

_INK = 0.62  # the share of the width that the drawing has
_FOOT = 0.14  # the share of the height below it


class LargeView(QWidget):
    """Shows one drawing with its answer, as it grows.

    Signals
    -------
    closed
        Back to all drawings.
    stepped
        To the drawing before, -1, or after, 1.
    """

    closed = Signal()
    stepped = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tiles = TilePainter(theme)
        self._one: Participant | None = None
        self.setObjectName("boardLarge")
        self.setAccessibleName(self.tr("One drawing"))
        self.setToolTip(self.tr("Click, or press Esc, to show all drawings"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def participant(self) -> Participant | None:
        """Who is shown; None for nobody."""
        return self._one

    def show_participant(self, one: Participant | None) -> None:
        """Show a participant; None for nobody."""
        if one is not self._one:
            self._one = one
            self.setAccessibleDescription("" if one is None else described(one))
            self.setToolTip(tip_text(self.tr("Click, or press Esc, to show all drawings")))
            self.update()

    def sizeHint(self) -> QSize:
        """Return a usual size; the view takes what is left."""
        return QSize(px(60 * SPACE), px(40 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return a size in which a drawing is recognized."""
        return QSize(px(16 * SPACE), px(10 * SPACE))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go back to all drawings."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back, or to the drawing before or after."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in steps:
            self.stepped.emit(steps[key])
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the drawing, the answer, the name and how sure the network is."""
        one = self._one
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(self._theme.colour("accent" if self.hasFocus() else "line"))
        painter.setBrush(self._theme.colour("surface"))
        painter.drawRoundedRect(area, px(8), px(8))
        if one is not None:
            inside = area.adjusted(px(2 * SPACE), px(SPACE), -px(2 * SPACE), -px(SPACE))
            self._paint(painter, one, inside)
        painter.end()

    def _paint(self, painter: QPainter, one: Participant, inside: QRectF) -> None:
        foot = _FOOT * inside.height()
        middle = inside.adjusted(0, 0, 0, -foot)
        shape = self._tiles.shape(one)
        if shape is not None:
            ink = QRectF(middle.left(), middle.top(), _INK * middle.width(), middle.height())
            paint_shape(painter, shape, ink, self._theme.colour("text"))
        if one.answer is not None:
            text = "?" if one.answer.rejected else one.answer.text
            room = middle.adjusted(_INK * middle.width(), 0, 0, 0)
            painter.setFont(filling(self.font(), text, room.width(), room.height()))
            painter.setPen(self._theme.colour("accent" if one.right else "text"))
            painter.drawText(room, CENTRE, text)
        below = QRectF(inside.left(), middle.bottom(), inside.width(), foot)
        painter.setPen(self._theme.colour("muted"))
        half = QRectF(below.left(), below.top(), 0.6 * below.width(), below.height())
        painter.setFont(filling(self.font(), person(one), half.width(), 0.7 * foot, bold=False))
        painter.drawText(half, LEFT, person(one))
        painter.setPen(self._theme.colour("text"))
        rest = below.adjusted(0.6 * below.width() + px(SPACE), 0, 0, 0)
        painter.setFont(filling(self.font(), how_sure(one), rest.width(), 0.7 * foot))
        painter.drawText(rest, RIGHT, how_sure(one))
