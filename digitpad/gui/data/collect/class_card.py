"""The card of one class: its name, its key, its samples, and a menu."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QFontMetrics, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from digitpad.data.collections.folder import SampleClass
from digitpad.gui.data.collect.incoming import can_take
from digitpad.gui.data.collect.sample_list import SAMPLES, SampleView
from digitpad.gui.data.collect.thumbnails import Thumbnails
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font

ENOUGH = 10
"""How many samples of a class are enough to begin with."""

_NAME_WIDTH = 72  # pixels
_RIGHT = Qt.TextElideMode.ElideRight
_WRAPPED = 24  # characters of a name that have room on several lines
_LONG = 2  # characters of a name that are shown in large letters


class _ClassButton(QToolButton):
    """Shows the name of a class, elided where there is no room, and chooses the class."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = ""
        self.setProperty("flat", "true")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_name(self, name: str) -> None:
        """Show the name of a class."""
        self._name = name
        self.update()

    def sizeHint(self) -> QSize:
        """Return a fixed width."""
        return QSize(px(_NAME_WIDTH), px(6 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return the same size."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground of the button and the name."""
        painter = QStylePainter(self)
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        room = self.rect().adjusted(px(4), 0, -px(4), 0)
        font = text_font(self.font(), scale=2.0 if len(self._name) <= _LONG else 1.1, bold=True)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(self._theme.colour("accent" if self.isChecked() else "text"))
        longest = max(self._name.split(), key=len, default="")
        wraps = metrics.horizontalAdvance(longest) <= room.width() and len(self._name) <= _WRAPPED
        text = self._name if wraps else metrics.elidedText(self._name, _RIGHT, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), text)


class ClassCard(QFrame):
    """Shows a class and its samples.

    Signals
    -------
    chosen
        The folder of this class: it is worked on.
    menu_wanted, samples_menu_wanted
        The card, and a place on the screen for the menu of the class, or of its selected samples.
    samples_dropped
        The view from which samples were dragged here, and the folder of this class.
    data_dropped
        Other data (`QMimeData`) that were dropped here, and the folder of this class.
    selection_changed
        The card: other samples of it are selected.
    """

    chosen = Signal(str)
    menu_wanted = Signal(object, QPoint)
    samples_menu_wanted = Signal(object, QPoint)
    samples_dropped = Signal(object, str)
    data_dropped = Signal(object, str)
    selection_changed = Signal(object)

    def __init__(self, theme: Theme, thumbnails: Thumbnails, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"classCard{number}")
        self.setProperty("card", "true")
        self.setProperty("chosen", False)
        self.setAcceptDrops(True)
        self.shown: SampleClass | None = None
        self._state: tuple[str, bool] | None = None
        self._button = _ClassButton(theme, self)
        self._button.setObjectName(f"classButton{number}")
        self._button.setCheckable(True)
        self._button.clicked.connect(self._choose)
        self._count = QLabel(self)
        self._count.setFont(text_font(self.font(), bold=True))
        self._hint = muted("", self)
        self._menu = QToolButton(self)
        self._menu.setObjectName(f"classMenu{number}")
        self._menu.setText("⋯")
        self._menu.setProperty("flat", "true")
        self._menu.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._menu.clicked.connect(self._ask_for_menu)
        self.view = SampleView(theme, thumbnails, f"classSamples{number}", self)
        self.view.entered.connect(self._choose)
        self.view.menu_wanted.connect(self._ask_for_samples_menu)
        self.view.selectionModel().selectionChanged.connect(self._tell_selection)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(self._count, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._hint, 1, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._menu, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(SPACE // 2)
        column.addLayout(head)
        column.addWidget(self.view)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, SPACE, SPACE, SPACE // 2)
        row.setSpacing(SPACE)
        row.addWidget(self._button)
        row.addLayout(column, 1)

    @property
    def folder(self) -> str:
        """The folder of the class."""
        return "" if self.shown is None else self.shown.folder

    @property
    def is_chosen(self) -> bool:
        """Whether the class is worked on."""
        return self._button.isChecked()

    def show_class(self, one: SampleClass, key: str, *, chosen: bool) -> None:
        """Show a class.

        Parameters
        ----------
        one
            The class.
        key
            Its key; empty if it has none.
        chosen
            Whether it is worked on.
        """
        if one is self.shown and self._state == (key, chosen):
            return
        self._state = (key, chosen)
        self.shown = one
        count = len(one.samples)
        self._button.show_name(one.name)
        self._button.setChecked(chosen)
        self._button.setAccessibleName(self.tr("Class {name}").format(name=one.name))
        tip = self.tr("Draw {name}; its key is {key}") if key else self.tr("Draw {name}")
        self._button.setToolTip(tip_text(tip.format(name=one.name, key=key)))
        self._count.setText(self.tr("%n sample(s)", "", count))
        self._hint.setText(self._hint_of(count, key))
        self._menu.setAccessibleName(self.tr("Menu of the class {name}").format(name=one.name))
        self._menu.setToolTip(tip_text(self.tr("Rename, merge or delete {name}, or add files").format(name=one.name)))
        self.view.setAccessibleName(self.tr("Samples of {name}").format(name=one.name))
        self.view.setToolTip(tip_text(self.tr("Samples of {name}; drop pictures here").format(name=one.name)))
        self.view.samples.show_samples(one.name, one.samples)
        if self.property("chosen") != chosen:
            self.setProperty("chosen", chosen)
            self.style().unpolish(self)
            self.style().polish(self)

    def menu_place(self) -> QPoint:
        """Return where the menu of the class opens, on the screen."""
        return self._menu.mapToGlobal(self._menu.rect().bottomLeft())

    def controls(self) -> list[QWidget]:
        """Return the controls in the order of the Tab key."""
        return [self._button, self._menu, self.view]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the class."""
        self._choose()
        super().mousePressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take samples of other classes, pictures and ink."""
        mime = event.mimeData()
        takes = event.source() is not self.view if mime.hasFormat(SAMPLES) else can_take(mime)
        if takes:
            event.acceptProposedAction()
            self._show_target(on=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Show that nothing is dropped here."""
        self._show_target(on=False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Report what was dropped."""
        self._show_target(on=False)
        event.acceptProposedAction()
        if event.mimeData().hasFormat(SAMPLES):
            self.samples_dropped.emit(event.source(), self.folder)
        else:
            self.data_dropped.emit(event.mimeData(), self.folder)

    def _hint_of(self, count: int, key: str) -> str:
        parts = [self.tr("key {key}").format(key=key)] if key else []
        if not count:
            parts.append(self.tr("draw on the right, or drop pictures here"))
        elif count < ENOUGH:
            parts.append(self.tr("{count} more to begin").format(count=ENOUGH - count))
        return " · ".join(parts)

    def _show_target(self, *, on: bool) -> None:
        self.setProperty("target", on)
        self.style().unpolish(self)
        self.style().polish(self)

    @Slot()
    def _choose(self) -> None:
        self._button.setChecked(True)
        self.chosen.emit(self.folder)

    @Slot()
    def _tell_selection(self) -> None:
        self.selection_changed.emit(self)

    @Slot()
    def _ask_for_menu(self) -> None:
        self.menu_wanted.emit(self, self.menu_place())

    @Slot(QPoint)
    def _ask_for_samples_menu(self, place: QPoint) -> None:
        self.samples_menu_wanted.emit(self, place)
