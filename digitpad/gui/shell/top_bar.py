"""The top bar: the name of the program, the tabs, the network that is shown and the menu."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QTabBar, QToolButton, QWidget

from digitpad.gui.widgets.layouts import add_space
from digitpad.gui.widgets.plain_text import one_line, tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.gui.workspace.network_menu import NetworkMenu
from digitpad.gui.workspace.workspace import Workspace

HEIGHT = 6 * SPACE
_PADDING, _NARROW_PADDING = 4 * SPACE, 2 * SPACE  # pixels at 100 % text size: on both sides of a tab's text
_LEFT, _RIGHT = 1.5 * SPACE, 3 * SPACE  # pixels at 100 % text size: beside the chooser's text


class TabStrip(QTabBar):
    """Tabs as plain text; the current one is bold and underlined."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_narrow = False
        self.setObjectName("tabStrip")
        self.setAccessibleName(self.tr("Tabs"))
        self.setToolTip(self.tr("The tabs of the window; press Ctrl and a number to switch"))
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)

    @property
    def roomy_width(self) -> int:
        """The width of all tabs with their usual padding."""
        return sum(self._width_of(index, _PADDING) for index in range(self.count()))

    def use_room(self, *, narrow: bool) -> None:
        """Take less padding where the window is narrow, or the usual one."""
        if narrow != self._is_narrow:
            self._is_narrow = narrow
            # Qt keeps the sizes of tabs until a text or the font changes.
            for index in range(self.count()):
                self.setTabText(index, self.tabText(index))
            self.updateGeometry()

    def tabSizeHint(self, index: int) -> QSize:
        """Return the size of the bold text, so that the tabs do not move when another one is chosen."""
        return QSize(self._width_of(index, _NARROW_PADDING if self._is_narrow else _PADDING), px(HEIGHT) - 1)

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Return the same size, because the text is never cut off."""
        return self.tabSizeHint(index)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the texts and the line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(self.count()):
            area = self.tabRect(index)
            chosen = index == self.currentIndex()
            painter.setFont(text_font(self.font(), scale=1.1, bold=chosen))
            painter.setPen(self._theme.colour("text" if chosen else "muted"))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), self.tabText(index))
            if chosen:
                padding = px(_NARROW_PADDING if self._is_narrow else _PADDING)
                line = QRect(area.left() + padding // 2, area.bottom() - px(2), area.width() - padding, px(3))
                painter.fillRect(line, self._theme.colour("accent"))
                if self.hasFocus():
                    painter.setPen(QPen(self._theme.colour("accent"), 1))
                    inset = 0.5 if self._is_narrow else 8.5
                    painter.drawRoundedRect(QRectF(area).adjusted(inset, 8.5, -inset, -8.5), 6, 6)
        painter.end()

    def _width_of(self, index: int, padding: int) -> int:
        metrics = QFontMetrics(text_font(self.font(), scale=1.1, bold=True))
        return metrics.horizontalAdvance(self.tabText(index)) + px(padding)


class ModelChooser(QPushButton):
    """Shows the name of the current network, and opens a menu of others."""

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._workspace = workspace
        self._title = ""
        self.setObjectName("modelChooser")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(4 * SPACE)
        self.setMinimumWidth(13 * SPACE)
        self.setMaximumWidth(30 * SPACE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Network"))
        self.networks = NetworkMenu(workspace, "model", self)
        self.networks.chosen.connect(workspace.choose_network)
        self.networks.training_chosen.connect(workspace.look_at_training)
        self.setMenu(self.networks)
        theme.changed.connect(self.update)
        workspace.networks_changed.connect(self._show_network)
        self._show_network()

    @property
    def title(self) -> str:
        """The name of the network that is shown."""
        return self._title

    @property
    def text_shown(self) -> str:
        """The title; where there is no room for it, the name alone, and only then an elided one."""
        room = self.width() - px(_LEFT) - px(_RIGHT)
        name, separator, _ = self._title.rpartition(" · ")
        fits = self.fontMetrics().horizontalAdvance(self._title) <= room
        text = self._title if fits or not separator else name
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room)

    @Slot()
    def _show_network(self) -> None:
        """Show the name of the current network."""
        network = self._workspace.looked_at
        title = self.tr("no model") if network is None else one_line(network.title)
        if title == self._title:
            return
        self._title = title
        self.setAccessibleDescription(title)
        tip = self.tr("The network shown: {name}. Choose another one (Ctrl+M)")
        self.setToolTip(tip_text(tip.format(name=title)))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the minimum size: the tabs come first, and the name uses the remaining width."""
        return QSize(self.minimumWidth(), px(4 * SPACE))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, the title as far as there is room, and an arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.colour("text"))
        room = self.rect().adjusted(px(_LEFT), 0, -px(_RIGHT), 0)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self.text_shown)
        painter.setPen(QPen(self._theme.colour("muted"), 1.5))
        x, y = self.width() - px(14), self.height() / 2
        across, down = px(4), px(2)
        arrow = [QPointF(x - across, y - down), QPointF(x, y + down), QPointF(x + across, y - down)]
        painter.drawPolyline(QPolygonF(arrow))
        painter.end()


class MenuButton(QToolButton):
    """The button with three lines that opens the menu."""

    def __init__(self, theme: Theme, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("menuButton")
        self.setAccessibleName(self.tr("Menu"))
        self.setToolTip(self.tr("All commands (F10)"))
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
            painter.fillRect(centre.x() - px(6), centre.y() + px(offset), px(14), px(2), self._theme.colour("text"))
        painter.end()


class TopBar(QWidget):
    """Contains the name, the tabs, the network chooser and the menu button, in this order."""

    def __init__(self, theme: Theme, menu: QMenu, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        name = self._name = QLabel("digitpad", self)
        name.setObjectName("programName")
        name.setFont(text_font(self.font(), scale=1.25, bold=True))
        self.tabs = TabStrip(theme, self)
        self.chooser = ModelChooser(theme, workspace, self)
        self.menu_button = MenuButton(theme, menu, self)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE - 4, 0, 2 * SPACE, 0)
        row.setSpacing(SPACE)
        row.addWidget(name)
        add_space(row, 2 * SPACE)
        row.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch()
        row.addWidget(self.chooser, 1)
        row.addWidget(self.menu_button)

    def add_sign(self, sign: QToolButton, slot: Callable[[], object]) -> None:
        """Add a button that shows a state of the program, left of the menu button.

        Parameters
        ----------
        sign
            The button.
        slot
            Called when it is clicked.
        """
        sign.clicked.connect(slot)
        self._row.insertWidget(self._row.indexOf(self.menu_button), sign)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the name of the program if there is room."""
        super().resizeEvent(event)
        self._show_name()

    def event(self, event: QEvent) -> bool:
        """Do the same when the size of the tabs changes, because of their texts or the text size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._show_name()
        return super().event(event)

    def _show_name(self) -> None:
        """Give up the name of the program, then the padding of the tabs, if the tabs and the network need the space."""
        tabs = self.tabs.roomy_width
        rest = tabs + px(22 * SPACE) + self.menu_button.width() + px(10 * SPACE)
        self._name.setVisible(self.width() >= rest + self._name.sizeHint().width())
        self.tabs.use_room(narrow=self.width() < rest)
