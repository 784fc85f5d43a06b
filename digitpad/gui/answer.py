"""The answer, as the largest thing in the window: the digit, how sure the network is, and the second guess."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.percent import sureness
from digitpad.gui.theme import SPACE, Theme, text_font

NEAR = 0.05  # a second guess is named from this probability on
AMBIGUOUS = 0.2  # and from this one on it is as good as the first, see `Prediction.is_ambiguous`
_INVITATION = ("Draw a digit", "The answer appears here while you draw.")


class Answer(QWidget):
    """Painted by hand, so that nothing moves when the words change."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._digit = ""
        self._lines: tuple[str, str] = _INVITATION
        self._doubtful = False
        self.setObjectName("answer")
        self.setAccessibleName("Answer")
        self.setToolTip("What the network reads")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        # It stands on a card and fills its own ground: what lies below is not painted with every frame.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self.update)
        self.clear()

    @property
    def digit(self) -> str:
        """The digit shown; empty when there is none."""
        return self._digit

    @property
    def lines(self) -> tuple[str, str]:
        """The two lines beside the digit."""
        return self._lines

    def show_reading(self, labels: Sequence[str], values: Sequence[float], doubt: str | None = None) -> None:
        """Show a reading.

        Parameters
        ----------
        labels, values
            The classes and their probabilities in [0, 1], in the same order.
        doubt
            Why this is no digit after all, in words; None when it is one.
        """
        order = sorted(range(len(values)), key=lambda index: -values[index])
        best, second = order[0], order[1]
        other = f"or {labels[second]}, {sureness(values[second])}" if values[second] >= NEAR else ""
        if values[second] >= AMBIGUOUS:
            other = f"ambiguous: {other}"
        self._digit = labels[best]
        self._doubtful = doubt is not None
        self._lines = (sureness(values[best]), other) if doubt is None else ("No digit", doubt)
        self._say(f"{self._digit}, {' '.join(line for line in self._lines if line)}")

    def clear(self) -> None:
        """Show no digit, only what to do."""
        self._digit, self._lines, self._doubtful = "", _INVITATION, False
        self._say(" ".join(self._lines))

    def excuse(self, title: str, reason: str) -> None:
        """Show no digit, and say why."""
        self._digit, self._lines, self._doubtful = "", (title, reason), False
        self._say(f"{title}. {reason}")

    def sizeHint(self) -> QSize:
        """Return room for a large digit."""
        return QSize(320, 160)

    def minimumSizeHint(self) -> QSize:
        """Return room for a digit that is still the largest thing."""
        return QSize(200, 88)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the digit and the lines, or the lines alone."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.rect()
        if not self._digit:
            self._paint_lines(painter, area, 1.5, emphasis="muted")
            painter.end()
            return
        font = QFont(self.font())
        font.setBold(True)
        font.setPixelSize(max(24, round(min(area.height() * 1.18, area.width() * 0.42))))
        painter.setFont(font)
        metrics = QFontMetrics(font)
        painter.setPen(self._theme.colour("muted" if self._doubtful else "text"))
        # A digit has no descender: its own box is centred, not the line's.
        box = metrics.tightBoundingRect("0")
        painter.drawText(0, area.center().y() + box.height() // 2, self._digit)
        advance = max(metrics.horizontalAdvance(digit) for digit in "0123456789")
        self._paint_lines(painter, area.adjusted(advance + 2 * SPACE, 0, 0, 0), 1.9, emphasis="text")
        painter.end()

    def _paint_lines(self, painter: QPainter, area: QRect, scale: float, *, emphasis: str) -> None:
        title, below = text_font(self.font(), scale=scale, bold=True), self.font()
        high, low = QFontMetrics(title).height(), QFontMetrics(below).height()
        top = area.center().y() - (high + SPACE // 2 + low) // 2
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.setFont(title)
        painter.setPen(self._theme.colour(emphasis))
        painter.drawText(QRect(area.left(), top, area.width(), high), int(left), self._lines[0])
        painter.setFont(below)
        painter.setPen(self._theme.colour("muted"))
        room = QRect(area.left(), top + high + SPACE // 2, area.width(), 3 * low)
        painter.drawText(room, int(left | Qt.TextFlag.TextWordWrap), self._lines[1])

    def _say(self, text: str) -> None:
        self.setAccessibleDescription(text)
        self.update()
