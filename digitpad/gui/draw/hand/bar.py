"""The bar below the canvas: correcting the reading, how many drawings are in My hand, and learning from them."""

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from digitpad.gui.draw.hand.collection import HAND, HandState
from digitpad.gui.widgets.actions import action_button
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme

WANTED = 10
"""Number of drawings from which learning pays; fewer may be learned, too."""

_DOT, _STEP = 5.0, 7.0  # pixels at 100 %: a dot, and from one dot to the next


class Dots(QWidget):
    """Shows how many of the wanted drawings are there, as dots."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._count = theme, 0
        self.setObjectName("handDots")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_count(self, count: int) -> None:
        """Show a number of drawings."""
        self._count = min(count, WANTED)
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all dots."""
        return QSize(px(_STEP * WANTED), px(2 * SPACE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        top = (self.height() - px(_DOT)) / 2
        for place in range(WANTED):
            painter.setBrush(self._theme.colour("accent" if place < self._count else "track"))
            painter.drawEllipse(QRectF(place * px(_STEP), top, px(_DOT), px(_DOT)))
        painter.end()


class HandBar(QWidget):
    """Shows the collection of the person who uses the program.

    Parameters
    ----------
    theme
        The theme.
    correction
        The buttons that correct the reading.
    take_back, learn
        The actions of the other buttons.

    Signals
    -------
    hand_chosen
        The name of the collection of another person.
    person_wanted
        Another person wants a collection.
    """

    hand_chosen = Signal(str)
    person_wanted = Signal()

    def __init__(self, theme: Theme, correction: QWidget, take_back: QAction, learn: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("handBar")
        self._learn, self._take_back = learn, take_back
        self.menu = QMenu(self)
        self.menu.setObjectName("handMenu")
        self.menu.triggered.connect(self._choose)
        self.person = QToolButton(self)
        self.person.setObjectName("handButton")
        self.person.setProperty("flat", "true")
        self.person.setToolTip(self.tr("Whose hand it is: each person has a collection of corrected drawings"))
        self.person.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.person.setMenu(self.menu)
        self.person.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.dots = Dots(theme, self)
        self.back = action_button(take_back, "takeBackButton", self.tr("Take back"), self)
        self.learn = action_button(learn, "learnButton", self.tr("Learn…"), self)
        mine = QWidget(self)
        mine.setObjectName("handState")
        row = QHBoxLayout(mine)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        row.addWidget(self.person)
        row.addWidget(self.dots)
        flow = FlowLayout(self)
        flow.setSpacing(SPACE - 2)
        flow.addWidget(correction)
        flow.add_stretch()
        for widget in (mine, self.back, self.learn):
            flow.addWidget(widget)
        self.show_state(HandState())

    def show_state(self, state: HandState) -> None:
        """Show what is in the collection."""
        self.person.setText(shown_hand(state.name))
        self.person.setAccessibleName(self.tr("Whose hand"))
        self.dots.show_count(state.count)
        self.dots.setAccessibleName(self.tr("%n drawing(s) in My hand", "", state.count))
        self.dots.setToolTip(self.dots.accessibleName())
        self._take_back.setEnabled(bool(state.added))
        self._learn.setEnabled(state.count > 0)
        self._learn.setText(self.tr("Learn from %n drawing(s)", "", state.count))
        self._learn.setIconText(self.tr("Learn from %n", "", state.count))
        self.learn.setProperty("role", "primary" if state.count >= WANTED else "")
        self.learn.style().unpolish(self.learn)
        self.learn.style().polish(self.learn)
        self.menu.clear()
        for name in state.hands:
            action = self.menu.addAction(shown_hand(name).replace("&", "&&"))
            action.setData(name)
            action.setCheckable(True)
            action.setChecked(name == state.name)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Another person…")).setData("")

    @Slot(object)
    def _choose(self, action: QAction) -> None:
        name = str(action.data())
        if name:
            self.hand_chosen.emit(name)
        else:
            self.person_wanted.emit()


def shown_hand(name: str) -> str:
    """Return the name of the collection of a person, as it is shown."""
    mine = QCoreApplication.translate("HandBar", "My hand")
    return mine if name == HAND else name.replace(HAND, mine, 1)
