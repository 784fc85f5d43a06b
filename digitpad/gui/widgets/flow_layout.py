"""A row of widgets that continues on the next line where there is no room: toolbars of narrow windows."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Places widgets from left to right, and wraps like words.

    Widgets that are added after `add_stretch` are aligned to the right as long as all fit on one line.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._stretch: int | None = None
        # The items belong to Qt: whoever still holds this object after the layout's end must not hold them.
        self.destroyed.connect(self._items.clear)
        self.setContentsMargins(0, 0, 0, 0)

    def add_stretch(self) -> None:
        """Align the widgets that follow to the right."""
        self._stretch = len(self._items)

    def addItem(self, item: QLayoutItem) -> None:
        """Add an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Return the number of items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item; None if there is none."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove an item, and return it; None if there is none."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Return that the layout does not expand."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Return that the number of lines depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines."""
        margins = self.contentsMargins()
        lines = self._lines(width - margins.left() - margins.right())
        inside = sum(self._height(line) for line in lines) + max(0, len(lines) - 1) * self.spacing()
        return inside + margins.top() + margins.bottom()

    def setGeometry(self, area: QRect) -> None:
        """Place the items."""
        super().setGeometry(area)
        area = area.marginsRemoved(self.contentsMargins())
        lines, top = self._lines(area.width()), area.top()
        for line in lines:
            left, height = area.left(), self._height(line)
            for item in line:
                size = item.sizeHint()
                if len(lines) == 1 and self._stretch is not None and item is self._first_right():
                    left = max(left, area.left() + area.width() - self._width(self._right()))
                place = QPoint(left, top + (height - size.height()) // 2)
                item.setGeometry(QRect(place, size))
                left += size.width() + self.spacing()
            top += height + self.spacing()

    def sizeHint(self) -> QSize:
        """Return room for one line."""
        shown = self._shown()
        return QSize(self._width(shown), self._height(shown)).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        """Return room for the widest item."""
        shown = self._shown()
        widest = max((item.sizeHint().width() for item in shown), default=0)
        return QSize(widest, self._height(shown)).grownBy(self.contentsMargins())

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _right(self) -> list[QLayoutItem]:
        return [item for item in self._items[self._stretch :] if not item.isEmpty()]

    def _first_right(self) -> QLayoutItem | None:
        return next(iter(self._right()), None)

    def _width(self, items: list[QLayoutItem]) -> int:
        return sum(item.sizeHint().width() for item in items) + max(0, len(items) - 1) * self.spacing()

    def _height(self, items: list[QLayoutItem]) -> int:
        return max((item.sizeHint().height() for item in items), default=0)

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = [[]]
        right, space = 0, self.spacing()
        for item in self._shown():
            wide = item.sizeHint().width()
            if lines[-1] and right + space + wide > width:
                lines.append([])
            right = right + space + wide if lines[-1] else wide
            lines[-1].append(item)
        return lines
