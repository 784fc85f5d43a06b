"""The sign in the top bar that the page is shared; it opens the class board."""

from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from digitpad.gui.board.sharing import Sharing, Stage
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme


class SharingIndicator(QToolButton):
    """Shows waves while the page is shared; it is gone while it is not."""

    def __init__(self, theme: Theme, sharing: Sharing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sharing = sharing
        self.setObjectName("sharingIndicator")
        self.setAccessibleName(self.tr("The page is shared"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(4 * SPACE, 4 * SPACE)
        theme.changed.connect(self.update)
        sharing.changed.connect(self._show_stage)
        self._show_stage()

    @Slot()
    def _show_stage(self) -> None:
        is_on = self._sharing.stage is Stage.ON
        self.setVisible(is_on)
        if not is_on:
            return
        words = (
            self.tr("This computer reaches the page at {address}")
            if self._sharing.place.is_local
            else self.tr("Devices on this network reach the page at {address}")
        )
        text = words.format(address=self._sharing.address)
        self.setAccessibleDescription(text)
        self.setToolTip(tip_text(self.tr("{description}. Click for the class board.").format(description=text)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, a dot, and waves on both sides."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(self.rect().center()) + QPointF(0.5, 0.5)
        colour = self._theme.colour("accent")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(centre, px(2.5), px(2.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, px(2), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for radius in (px(6), px(10)):
            area = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
            for start in (-45, 135):
                painter.drawArc(area, 16 * start, 16 * 90)
        painter.end()
