"""The samples of one class in a row, the newest first; only what is visible is painted."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from digitpad.data.collections.folder import Sample
from digitpad.gui.data.collect.thumbnails import SIDE, Thumbnails
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme

SAMPLES = "application/x-digitpad-samples"
"""The type of dragged samples; which ones they are says the view that they come from."""

_Index = QModelIndex | QPersistentModelIndex
_GAP = 6  # pixels between thumbnails
_BAR = 12  # pixels: the scroll bar below them
_Role = Qt.ItemDataRole


class SampleModel(QAbstractListModel):
    """The samples of a class."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._samples: tuple[Sample, ...] = ()
        self._class = ""

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The samples, the newest first."""
        return self._samples

    def show_samples(self, name: str, samples: Sequence[Sample]) -> None:
        """Show the samples of a class, of which the oldest comes first.

        Parameters
        ----------
        name
            The name of the class, for screen readers.
        samples
            The samples.
        """
        newest = tuple(reversed(samples))
        self._class = name
        if newest == self._samples:
            return
        added = len(newest) - len(self._samples)
        if added > 0 and newest[added:] == self._samples:
            # The selection and the scroll position stay.
            self.beginInsertRows(QModelIndex(), 0, added - 1)
            self._samples = newest
            self.endInsertRows()
            return
        self.beginResetModel()
        self._samples = newest
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of samples."""
        return 0 if parent is not None and parent.isValid() else len(self._samples)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        """Return a sample, or what is said about it."""
        if not 0 <= index.row() < len(self._samples):
            return None
        sample = self._samples[index.row()]
        match role:
            case _Role.UserRole:
                return sample
            case _Role.AccessibleTextRole:
                text = self.tr("{name}, drawing {number}") if sample.is_ink else self.tr("{name}, picture {number}")
                return text.format(name=self._class, number=len(self._samples) - index.row())
            case _Role.ToolTipRole:
                return tip_text(self._thumbnails.trouble(sample) or self._origin(sample))
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Return that samples can be selected and dragged."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        """Return the type of dragged samples."""
        return [SAMPLES]

    def mimeData(self, _indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the data of dragged samples."""
        mime = QMimeData()
        mime.setData(SAMPLES, b"1")
        return mime

    def supportedDragActions(self) -> Qt.DropAction:
        """Return that samples are moved."""
        return Qt.DropAction.MoveAction

    def _origin(self, sample: Sample) -> str:
        # The moment, six random digits, and the name of the file that a sample comes from.
        parts = sample.path.stem.split("-", 2)
        return parts[2] if len(parts) == 3 else self.tr("A drawing") if sample.is_ink else self.tr("A picture")


class _Delegate(QStyledItemDelegate):
    """Paints a thumbnail, and a frame around what is selected."""

    def __init__(self, theme: Theme, thumbnails: Thumbnails, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbnails = thumbnails

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """Return the size of a thumbnail with the gap beside it."""
        return QSize(px(SIDE) + px(_GAP), px(SIDE))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint a sample."""
        sample = index.data(_Role.UserRole)
        if not isinstance(sample, Sample):
            return
        # PySide's stubs leave out the fields of the base class.
        rect, state, widget = option.rect, option.state, option.widget
        area = QRectF(rect.x(), rect.y(), px(SIDE), px(SIDE))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        edge = "accent" if selected else "text" if focused else "field"
        painter.setPen(QPen(self._theme.colour(edge), px(2) if selected else 1))
        painter.setBrush(self._theme.colour("field"))
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 4, 4)
        image = self._thumbnails.image(sample, widget.devicePixelRatioF())
        if image is not None:
            painter.drawImage(area.adjusted(2, 2, -2, -2), image)
        elif self._thumbnails.trouble(sample):
            painter.setPen(self._theme.colour("error"))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), "!")
        painter.restore()


class SampleView(QListView):
    """Shows the samples of one class.

    Signals
    -------
    entered
        The view has the keyboard focus now.
    menu_wanted
        A menu for the selected samples, at a place on the screen.
    """

    entered = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, theme: Theme, thumbnails: Thumbnails, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.samples = SampleModel(thumbnails, self)
        self.setModel(self.samples)
        self.setItemDelegate(_Delegate(theme, thumbnails, self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        # The card around it takes what is dropped.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setTabKeyNavigation(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_for_menu)
        thumbnails.arrived.connect(self.viewport().update)
        theme.changed.connect(self._resize)

    @property
    def selected(self) -> tuple[Sample, ...]:
        """The samples that are selected, the oldest first."""
        rows = sorted((index.row() for index in self.selectedIndexes()), reverse=True)
        return tuple(self.samples.samples[row] for row in rows if row < len(self.samples.samples))

    def sizeHint(self) -> QSize:
        """Return room for some thumbnails and the scroll bar."""
        return QSize(px(4 * (SIDE + _GAP)), px(SIDE + _BAR))

    def minimumSizeHint(self) -> QSize:
        """Return room for one thumbnail and the scroll bar."""
        return QSize(px(SIDE + _GAP), px(SIDE + _BAR))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the row; letters and Enter are keys of the page."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} or (
            event.text().isprintable() and event.text().strip() and not event.modifiers() & _COMMANDS
        ):
            event.ignore()
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the row with a horizontal wheel or Shift; a vertical wheel scrolls the page."""
        sideways = abs(event.angleDelta().x()) > abs(event.angleDelta().y())
        if sideways or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            super().wheelEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Report that the user works on this class."""
        super().focusInEvent(event)
        self.entered.emit()

    @Slot(QPoint)
    def _ask_for_menu(self, place: QPoint) -> None:
        if self.selectedIndexes():
            self.menu_wanted.emit(self.viewport().mapToGlobal(place))

    @Slot()
    def _resize(self) -> None:
        """Lay the thumbnails out in the current text size."""
        self.scheduleDelayedItemsLayout()
        self.updateGeometry()


_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
