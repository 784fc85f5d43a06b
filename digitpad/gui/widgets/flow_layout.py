"""A row of widgets that continues on the next line where there is no room: toolbars of narrow windows."""

from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class _Part(NamedTuple):
    """An item that is shown, and its size."""

    item: QLayoutItem
    width: int
    height: int
    on_right: bool


class FlowLayout(QLayout):
    """Places widgets from left to right, and wraps like words.

    Widgets that are added after `add_stretch` are aligned to the right as long as all fit on one line.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._stretch: int | None = None
        # A window asks a layout for its height dozens of times before it has a size: both are kept until Qt says that
        # something in the layout has changed.
        self._parts: list[_Part] = []
        self._is_measured = False
        self._heights: dict[int, int] = {}
        # The items belong to Qt: whoever still holds this object after the layout's end must not hold them.
        self.destroyed.connect(self._items.clear)
        self.destroyed.connect(self._parts.clear)
        self.setContentsMargins(0, 0, 0, 0)

    def add_stretch(self) -> None:
        """Align the widgets that follow to the right."""
        self._stretch = len(self._items)

    def addItem(self, item: QLayoutItem) -> None:
        """Add an item at the end."""
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        """Return the number of items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item; None if there is none."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove an item, and return it; None if there is none."""
        self._forget_sizes()
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def invalidate(self) -> None:
        """Measure the items again when their sizes are needed next."""
        self._forget_sizes()
        super().invalidate()

    def expandingDirections(self) -> Qt.Orientation:
        """Return that the layout does not expand."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Return that the number of lines depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines."""
        height = self._heights.get(width)
        if height is None:
            margins = self.contentsMargins()
            lines = self._lines(width - margins.left() - margins.right())
            inside = sum(map(_height, lines)) + max(0, len(lines) - 1) * self.spacing()
            height = self._heights[width] = inside + margins.top() + margins.bottom()
        return height

    def setGeometry(self, area: QRect) -> None:
        """Place the items."""
        super().setGeometry(area)
        area = area.marginsRemoved(self.contentsMargins())
        lines, top, space = self._lines(area.width()), area.top(), self.spacing()
        for line in lines:
            left, height = area.left(), _height(line)
            aligned = len(lines) > 1
            for number, part in enumerate(line):
                if part.on_right and not aligned:
                    left = max(left, area.left() + area.width() - _width(line[number:], space))
                    aligned = True
                place = QPoint(left, top + (height - part.height) // 2)
                part.item.setGeometry(QRect(place, QSize(part.width, part.height)))
                left += part.width + space
            top += height + space

    def sizeHint(self) -> QSize:
        """Return room for one line."""
        shown = self._shown()
        return QSize(_width(shown, self.spacing()), _height(shown)).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        """Return room for the widest item."""
        shown = self._shown()
        widest = max((part.width for part in shown), default=0)
        return QSize(widest, _height(shown)).grownBy(self.contentsMargins())

    def _shown(self) -> list[_Part]:
        if not self._is_measured:
            self._is_measured = True
            first_right = len(self._items) if self._stretch is None else self._stretch
            for number, item in enumerate(self._items):
                if not item.isEmpty():
                    size = item.sizeHint()
                    self._parts.append(_Part(item, size.width(), size.height(), number >= first_right))
        return self._parts

    def _lines(self, width: int) -> list[list[_Part]]:
        lines: list[list[_Part]] = [[]]
        right, space = 0, self.spacing()
        for part in self._shown():
            if lines[-1] and right + space + part.width > width:
                lines.append([])
            right = right + space + part.width if lines[-1] else part.width
            lines[-1].append(part)
        return lines

    def _forget_sizes(self) -> None:
        self._is_measured = False
        self._parts.clear()
        self._heights.clear()


def _width(parts: list[_Part], space: int) -> int:
    return sum(part.width for part in parts) + max(0, len(parts) - 1) * space


def _height(parts: list[_Part]) -> int:
    return max((part.height for part in parts), default=0)
