"""A widget that shows a sketch, fast and at the resolution of the screen.

Finished ink is cached as a pixmap at the resolution of the screen, and a growing stroke is painted over it only where
it changes. The view, which maps the page to the widget, changes with the window or the page, never during a stroke.
"""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.canvas.drawing import Drawing
from digitpad.gui.canvas.ink_painter import (
    FAINT,
    bounds_of,
    colours_of_picture,
    paint_photograph,
    paint_picture,
    paint_stroke,
)
from digitpad.gui.canvas.sketch import Picture, Sketch
from digitpad.gui.canvas.view import Box, View, fit
from digitpad.gui.widgets.theme import LIGHT, Theme

_MARGIN = 24  # pixels around an opened image
_VEIL = 0.7  # the opacity of the veil on what a network for pictures does not see
_TAIL = 6  # how many of its last points a smooth curve may still bend at


class Sheet(QWidget):
    """Shows a drawing, which other sheets may show as well.

    Subclasses paint overlays, such as a cursor.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None, drawing: Drawing | None = None) -> None:
        super().__init__(parent)
        self.drawing = drawing or Drawing(self)
        self._theme = theme
        self._view = View()
        self._fitted_sheet: tuple[float, float] | None = None
        self._settled: QPixmap | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 240)
        theme.changed.connect(self.refresh)
        self.drawing.shown_differently.connect(self.show_page)

    @property
    def sketch(self) -> Sketch:
        """The sketch that is shown, with its history."""
        return self.drawing.sketch

    @property
    def view(self) -> View:
        """The current mapping from page to widget."""
        return self._view

    def sheet_size(self) -> tuple[float, float]:
        """Return the width and height to save the page with: its own, or those of the canvas."""
        return self.drawing.sheet_size

    def area_of(self, box: Box) -> QRectF:
        """Return the widget rectangle of a box on the page.

        Parameters
        ----------
        box
            Left, top, right, bottom in canvas units.
        """
        return QRectF(QPointF(*self._view.to_widget(*box[:2])), QPointF(*self._view.to_widget(*box[2:])))

    def refresh(self) -> None:
        """Repaint everything, after the view, the page or the colours changed."""
        self._settled = None
        self.update()

    def show_growth(self) -> None:
        """Paint what the last point added to the unfinished stroke."""
        live = self.sketch.live_stroke
        if live is None:
            return
        if len(live.points) == 1:
            # The hint disappears with the first dot.
            self.update()
            return
        tail = live.points[-_TAIL:, :2]
        (left, top), (right, bottom) = tail.min(axis=0).tolist(), tail.max(axis=0).tolist()
        low, high = self._view.to_widget(left, top), self._view.to_widget(right, bottom)
        # A curve may leave the box of its points by a fraction of their distance.
        margin = live.width * self._view.scale / 2 + 4 + 0.25 * max(high[0] - low[0], high[1] - low[1])
        area = QRectF(QPointF(*low), QPointF(*high)).adjusted(-margin, -margin, margin, margin)
        self.update(area.toAlignedRect())

    def settle(self) -> None:
        """Paint the unfinished stroke into the pixmap, just before it becomes part of the page."""
        live = self.sketch.live_stroke
        if live is not None and self._settled is not None:
            painter = self._painter_on(self._settled)
            paint_stroke(painter, live, self._ink_colour)
            painter.end()
        self.update()

    def show_page(self) -> None:
        """Show the page after it has been replaced."""
        self._refit()
        self.refresh()

    def hint(self) -> str:
        """Return what is shown on a blank sheet."""
        if self.drawing.picture_shape is not None:
            return self.tr("Drop or paste a photograph, open one, or draw on the white paper")
        return self.tr("Draw with the mouse, a pen or a finger, or with the arrow keys and Space")

    def paint_over(self, painter: QPainter) -> None:
        """Paint overlays on the ink, in widget pixels."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep all ink in view."""
        self._refit(resized=True)
        self.refresh()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the changed area: finished ink from its pixmap, and the growing stroke over it."""
        settled = self._settled
        if settled is None or settled.devicePixelRatio() != self.devicePixelRatioF():
            settled = self._render_settled()
        painter = QPainter(self)
        area = event.rect()
        ratio = settled.devicePixelRatio()
        source = QRectF(area.x() * ratio, area.y() * ratio, area.width() * ratio, area.height() * ratio)
        painter.drawPixmap(QRectF(area), settled, source)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        live = self.sketch.live_stroke
        if live is not None:
            painter.save()
            self._enter_view(painter)
            left, top = self._view.to_canvas(area.left(), area.top())
            right, bottom = self._view.to_canvas(area.right() + 1, area.bottom() + 1)
            paint_stroke(painter, live, self._ink_colour, QRectF(left, top, right - left, bottom - top))
            painter.restore()
        elif self.sketch.page.is_blank:
            self._paint_hint(painter)
        self._paint_seen(painter)
        self.paint_over(painter)
        painter.end()

    def _render_settled(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap((QSize(self.size()) * ratio).expandedTo(QSize(1, 1)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._theme.colour("surface"))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        page = self.sketch.settled
        if self.drawing.picture_shape is not None:
            self._paint_paper(painter, page.picture)
        elif page.picture is not None:
            self._paint_picture(painter, page.picture)
        painter.end()
        painter = self._painter_on(pixmap)
        for stroke in page.strokes:
            paint_stroke(painter, stroke, self._ink_colour)
        painter.end()
        self._settled = pixmap
        return pixmap

    def _painter_on(self, pixmap: QPixmap) -> QPainter:
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._enter_view(painter)
        return painter

    def _enter_view(self, painter: QPainter) -> None:
        painter.translate(self._view.dx, self._view.dy)
        painter.scale(self._view.scale, self._view.scale)
        sheet = self.drawing.sheet
        if sheet is not None and self._clips:
            # Ink is clipped at the edges of the image, because anything beyond them is not read.
            painter.setClipRect(QRectF(0, 0, *sheet), Qt.ClipOperation.IntersectClip)

    @property
    def _clips(self) -> bool:
        return self.sketch.page.picture is not None or self.drawing.picture_shape is not None

    @property
    def _ink_colour(self) -> QColor:
        """The colour of the ink; for a network for pictures, the one that it sees."""
        return self._theme.colour("text") if self.drawing.picture_shape is None else QColor("black")

    def _paint_paper(self, painter: QPainter, picture: Picture | None) -> None:
        """Paint the page of a network for pictures: an opened image in its colours, or white paper."""
        sheet = self.drawing.sheet
        if sheet is None:
            return
        target = self.area_of((0, 0, *sheet)).toRect()
        target.setSize(target.size().expandedTo(QSize(1, 1)))
        if picture is None:
            painter.fillRect(target, QColor("white"))
        else:
            paint_photograph(painter, target, colours_of_picture(picture))

    def _paint_seen(self, painter: QPainter) -> None:
        """Mark the part of the sheet that a network for pictures sees."""
        sheet, seen = self.drawing.sheet, self.drawing.seen
        if sheet is None or seen is None:
            return
        whole, kept = self.area_of((0, 0, *sheet)), self.area_of(seen)
        if kept != whole:
            beyond = QPainterPath()
            beyond.addRect(whole.adjusted(-1, -1, 1, 1))
            beyond.addRect(kept)
            painter.fillPath(beyond, self._theme.colour("surface", _VEIL))
        painter.setPen(QPen(self._theme.colour("accent"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(kept)

    def _paint_picture(self, painter: QPainter, picture: Picture) -> None:
        target = self.area_of((0, 0, *picture.size)).toRect()
        target.setSize(target.size().expandedTo(QSize(1, 1)))
        if picture.photograph is not None and self.drawing.shows_photograph:
            paint_photograph(painter, target, picture.photograph, FAINT)
        size = target.size() * self.devicePixelRatioF()
        painter.drawImage(target, paint_picture(picture.ink, size, self._theme.colour("text")))
        painter.drawRect(target)

    def _paint_hint(self, painter: QPainter) -> None:
        area = QRectF(self.rect())
        sheet = self.drawing.sheet
        if sheet is None:
            painter.setPen(self._theme.colour("muted"))
        else:
            # The paper is white in both themes.
            painter.setPen(QColor(LIGHT.muted))
            area = self.area_of((0, 0, *sheet))
        area = area.adjusted(24, 16, -24, -16)
        flags = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        painter.drawText(area, int(flags), self.hint())

    def _refit(self, *, resized: bool = False) -> None:
        """Update the view if it has to change; while everything is visible, it stays as it is."""
        page, sheet = self.sketch.page, self.drawing.sheet
        width, height = max(self.width(), 1), max(self.height(), 1)
        # The largest size of the widget so far: ink may be anywhere in it.
        room = self.drawing.room = (max(self.drawing.room[0], width), max(self.drawing.room[1], height))
        bounds = self._bounds()
        if bounds is not None and sheet is None:
            # A pointer held down beyond the edge leaves points that were never visible.
            bounds = (bounds[0], bounds[1], min(bounds[2], room[0]), min(bounds[3], room[1]))
        if page.is_blank or resized or sheet != self._fitted_sheet or not self._shows(bounds):
            self._view = fit(width, height, bounds, sheet, margin=self._margin)
        self._fitted_sheet = sheet

    def _bounds(self) -> Box | None:
        """Return the bounds of the ink, in canvas units; None without ink, and where the sheet clips it."""
        return None if self._clips else bounds_of(self.sketch.page)

    @property
    def _margin(self) -> float:
        return _MARGIN if self._clips else 0.0

    def _shows(self, bounds: Box | None) -> bool:
        if bounds is None:
            return True
        left, top = self._view.to_widget(bounds[0], bounds[1])
        right, bottom = self._view.to_widget(bounds[2], bounds[3])
        return left >= 0 and top >= 0 and right <= self.width() and bottom <= self.height()
