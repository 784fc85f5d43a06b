"""The pages of a PDF: texts and pictures flow down a page, and on to the next one.

Lengths are points (1/72 inch). Text is broken into lines by Qt, so that it has the width of the font it is printed in.
"""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
    QTextLayout,
    QTextOption,
)

from digitpad.charts.drawing import safe_text
from digitpad.charts.palette import LIGHT

_DPI = 1200
_FINE = 8  # units of the painter for a point: sizes of fonts are whole numbers of units
_MARGIN, _FOOT = 54.0, 40.0
_LEADING = 1.42  # distance of lines as a multiple of the size of the font


class Sheets:
    """Pages that are being filled from top to bottom.

    Parameters
    ----------
    writer
        The PDF; its page must be set.
    footer
        What stands at the foot of every page, beside its number.

    Attributes
    ----------
    painter
        Paints in points.
    y
        Where the next thing is placed.
    """

    def __init__(self, writer: QPdfWriter, footer: str) -> None:
        self._writer, self._footer = writer, footer
        writer.setResolution(_DPI)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Point)
        size = writer.pageLayout().fullRectPoints()
        self.left, self.width = _MARGIN, size.width() - 2 * _MARGIN
        self._height = float(size.height())
        self.bottom = self._height - _MARGIN - _FOOT / 2
        self.y = _MARGIN
        self.page = 1
        self.painter = QPainter(writer)
        self.painter.scale(_DPI / 72, _DPI / 72)
        self._write_footer()

    def end(self) -> None:
        """Finish the last page."""
        self.painter.end()

    def break_page(self) -> None:
        """Begin the next page, unless this one is empty."""
        if self.y > _MARGIN:
            self._writer.newPage()
            self.page += 1
            self.y = _MARGIN
            self._write_footer()

    def keep(self, height: float) -> None:
        """Begin the next page if there is no room for something of a height that fits on a page."""
        if self.y + height > self.bottom:
            self.break_page()

    @property
    def room(self) -> float:
        """The height of an empty page."""
        return self.bottom - _MARGIN

    def skip(self, height: float) -> None:
        """Leave room, except at the top of a page."""
        if self.y > _MARGIN:
            self.y += height

    def text(
        self,
        text: str,
        size: float,
        *,
        colour: str = "text",
        bold: bool = False,
        fixed: bool = False,
        indent: float = 0.0,
    ) -> None:
        """Write a text below what is there, in as many lines and pages as it takes.

        Parameters
        ----------
        text
            The text; may have line breaks.
        size
            Size of the font.
        colour
            Name of the colour.
        bold, fixed
            Of the font.
        indent
            Distance from both margins.
        """
        font = font_of(size, bold=bold, fixed=fixed)
        for line in lines_of(text, font, self.width - 2 * indent):
            self.keep(size * _LEADING)
            self.line(line, self.left + indent, self.y + size, font, colour)
            self.y += size * _LEADING

    def line(
        self, text: str, x: float, y: float, font: QFont, colour: str, *, align: Qt.AlignmentFlag | None = None
    ) -> None:
        """Write one line, whose base line is at y; aligned at the right, it ends at x."""
        painter = self.painter
        painter.save()
        painter.translate(x, y)
        painter.scale(1 / _FINE, 1 / _FINE)
        painter.setFont(font)
        painter.setPen(colour_of(colour))
        shown = safe_text(text)
        begin = -QFontMetricsF(font).horizontalAdvance(shown) if align == Qt.AlignmentFlag.AlignRight else 0.0
        painter.drawText(QPointF(begin, 0), shown)
        painter.restore()

    def rule(self, y: float, left: float, right: float, colour: str, width: float = 0.5) -> None:
        """Draw a horizontal line."""
        self.painter.setPen(QPen(colour_of(colour), width))
        self.painter.drawLine(QPointF(left, y), QPointF(right, y))

    def frame(self, area: QRectF, colour: str, *, fill: str = "", dashed: bool = False) -> None:
        """Draw a rounded frame."""
        pen = QPen(colour_of(colour), 0.6)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        self.painter.setPen(pen)
        self.painter.setBrush(colour_of(fill) if fill else Qt.BrushStyle.NoBrush)
        self.painter.drawRoundedRect(area, 4, 4)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)

    def _write_footer(self) -> None:
        font = font_of(7.5)
        y = self._height - _FOOT
        page = QCoreApplication.translate("PrintedReport", "Page {number}").format(number=self.page)
        room = self.width - width_of(page, font) - 12
        self.line(elided(self._footer, font, room), self.left, y, font, "muted")
        self.line(page, self.left + self.width, y, font, "muted", align=Qt.AlignmentFlag.AlignRight)


def font_of(size: float, *, bold: bool = False, fixed: bool = False) -> QFont:
    """Return a font; its sizes are in units of `Sheets`, finer than points."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont) if fixed else QFont()
    font.setPixelSize(round(size * _FINE))
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    # The outlines of letters in a PDF are scaled; fitting them to the pixels of a screen would only shift them.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def width_of(text: str, font: QFont) -> float:
    """Return the width of a text in points."""
    return QFontMetricsF(font).horizontalAdvance(safe_text(text)) / _FINE


def elided(text: str, font: QFont, width: float) -> str:
    """Return a text that is at most so wide, with an ellipsis if it was cut."""
    return QFontMetricsF(font).elidedText(safe_text(text), Qt.TextElideMode.ElideRight, width * _FINE)


def lines_of(text: str, font: QFont, width: float) -> Sequence[str]:
    """Return the lines of a text that is at most so wide; a word that is wider is broken."""
    lines: list[str] = []
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    for paragraph in safe_text(text).split("\n"):
        # Qt counts units of UTF-16.
        units = paragraph.encode("utf-16-le")
        layout = QTextLayout(paragraph, font)
        layout.setTextOption(option)
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width * _FINE)
            start, end = 2 * line.textStart(), 2 * (line.textStart() + line.textLength())
            lines.append(units[start:end].decode("utf-16-le").rstrip())
        layout.endLayout()
        if not paragraph:
            lines.append("")
    return lines


def colour_of(name: str) -> QColor:
    """Return a colour by its name."""
    return QColor(LIGHT[name])
