"""The tiles of the board: as large as they fit, painted as one widget, and only those that have changed.

Thirty pages send hundreds of drawings a second. The grid is shown a state of the class many times a second, and each
time it repaints tiles whose participants differ, as many as a frame has time for.
"""

import time
from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from digitpad.gui.board.painting import CENTRE
from digitpad.gui.board.tile import TilePainter, described
from digitpad.gui.widgets.cell_area import GAP, CellArea, CellGrid
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme
from digitpad.serving.participants import Participant

_LEAST = 84  # pixels at 100 % text size: the width of a tile
_MOST = 420
_SHAPE = 0.92  # the height of a tile over its width
_BUDGET = 0.010  # seconds for the tiles of a frame
_STRETCH = 1.25  # how much wider it may be, so that the columns share the whole width


class BoardGrid(CellArea):
    """Shows participants in tiles; one of them is current.

    Signals
    -------
    opened
        The client of a tile on which Enter was pressed, or that was double-clicked.
    moved
        Another tile is the current one.
    """

    ground = "window"
    opening_keys = CellArea.opening_keys | {Qt.Key.Key_Space}
    opened = Signal(str)
    moved = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "boardGrid", 0, parent)
        self._people: tuple[Participant, ...] = ()
        self._tiles = TilePainter(theme)
        self._damaged = QRegion()
        # What is on the screen, or will be after the next painting; all of `_people` unless there was too much.
        self._on_screen: list[Participant] = []
        self._next = 0  # the tile that is painted first of those that have changed
        self._painted = 0
        self._tile_seconds = 0.0  # an average over the last tiles
        self.paint_seconds = 0.0  # how long the last painting took
        self.setAccessibleName(self.tr("Drawings of the class"))
        self.setToolTip(self.tr("Double-click a drawing, or press Enter, to show it large"))
        self.viewport().setObjectName("qt_board_viewport")
        theme.changed.connect(self.viewport().update)
        self.describe()

    @property
    def people(self) -> tuple[Participant, ...]:
        """The participants, in the order of the tiles."""
        return self._people

    @property
    def current(self) -> Participant | None:
        """The participant of the current tile; None if there is none."""
        return self._people[self._place] if self._place < len(self._people) else None

    def show_people(self, people: Sequence[Participant]) -> None:
        """Show participants, in this order; the current one stays current.

        Parameters
        ----------
        people
            The participants; those that are the same objects as before are not painted again.
        """
        current = self.current
        self._people = tuple(people)
        if len(self._on_screen) != len(self._people):
            self._on_screen = list(self._people)
            self.fit()
            self.viewport().update()
        else:
            self._repaint_changes()
        if current is not None:
            clients = [one.client for one in self._people]
            if current.client in clients:
                self._place = clients.index(current.client)
        self._place = min(self._place, max(0, len(self._people) - 1))
        if self.current is not current:
            self.describe()

    @property
    def is_behind(self) -> bool:
        """Whether tiles are left to be painted by the next `show_people`, because there was no time."""
        return any(one is not shown for one, shown in zip(self._people, self._on_screen, strict=True))

    def _repaint_changes(self) -> None:
        """Repaint tiles that have changed, as many as there is time for; each has its turn."""
        changed = [place for place, one in enumerate(self._people) if one is not self._on_screen[place]]
        if not changed:
            return
        most = max(1, int(_BUDGET / self._tile_seconds)) if self._tile_seconds else len(changed)
        turn = sorted(changed, key=lambda place: (place < self._next, place))[:most]
        areas = self._rects(range(len(self._people)))
        region = QRegion()
        for place in turn:
            self._on_screen[place] = self._people[place]
            region += areas[place]
        self._next = turn[-1] + 1
        self.viewport().update(region)

    def sizeHint(self) -> QSize:
        """Return room for some tiles; the grid takes what is left."""
        return QSize(4 * px(_LEAST + GAP), 3 * px(_LEAST))

    def minimumSizeHint(self) -> QSize:
        """Return room for one tile."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(px(_LEAST + GAP) + bar, round(_SHAPE * px(_LEAST)) + px(2 * GAP))

    def count_cells(self) -> int:
        """Return the number of tiles."""
        return len(self._people)

    def image_size(self) -> QSize:
        """Return the size of a tile."""
        return self._arrangement()[1]

    def _grid(self) -> CellGrid:
        columns, size = self._arrangement()
        width = max(1, self.viewport().width() // columns)
        return CellGrid(columns, (width - size.width()) // 2, width, size.height() + px(GAP))

    def _arrangement(self) -> tuple[int, QSize]:
        """Return the number of columns and the size of a tile: the largest with which all tiles are visible.

        If they would be too small, the grid scrolls.
        """
        room, gap = self.viewport().size(), px(GAP)
        count = max(1, len(self._people))
        columns, best = max(1, room.width() // (px(_LEAST) + gap)), px(_LEAST)
        for across in range(1, count + 1):
            rows = -(-count // across)
            side = min(room.width() // across - gap, round((room.height() / rows - gap) / _SHAPE), px(_MOST))
            if side > best:
                columns, best = across, side
        width = min(room.width() // columns - gap, round(_STRETCH * best))
        return columns, QSize(max(1, width), round(_SHAPE * best))

    def count_lines(self) -> int:
        """Return 0: the tiles contain all text."""
        return 0

    def tip_of(self, place: int) -> str:
        """Return the description of a tile."""
        return described(self._people[place])

    def move_to(self, place: int) -> None:
        """Make a tile the current one."""
        self.mark(place)
        self.moved.emit()

    def open_cell(self, place: int) -> None:
        """Report that a tile is to be shown large."""
        if place < len(self._people):
            self.opened.emit(self._people[place].client)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Make the tile under the pointer the current one."""
        place = self.place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.move_to(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the tile under the pointer large."""
        place = self.place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.open_cell(place)

    def describe(self) -> None:
        """Describe the current tile to screen readers."""
        one = self.current
        if one is None:
            self.setAccessibleDescription(self.tr("Nobody has opened the page yet"))
            return
        text = self.tr("{number} of {count}: {description}. Press Enter to show it large.")
        self.setAccessibleDescription(
            text.format(number=self._place + 1, count=len(self._people), description=described(one))
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tiles in the damaged region."""
        began = time.perf_counter()
        self._damaged = event.region()
        self._painted = 0
        super().paintEvent(event)
        if not self._people:
            self._paint_hint()
        self.paint_seconds = time.perf_counter() - began
        if self._painted:
            self._tile_seconds += (self.paint_seconds / self._painted - self._tile_seconds) / 4

    def _paint_hint(self) -> None:
        painter = QPainter(self.viewport())
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(self.viewport().rect(), CENTRE, self.tr("The drawings of the class appear here."))
        painter.end()

    def paint_cells(self, painter: QPainter, places: range, areas: list[QRect]) -> None:
        """Paint the tiles of visible rows that are damaged."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        for place, area in zip(places, areas, strict=True):
            if self._damaged.intersects(area):
                current = focused and place == self._place
                self._painted += 1
                self._tiles.paint(painter, self._people[place], QRectF(area), self.font(), current=current)
