"""The curves as files: a figure (PNG, SVG or PDF), or the numbers themselves (CSV)."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QBuffer,
    QCoreApplication,
    QIODevice,
    QMarginsF,
    QRectF,
    QSize,
    QSizeF,
)
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from digitpad.atomic import atomic_write
from digitpad.charts.series import Series
from digitpad.errors import DigitpadError
from digitpad.gui.training.figure import Figure, paint
from digitpad.gui.training.run_view import LAYER_FIGURES, RunView
from digitpad.gui.widgets.files import write_png

FILTERS = {
    ".png": str(QT_TRANSLATE_NOOP("CurveFiles", "Picture (*.png)")),
    ".svg": str(QT_TRANSLATE_NOOP("CurveFiles", "Drawing (*.svg)")),
    ".pdf": str(QT_TRANSLATE_NOOP("CurveFiles", "Document (*.pdf)")),
    ".csv": str(QT_TRANSLATE_NOOP("CurveFiles", "Numbers (*.csv)")),
}
_POINTS_A_MM = 72 / 25.4
_PDF_DPI = 1200


@dataclass(frozen=True, slots=True)
class FigureSize:
    """The size of a figure.

    Attributes
    ----------
    width, height
        In millimetres.
    dpi
        Dots per inch of a picture; drawings and documents have none.
    """

    width: int = 170
    height: int = 130
    dpi: int = 300

    @property
    def points(self) -> tuple[float, float]:
        """Width and height in points."""
        return self.width * _POINTS_A_MM, self.height * _POINTS_A_MM

    @property
    def pixels(self) -> QSize:
        """The size of a picture."""
        width, height = self.points
        return QSize(round(width * self.dpi / 72), round(height * self.dpi / 72))


def export_curves(path: Path, figure: Figure, size: FigureSize, record: RunView | None) -> None:
    """Write curves, or the numbers behind them, in the format of the file name extension.

    Parameters
    ----------
    path
        The file; it is replaced if it exists.
    figure
        The curves.
    size
        The size of the figure.
    record
        The run whose numbers are written as CSV.

    Raises
    ------
    DigitpadError
        If the ending is not one of `FILTERS`, there are no numbers, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in FILTERS:
        extension = suffix or QCoreApplication.translate("CurveFiles", "no extension")
        raise DigitpadError(
            QCoreApplication.translate(
                "CurveFiles", "{name} has the extension {extension}; use one of {known}."
            ).format(name=path.name, extension=extension, known=", ".join(FILTERS))
        )
    if suffix == ".csv":
        if record is None or not len(record.loss):
            raise DigitpadError(
                QCoreApplication.translate("CurveFiles", "There are no numbers to export yet; train first.")
            )
        contents = _csv(record).encode()
    elif figure.is_empty:
        raise DigitpadError(QCoreApplication.translate("CurveFiles", "There are no curves to export yet; train first."))
    elif suffix == ".png":
        write_png(path, _image(figure, size))
        return
    else:
        contents = _svg(figure, size) if suffix == ".svg" else _pdf(figure, size)
    with atomic_write(path) as file:
        file.write(contents)


def columns_of(record: RunView) -> dict[str, Series]:
    """Return every curve of a run by the name of its column."""
    columns = {
        "loss": record.loss,
        "smoothed_loss": record.smooth_loss.series,
        "accuracy": record.accuracy,
        "learning_rate": record.rate,
        "train_loss": record.train_loss,
        "train_accuracy": record.train_accuracy,
        "validation_loss": record.validation_loss,
        "validation_accuracy": record.validation_accuracy,
    }
    if len(record.cross_entropy):
        columns["cross_entropy"] = record.cross_entropy
        columns["validation_cross_entropy"] = record.validation_cross_entropy
    for figure in LAYER_FIGURES:
        columns |= {f"{layer}.{figure}": series for layer, series in record.layers[figure].items()}
    return columns


def _csv(record: RunView) -> str:
    """Return a row for each step; a curve that has no point at a step leaves its cell empty."""
    record.follow()
    columns = columns_of(record)
    cells = {name: dict(zip(series.x.tolist(), series.y.tolist(), strict=True)) for name, series in columns.items()}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["step", *columns])
    for step in sorted(set().union(*cells.values())):
        writer.writerow([int(step), *(repr(cell[step]) if step in cell else "" for cell in cells.values())])
    return text.getvalue()


def _image(figure: Figure, size: FigureSize) -> QImage:
    image = QImage(size.pixels, QImage.Format.Format_RGB32)
    if image.isNull():
        raise DigitpadError(
            QCoreApplication.translate(
                "CurveFiles", "A picture of {width} × {height} pixels is too large; choose a lower resolution."
            ).format(width=size.pixels.width(), height=size.pixels.height())
        )
    image.setDotsPerMeterX(round(size.dpi / 0.0254))
    image.setDotsPerMeterY(round(size.dpi / 0.0254))
    image.fill("white")
    painter = QPainter(image)
    painter.scale(size.dpi / 72, size.dpi / 72)
    paint(painter, figure, *size.points)
    painter.end()
    return image


def _svg(figure: Figure, size: FigureSize) -> bytes:
    width, height = size.points
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(72)
    generator.setSize(QSize(round(width), round(height)))
    generator.setViewBox(QRectF(0, 0, width, height))
    generator.setTitle(figure.title)
    painter = QPainter(generator)
    paint(painter, figure, width, height)
    painter.end()
    return bytes(buffer.data().data())


def _pdf(figure: Figure, size: FigureSize) -> bytes:
    width, height = size.points
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_PDF_DPI)
    writer.setTitle(figure.title)
    page = QPageSize(QSizeF(width, height), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    painter = QPainter(writer)
    painter.scale(_PDF_DPI / 72, _PDF_DPI / 72)
    paint(painter, figure, width, height)
    painter.end()
    return bytes(buffer.data().data())
