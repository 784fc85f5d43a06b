"""The buttons that move through a run, each with its sign and, where there is room, its name below."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font


class TransportButton(QToolButton):
    """A button for an action, with a painted sign.

    Parameters
    ----------
    sign
        "first", "back", "play", "pause", "forward" or "last".
    """

    def __init__(self, theme: Theme, action: QAction, name: str, sign: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sign = sign
        self.setObjectName(name)
        self.setAccessibleName(action.text())
        self.setToolTip(action.toolTip())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(4 * SPACE if sign != "play" else 5 * SPACE, 4 * SPACE)
        self.clicked.connect(action.trigger)
        theme.changed.connect(self.update)

    @property
    def sign(self) -> str:
        """The sign that is painted."""
        return self._sign

    def show_sign(self, sign: str) -> None:
        """Paint another sign."""
        if sign != self._sign:
            self._sign = sign
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button and its sign."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        primary = self.property("role") == "primary"
        colour = self._theme.colour("on_accent" if primary else "text")
        if not self.isEnabled():
            colour = self._theme.colour("muted", 0.6)
        x, y, size = self.width() / 2, self.height() / 2, px(5)
        match self._sign:
            case "play":
                _triangle(painter, x - size * 0.8, y, size * 1.6, colour)
            case "pause":
                for left in (x - size, x + size * 0.3):
                    painter.fillRect(QRectF(left, y - size, size * 0.7, 2 * size), colour)
            case "first" | "last":
                way = -1 if self._sign == "first" else 1
                painter.fillRect(QRectF(x + way * size - px(1), y - size, px(2), 2 * size), colour)
                _triangle(painter, x - way * size, y, way * size * 1.5, colour)
            case "back" | "forward":
                way = -1 if self._sign == "back" else 1
                pen = QPen(colour, px(2))
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                half = size * 0.6
                corners = [(x - way * half, y - size), (x + way * half, y), (x - way * half, y + size)]
                painter.drawPolyline(QPolygonF([QPointF(*corner) for corner in corners]))
            case _:
                pass
        painter.end()


def _triangle(painter: QPainter, left: float, middle: float, width: float, colour: object) -> None:
    """Fill a triangle from its base to its tip; a negative width points to the left."""
    high = abs(width) * 0.65
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    corners = [(left, middle - high), (left + width, middle), (left, middle + high)]
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))


class Transport(QWidget):
    """Frame back, step back, play, step and frame forward, and the speed.

    Parameters
    ----------
    actions
        The actions of the five buttons, from left to right.
    speed
        The choice of the speed.
    """

    def __init__(self, theme: Theme, actions: tuple[QAction, ...], speed: ComboBox, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("replayTransport")
        names = ("replayFrameBack", "replayStepBack", "replayPlay", "replayStepForward", "replayFrameForward")
        signs = ("first", "back", "play", "forward", "last")
        words = (self.tr("frame"), self.tr("step"), self.tr("play"), self.tr("step"), self.tr("frame"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE // 2)
        grid.setVerticalSpacing(SPACE // 2)
        self.buttons: list[TransportButton] = []
        self._captions: list[QLabel] = []
        centre = Qt.AlignmentFlag.AlignHCenter
        for column, (action, name, sign, word) in enumerate(zip(actions, names, signs, words, strict=True)):
            button = TransportButton(theme, action, name, sign, self)
            self.buttons.append(button)
            grid.addWidget(button, 0, column, centre)
            self._caption(grid, column, word)
        self.play = self.buttons[2]
        self.play.setProperty("role", "primary")
        speed.setParent(self)
        grid.addWidget(speed, 0, len(names))
        self._caption(grid, len(names), self.tr("speed"))

    def show_captions(self, *, on: bool) -> None:
        """Show the names below the buttons."""
        for caption in self._captions:
            caption.setVisible(on)

    def _caption(self, grid: QGridLayout, column: int, word: str) -> None:
        label = QLabel(word, self)
        label.setProperty("muted", "true")
        label.setFont(text_font(self.font(), scale=0.85))
        self._captions.append(label)
        grid.addWidget(label, 1, column, Qt.AlignmentFlag.AlignHCenter)
