"""The strip at the top: the program's name, the tabs, the model in use and the menu."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QTabBar, QToolButton, QWidget

from digitpad.gui.widgets.theme import SPACE, Theme, text_font

HEIGHT = 6 * SPACE


class TabStrip(QTabBar):
    """Tabs as words; the chosen one is bold, with a line of accent under it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("tabStrip")
        self.setAccessibleName("Tabs")
        self.setToolTip("The parts of digitpad; Ctrl and a number goes to each")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)

    def tabSizeHint(self, index: int) -> QSize:
        """Return room for the word in bold, so that choosing moves nothing."""
        metrics = QFontMetrics(text_font(self.font(), scale=1.1, bold=True))
        return QSize(metrics.horizontalAdvance(self.tabText(index)) + 4 * SPACE, HEIGHT - 1)

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Return the same: a word is never cut."""
        return self.tabSizeHint(index)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the words and the line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(self.count()):
            area = self.tabRect(index)
            chosen = index == self.currentIndex()
            painter.setFont(text_font(self.font(), scale=1.1, bold=chosen))
            painter.setPen(self._theme.colour("text" if chosen else "muted"))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), self.tabText(index))
            if chosen:
                line = QRect(area.left() + 2 * SPACE, area.bottom() - 2, area.width() - 4 * SPACE, 3)
                painter.fillRect(line, self._theme.colour("accent"))
                if self.hasFocus():
                    painter.setPen(QPen(self._theme.colour("accent"), 1))
                    painter.drawRoundedRect(QRectF(area).adjusted(8.5, 8.5, -8.5, -8.5), 6, 6)
        painter.end()


class ModelChooser(QPushButton):
    """Names the model in use and opens a menu of others.

    Signals
    -------
    chosen
        The path of a model to load.
    browse_requested
        A file is to be chosen in a dialog.
    """

    chosen = Signal(str)
    browse_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = ""
        self._current: Path | None = None
        self.setObjectName("modelChooser")
        self.setToolTip("The model that reads; choose another one (Ctrl+M)")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(30 * SPACE, 4 * SPACE)
        self._menu = QMenu(self)
        self._menu.setObjectName("modelMenu")
        self._menu.setToolTipsVisible(True)
        self.setMenu(self._menu)
        theme.changed.connect(self.update)
        self.show_model("no model", None)

    def show_model(self, title: str, path: Path | None) -> None:
        """Name the model in use."""
        self._title, self._current = title, path
        self.setAccessibleName(f"Model: {title}")
        self.update()

    def offer(self, groups: Sequence[tuple[str, Sequence[Path]]]) -> None:
        """Fill the menu with titled groups of model files; a group without files is left out."""
        self._menu.clear()
        for title, files in groups:
            if not files:
                continue
            heading = self._menu.addAction(title)
            heading.setEnabled(False)
            for path in files:
                action = self._menu.addAction(path.stem)
                action.setObjectName(f"model-{path.stem}")
                action.setData(str(path))
                action.setToolTip(str(path))
                action.setCheckable(True)
                action.setChecked(path == self._current)
                action.triggered.connect(self._choose)
        self._menu.addSeparator()
        browse = self._menu.addAction("Open a model file…")
        browse.setObjectName("browseModels")
        browse.triggered.connect(self.browse_requested)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, the title as far as there is room, and an arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.colour("text"))
        room = self.rect().adjusted(SPACE + SPACE // 2, 0, -4 * SPACE, 0)
        title = self.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), title)
        painter.setPen(QPen(self._theme.colour("muted"), 1.5))
        x, y = self.width() - 17.0, self.height() / 2
        painter.drawPolyline(QPolygonF([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)]))
        painter.end()

    @property
    def title(self) -> str:
        """The name of the model in use, as it is shown."""
        return self._title

    @Slot()
    def _choose(self) -> None:
        for action in self._menu.actions():
            if action is self.sender():
                self.chosen.emit(str(action.data()))


class MenuButton(QToolButton):
    """Three lines that open the menu."""

    def __init__(self, theme: Theme, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("menuButton")
        self.setAccessibleName("Menu")
        self.setToolTip("Everything that can be done (F10)")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(menu)
        self.setFixedSize(4 * SPACE, 4 * SPACE)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button and its lines."""
        super().paintEvent(event)
        painter = QPainter(self)
        centre = self.rect().center()
        for offset in (-5, 0, 5):
            painter.fillRect(centre.x() - 6, centre.y() + offset, 14, 2, self._theme.colour("text"))
        painter.end()


class TopBar(QWidget):
    """Holds the name, the tab strip, the model chooser and the menu button, in this order."""

    def __init__(self, theme: Theme, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        name = QLabel("digitpad", self)
        name.setObjectName("programName")
        name.setFont(text_font(self.font(), scale=1.25, bold=True))
        self.tabs = TabStrip(theme, self)
        self.chooser = ModelChooser(theme, self)
        self.menu_button = MenuButton(theme, menu, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE - 4, 0, 2 * SPACE, 0)
        row.setSpacing(SPACE)
        row.addWidget(name)
        row.addSpacing(2 * SPACE)
        row.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        row.addWidget(self.chooser)
        row.addWidget(self.menu_button)
