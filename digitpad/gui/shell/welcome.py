"""A welcome for new users: three sentences at the foot of the canvas, hidden by the first stroke.

It is shown at every start until the user dismisses it.
"""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QObject, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from digitpad.gui.widgets.scaling import adopt, px, sizes_itself
from digitpad.gui.widgets.theme import SPACE, text_font

_SENTENCES = (
    str(QT_TRANSLATE_NOOP("Welcome", "Draw a digit: the network reads it while you draw.")),
    str(
        QT_TRANSLATE_NOOP(
            "Welcome",
            "In the tabs above, collect data, train a network, look inside it, and evaluate how well it reads.",
        )
    ),
    str(QT_TRANSLATE_NOOP("Welcome", "Press F1 for keyboard shortcuts, F10 for the menu.")),
)


class Welcome(QFrame):
    """Three sentences at the foot of another widget.

    Parameters
    ----------
    over
        The widget that it covers in part; its parent becomes the parent of this one.

    Signals
    -------
    dismissed
        The user does not want to see it again.
    """

    dismissed = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over.parentWidget())
        self._over = over
        self.setObjectName("welcome")
        self.setAccessibleName(self.tr("Welcome to digitpad"))
        self.setProperty("card", True)
        title = QLabel(self.tr("Welcome to digitpad"), self)
        title.setFont(text_font(self.font(), scale=1.25, bold=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE + SPACE // 2)
        column.addWidget(title)
        for sentence in _SENTENCES:
            text = QLabel(self.tr(sentence), self)
            text.setWordWrap(True)
            column.addWidget(text)
        column.addLayout(self._buttons())
        over.installEventFilter(self)
        self.hide()

    def _buttons(self) -> QHBoxLayout:
        later = QPushButton(self.tr("Close"), self)
        later.setObjectName("welcomeClose")
        later.setAccessibleName(self.tr("Close the welcome"))
        later.setToolTip(self.tr("Close this until the next start"))
        later.clicked.connect(self.hide)
        never = QPushButton(self.tr("Do not show again"), self)
        never.setObjectName("welcomeDismiss")
        never.setAccessibleName(self.tr("Do not show the welcome again"))
        never.setToolTip(self.tr("Close the welcome and never show it again"))
        never.clicked.connect(self._dismiss)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addStretch(1)
        for button in (never, later):
            row.addWidget(button)
        return row

    def present(self) -> None:
        """Show the welcome."""
        adopt(self)
        sizes_itself(self)
        self._place()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the bottom, and hide when drawing begins."""
        if watched is self._over and self.isVisible():
            if event.type() in {QEvent.Type.Resize, QEvent.Type.Move}:
                self._place()
            elif event.type() in {
                QEvent.Type.MouseButtonPress,
                QEvent.Type.TabletPress,
                QEvent.Type.TouchBegin,
                QEvent.Type.KeyPress,
            }:
                self.hide()
        return False

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Hide when the user wants to draw here."""
        self.hide()

    def _place(self) -> None:
        area = self._over.geometry()
        width = area.width() - px(2 * SPACE)
        layout = self.layout()
        height = layout.totalHeightForWidth(width) if layout is not None else 0
        self.setFixedSize(width, height)
        place = self.rect()
        place.moveCenter(area.center())
        # On a small screen the page scrolls, and the foot of the canvas is out of sight.
        bottom = max(self._lowest_seen(), area.top() + height + px(SPACE))
        place.moveBottom(bottom - px(SPACE))
        self.move(place.topLeft())

    def _lowest_seen(self) -> int:
        """Return the lowest y, in the parent's coordinates, of the widget below that is in sight."""
        around = self.parentWidget()
        offset, lowest = 0, self._over.geometry().bottom()
        while around is not None and not around.isWindow():
            area = around.parentWidget()
            if isinstance(area, QAbstractScrollArea) and area.viewport() is around:
                return min(lowest, around.height() - 1 - offset)
            offset += around.y()
            around = area
        return lowest

    @Slot()
    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
