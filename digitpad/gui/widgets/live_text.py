"""A line of text that changes with every frame: painted, so that nothing around it is laid out again."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.theme import Theme


class LiveText(QWidget):
    """Text of a fixed number of lines, elided where there is no room; the tooltip then has the whole text.

    Parameters
    ----------
    theme
        The colours.
    name
        Its objectName.
    font
        The font.
    colour
        The field of `Colours` to paint it in.
    right
        Whether it is aligned to the right.
    spoken
        The accessible name. The text itself is the accessible description.
    lines
        The number of lines that there is always room for.
    """

    def __init__(
        self,
        theme: Theme,
        name: str,
        font: QFont,
        colour: str,
        parent: QWidget,
        *,
        right: bool = False,
        spoken: str = "",
        lines: int = 1,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._colour = colour
        self._right = right
        self._lines = lines
        self._text = ""
        self.setObjectName(name)
        self.setFont(font)
        self.setAccessibleName(spoken)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self.update)

    def text(self) -> str:
        """Return the text."""
        return self._text

    def show_text(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.setAccessibleDescription(text)
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for the lines; their width is whatever the layout has."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance("0000"), metrics.lineSpacing() * self._lines + 2)

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        """Show the whole text as the tooltip where it is elided."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.is_cut:
            QToolTip.showText(event.globalPos(), tip_text(self._text), self)
            return True
        return super().event(event)

    @property
    def is_cut(self) -> bool:
        """Whether some of the text has no room."""
        return self._shown() != self._text

    def _shown(self) -> str:
        """Return the text with its line breaks, elided where it is too long."""
        metrics, room = self.fontMetrics(), self.width()
        if self._lines == 1 or metrics.horizontalAdvance(self._text) <= room:
            return metrics.elidedText(self._text, Qt.TextElideMode.ElideMiddle, room)
        flags = int(Qt.TextFlag.TextWordWrap)
        if metrics.boundingRect(QRect(0, 0, room, 1), flags, self._text).height() <= self.height():
            return self._text
        # Words are wrapped at about the same places when the text is a little less than the lines together.
        return metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, round(room * (self._lines - 0.25)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        painter.setFont(self.font())
        painter.setPen(self._theme.colour(self._colour))
        side = Qt.AlignmentFlag.AlignRight if self._right else Qt.AlignmentFlag.AlignLeft
        wrap = Qt.TextFlag.TextWordWrap if self._lines > 1 else Qt.TextFlag.TextSingleLine
        painter.drawText(QRect(self.rect()), int(side | Qt.AlignmentFlag.AlignVCenter | wrap), self._shown())
        painter.end()
