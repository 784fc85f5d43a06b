"""A line of text that changes with every frame: painted, so that nothing around it is laid out anew."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.widgets.theme import Theme


class LiveText(QWidget):
    """One line, cut off in the middle where there is no room for it.

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
        Whether it stands on the right.
    """

    def __init__(
        self, theme: Theme, name: str, font: QFont, colour: str, parent: QWidget, *, right: bool = False
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._colour = colour
        self._right = right
        self._text = ""
        self.setObjectName(name)
        self.setFont(font)
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
            self.setAccessibleName(text)
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for one line."""
        return QSize(8, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        painter.setFont(self.font())
        painter.setPen(self._theme.colour(self._colour))
        text = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideMiddle, self.width())
        side = Qt.AlignmentFlag.AlignRight if self._right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRect(self.rect()), int(side | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()
