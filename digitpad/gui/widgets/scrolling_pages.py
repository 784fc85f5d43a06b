"""Pages and columns that scroll where the window is too small for them."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QStackedWidget, QWidget

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE


class _Holder(QWidget):
    """Gives a page the size of the view, but never less than the page's minimum at that width.

    A scroll area that holds the page itself would give pages with wrapped text their preferred height, which is more.
    """

    def __init__(self, page: QWidget, area: QScrollArea) -> None:
        super().__init__()
        self._page = page
        self._area = area
        self.setObjectName("pageHolder")
        page.setParent(self)
        page.installEventFilter(self)

    def minimumSizeHint(self) -> QSize:
        """Return the least size in which nothing on the page is cut."""
        page, layout = self._page, self._page.layout()
        least = page.minimumSizeHint().expandedTo(page.minimumSize())
        if layout is not None and layout.hasHeightForWidth():
            least.setHeight(max(least.height(), self._height_of(layout, least.width())))
        return least

    def _height_of(self, layout: QLayout, least: int) -> int:
        """Return the least height of the page at the width that it gets, which is at least `least`.

        A scroll bar takes width, so that text wraps and the page needs the scroll bar: what is shown now must not
        decide. The bar is there only if the page does not fit without it.
        """
        area = self._area
        full = area.maximumViewportSize()
        height = layout.totalMinimumHeightForWidth(max(least, full.width()))
        if height <= full.height():
            return height
        bar = area.verticalScrollBar().sizeHint().width()
        return layout.totalMinimumHeightForWidth(max(least, full.width() - bar))

    def sizeHint(self) -> QSize:
        """Return the page's."""
        return self._page.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the holder with the page."""
        super().resizeEvent(event)
        self._page.resize(event.size())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the page needs another size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class ScrollingPages(QStackedWidget):
    """A stack of pages, each in a scroll area of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contents: list[QWidget] = []

    def add_page(self, page: QWidget) -> int:
        """Add a page, and return its number."""
        area = QScrollArea(self)
        area.setObjectName(f"pageScroller{len(self._contents)}")
        _fill(area, page)
        self._contents.append(page)
        return self.addWidget(area)

    def page(self, index: int) -> QWidget | None:
        """Return the page with a number; None if there is none."""
        return self._contents[index] if 0 <= index < len(self._contents) else None


class ScrollingColumn(QScrollArea):
    """A column of a page that scrolls for itself, so that the rest of the page stays where it is.

    Parameters
    ----------
    name
        Its objectName.
    column
        The column, which the area owns.
    """

    def __init__(self, name: str, column: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column = column
        _fill(self, column)

    def minimumSizeHint(self) -> QSize:
        """Return the least width of the column, with the scroll bar beside it, and room for a few lines."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._column.minimumSizeHint().width() + bar, px(8 * SPACE))

    def sizeHint(self) -> QSize:
        """Return the column's."""
        return self._column.sizeHint()

    def event(self, event: QEvent) -> bool:
        """Ask for the width that the column needs now."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)


def _fill(area: QScrollArea, page: QWidget) -> None:
    """Show a page in an area, on the window's ground."""
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    holder = _Holder(page, area)
    area.setWidget(holder)
    for ground in (holder, area.viewport()):
        ground.setAutoFillBackground(False)
    page.show()
