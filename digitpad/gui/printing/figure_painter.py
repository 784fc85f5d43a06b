"""Paints the figures of a report, which are SVG, on whatever a QPainter paints on."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgRenderer

from digitpad.atomic import atomic_write
from digitpad.charts.drawing import svg_file
from digitpad.gui.widgets.files import png_bytes
from digitpad.reports.document import Figure, Report

_SCALE = 3  # pixels of a PNG for each one of the drawing: 288 dots per inch
_POINTS = 0.75  # points for each pixel of a drawing: 96 pixels are an inch
_PDF_DPI = 1200


class FigurePainter:
    """Paints one figure.

    Parameters
    ----------
    figure
        The figure.

    Attributes
    ----------
    svg
        The figure as the contents of an SVG file, in light colours on white.
    size
        Its size in pixels, 96 to an inch.
    """

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self.svg = svg_file(figure.drawing, figure.title, figure.description)
        self._renderer = QSvgRenderer(QByteArray(self.svg.encode()))
        self.size = self._renderer.viewBoxF().size()

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the figure into a rectangle of its proportions."""
        self._renderer.render(painter, area)

    def png(self) -> bytes:
        """Return the figure as the contents of a PNG file."""
        size = QSize(round(self.size.width() * _SCALE), round(self.size.height() * _SCALE))
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDotsPerMeterX(round(96 * _SCALE / 0.0254))
        image.setDotsPerMeterY(round(96 * _SCALE / 0.0254))
        image.fill("white")
        painter = QPainter(image)
        self.paint(painter, QRectF(0, 0, size.width(), size.height()))
        painter.end()
        return png_bytes(image)

    def pdf(self) -> bytes:
        """Return the figure as the contents of a PDF file with one page of its size."""
        size = QSizeF(self.size.width() * _POINTS, self.size.height() * _POINTS)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setResolution(_PDF_DPI)
        writer.setTitle(self._figure.title)
        page = QPageSize(size, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
        writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
        painter = QPainter(writer)
        self.paint(painter, QRectF(0, 0, writer.width(), writer.height()))
        painter.end()
        return bytes(buffer.data().data())


def write_figures(report: Report, folder: Path) -> list[Path]:
    """Write all figures into an existing folder as SVG, PNG and PDF, and return the files.

    Existing files of these names are replaced. With several chapters, the names begin with that of the chapter.

    Raises
    ------
    DigitpadError
        If a file cannot be written.
    """
    written = []
    for chapter in report.chapters:
        prefix = f"{chapter.key}-" if len(report.chapters) > 1 else ""
        for figure in chapter.figures():
            painter = FigurePainter(figure)
            for ending, contents in (("svg", painter.svg.encode()), ("png", painter.png()), ("pdf", painter.pdf())):
                path = folder / f"{prefix}{figure.name}.{ending}"
                with atomic_write(path) as file:
                    file.write(contents)
                written.append(path)
    return written
