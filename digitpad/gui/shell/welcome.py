"""What a newcomer sees: three sentences at the foot of the canvas, gone with the first stroke.

They come back at the next start until they are dismissed for good.
"""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QObject, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from digitpad.gui.widgets.theme import SPACE, text_font

_SENTENCES = (
    QT_TRANSLATE_NOOP("Welcome", "Draw a digit: the network reads it while you draw."),
    QT_TRANSLATE_NOOP(
        "Welcome", "Train a network, look inside it, and measure how well it reads: each has a tab above."
    ),
    QT_TRANSLATE_NOOP("Welcome", "F1 lists the keyboard shortcuts, F10 opens the menu."),
)


class Welcome(QFrame):
    """The hint, at the foot of another widget, where nobody begins to draw.

    Parameters
    ----------
    over
        The widget that it lies over, and whose parent it gets.

    Signals
    -------
    dismissed
        It shall not come again.
    """

    dismissed = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over.parentWidget())
        self._over = over
        self.setObjectName("welcome")
        self.setAccessibleName(self._title())
        self.setProperty("card", True)
        title = QLabel(self._title(), self)
        title.setFont(text_font(self.font(), scale=1.25, bold=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE + SPACE // 2)
        column.addWidget(title)
        for sentence in _SENTENCES:
            text = QLabel(self.tr(str(sentence)), self)
            text.setWordWrap(True)
            column.addWidget(text)
        column.addLayout(self._buttons())
        over.installEventFilter(self)
        self.hide()

    def _buttons(self) -> QHBoxLayout:
        later = QPushButton(self.tr("Close"), self)
        later.setObjectName("welcomeClose")
        later.setToolTip(self.tr("Close this; it appears again at the next start"))
        later.clicked.connect(self.hide)
        never = QPushButton(self.tr("Do not show again"), self)
        never.setObjectName("welcomeDismiss")
        never.setToolTip(self.tr("Close this and never show it again"))
        never.clicked.connect(self._dismiss)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addStretch(1)
        for button in (never, later):
            button.setAccessibleName(f"{button.text()}: {self._title()}")
            row.addWidget(button)
        return row

    def _title(self) -> str:
        return self.tr("Welcome to digitpad")

    def present(self) -> None:
        """Show it, over what it lies over."""
        self._place()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot, and go when the drawing begins."""
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
        """Go, too, when somebody means to draw where it stands."""
        self.hide()

    def _place(self) -> None:
        area = self._over.geometry()
        width = area.width() - 2 * SPACE
        layout = self.layout()
        height = layout.totalHeightForWidth(width) if layout is not None else 0
        self.setFixedSize(width, height)
        place = self.rect()
        place.moveCenter(area.center())
        place.moveBottom(area.bottom() - SPACE)
        self.move(place.topLeft())

    @Slot()
    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
