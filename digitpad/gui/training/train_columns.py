"""The three columns of the Train tab, whose sides are narrower in a small window."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitpad.gui.widgets.cards import scroller
from digitpad.gui.widgets.scaling import px, sizes_itself
from digitpad.gui.widgets.theme import SPACE, Theme

_SIDES = (248, 280)  # pixels: how wide the left column is in a small and in a usual window
_RIGHT = (216, 264)
_WIDE = 1200
_LARGE, _SMALL = 5, 2  # stretch of the upper and the lower part of a column


class TrainColumns(QWidget):
    """Lays the parts of the tab out.

    Parameters
    ----------
    theme
        The text size.
    setup
        The left column, which scrolls.
    above
        Rows above the middle and the right column.
    middle, right
        The upper and the lower part of a column.
    """

    def __init__(
        self,
        theme: Theme,
        setup: QWidget,
        above: Sequence[QWidget],
        middle: tuple[QWidget, QWidget],
        right: tuple[QWidget, QWidget],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._left = scroller("setupScroll", self.tr("What to train"), setup, self)
        self._left.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._right = QWidget(self)
        right_column = _column(right)
        right_column.setContentsMargins(0, 0, 0, 0)
        self._right.setLayout(right_column)
        below = QHBoxLayout()
        below.setSpacing(2 * SPACE)
        below.addLayout(_column(middle), 1)
        below.addWidget(self._right)
        column = QVBoxLayout()
        column.setSpacing(2 * SPACE)
        for part in above:
            column.addWidget(part)
        column.addLayout(below, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        row.setSpacing(2 * SPACE)
        row.addWidget(self._left)
        row.addLayout(column, 1)
        for side in (self._left, self._right):
            sizes_itself(side)
        theme.changed.connect(self._share_out)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Adapt the side columns to the available width."""
        super().resizeEvent(event)
        self._share_out()

    @Slot()
    def _share_out(self) -> None:
        wide = self.width() >= px(_WIDE)
        for side, width in ((self._left, _SIDES[wide]), (self._right, _RIGHT[wide])):
            side.setFixedWidth(max(px(width), side.minimumSizeHint().width()))


def _column(parts: tuple[QWidget, QWidget]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(2 * SPACE)
    for part, stretch in zip(parts, (_LARGE, _SMALL), strict=True):
        column.addWidget(part, stretch)
    return column
