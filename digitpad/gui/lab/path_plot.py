"""The paths of optimizers on a surface, from above: contours, and a moving point for each optimizer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.lab.optimizer_titles import TITLES
from digitpad.lab.optimizers import Path, contour_levels
from digitpad.lab.surfaces import Surface

_COLUMNS, _ROWS = 240, 160
#: Colours that colour-blind people can tell apart, on light and dark grounds; the name beside each point says it too.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1")


class PathPlot(QWidget):
    """Contours of a surface with paths over them.

    Parameters
    ----------
    theme
        The colours.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._surface: Surface | None = None
        self._paths: tuple[tuple[Path, QColor], ...] = ()
        self._step = 0
        self._bands: NDArray[np.uint8] = np.zeros((_ROWS, _COLUMNS), np.uint8)
        self.setObjectName("labPathPlot")
        self.setAccessibleName(self.tr("Paths of the optimizers"))
        self.setToolTip(self.tr("Darker is lower; each point is an optimizer after the step below"))
        theme.changed.connect(self.update)

    def show_paths(self, surface: Surface, paths: Sequence[tuple[Path, QColor]], step: int) -> None:
        """Show paths up to a step."""
        if surface is not self._surface:
            self._surface = surface
            self._bands = _bands(surface)
        self._paths, self._step = tuple(paths), step
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for a picture."""
        return QSize(px(60 * SPACE), px(40 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return room for a small one."""
        return QSize(px(32 * SPACE), px(24 * SPACE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bands between contours, and the paths."""
        if self._surface is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.drawImage(area, self._ground())
        minimum = self._surface.minimum
        painter.setPen(QPen(self._theme.colour("text"), 1))
        if minimum is not None:
            spot = self._at(*minimum)
            painter.drawLine(spot - QPointF(px(5), 0), spot + QPointF(px(5), 0))
            painter.drawLine(spot - QPointF(0, px(5)), spot + QPointF(0, px(5)))
        ends: list[QPointF] = []
        for path, colour in self._paths:
            shown = path.moments[: self._step + 1]
            points = [self._at(*moment.point) for moment in shown]
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, px(2)))
            painter.drawPolyline(QPolygonF(points))
            painter.setBrush(colour)
            painter.setPen(QPen(self._theme.colour("surface"), 1))
            painter.drawEllipse(points[-1], px(5), px(5))
            ends.append(points[-1])
        names = [TITLES[path.recipe.name] for path, _colour in self._paths]
        painter.setPen(self._theme.colour("text"))
        for name, box in zip(names, self.label_rects(ends, names), strict=True):
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), name)
        painter.end()

    def label_rects(self, ends: Sequence[QPointF], names: Sequence[str]) -> list[QRectF]:
        """Return where the names beside the ends of the paths are written: near them, and not over each other."""
        metrics = QFontMetricsF(self.font())
        height, gap = metrics.height(), float(px(8))
        area, taken = QRectF(self.rect()), [QRectF(end.x() - gap, end.y() - gap, 2 * gap, 2 * gap) for end in ends]
        placed: list[QRectF] = []
        for end, name in zip(ends, names, strict=True):
            width = metrics.horizontalAdvance(name) + 2
            # Beside the point on the right or on the left, and then farther above or below in turn.
            rows = [0.0, *(sign * step * height / 2 for step in range(1, 20) for sign in (-1, 1))]
            candidates = [
                QRectF(left, end.y() - height / 2 + row, width, height)
                for row in rows
                for left in (end.x() + gap, end.x() - gap - width)
            ]
            inside = [box for box in candidates if area.contains(box)] or candidates
            free = (box for box in inside if not any(box.intersects(other) for other in (*placed, *taken)))
            placed.append(next(free, inside[0]))
        return placed

    def _ground(self) -> QImage:
        """Return the bands in the current colours."""
        low, high = self._theme.colour("track"), self._theme.colour("surface")
        most = max(int(self._bands.max()), 1)
        table = []
        for band in range(most + 1):
            share = band / most
            parts = [
                round(one + (other - one) * share)
                for one, other in zip(
                    (low.red(), low.green(), low.blue()), (high.red(), high.green(), high.blue()), strict=True
                )
            ]
            table.append(0xFF000000 | parts[0] << 16 | parts[1] << 8 | parts[2])
        pixels = np.array(table, np.uint32)[self._bands]
        return QImage(pixels.tobytes(), _COLUMNS, _ROWS, 4 * _COLUMNS, QImage.Format.Format_RGB32).copy()

    def _at(self, x: float, y: float) -> QPointF:
        """Return where a point of the surface lies; one far outside lies far outside."""
        if self._surface is None:
            return QPointF()
        left, bottom, right, top = self._surface.view
        across, up = (x - left) / (right - left), (y - bottom) / (top - bottom)
        far = 20.0
        return QPointF(min(max(across, -far), far) * self.width(), (1 - min(max(up, -far), far)) * self.height())


def _bands(surface: Surface) -> NDArray[np.uint8]:
    """Return for each place of the view between which contours it lies."""
    left, bottom, right, top = surface.view
    xs, ys = np.linspace(left, right, _COLUMNS), np.linspace(top, bottom, _ROWS)
    values = np.array([[surface.value(x, y) for x in xs] for y in ys])
    bands: NDArray[np.uint8] = np.digitize(values, contour_levels(surface)).astype(np.uint8)
    return bands
