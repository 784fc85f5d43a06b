"""Exports evaluations: tables for other programs, and pictures for slides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QPoint, QRect, QSize
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGridLayout, QWidget

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.evaluation import Disturbance, Evaluation, RobustnessPoint
from digitpad.evaluation.report import class_table, image_table, reliability_table, robustness_table, write_csv
from digitpad.gui.evaluation.charts import ReliabilityChart, RobustnessChart
from digitpad.gui.evaluation.confusion_matrix import ConfusionMatrix
from digitpad.gui.evaluation.job import Measured
from digitpad.gui.widgets.files import png_bytes
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.progress import WorkProgress

_SQUARE, _WIDE = QSize(720, 680), QSize(1200, 720)
_MOST_SIDE = 4000  # pixels, which the scale doubles
_SCALE = 2  # device pixels for each one, in PNGs


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is painted but not yet written.

    Attributes
    ----------
    name
        Name of its files, without the extension.
    image
        The picture as pixels.
    svg
        The picture as the contents of an SVG file.
    """

    name: str
    image: QImage
    svg: bytes


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export.

    Attributes
    ----------
    folder
        The folder with the files.
    count
        Number of files.
    """

    folder: Path
    count: int


def paint_pictures(
    theme: Theme, evaluations: Sequence[Evaluation], curves: Sequence[Sequence[RobustnessPoint]]
) -> Iterator[Picture]:
    """Paint the charts of evaluations in the current colours.

    The event loop may run between two pictures.

    Parameters
    ----------
    theme
        The colours.
    evaluations
        Evaluations of one or two models.
    curves
        The robustness points of each model; without any, there is no picture of them.

    Yields
    ------
    Picture
        The pictures of each model, then that of the curves.
    """
    for result in evaluations:
        matrix = ConfusionMatrix(theme)
        matrix.show_counts(result.labels, result.confusion)
        yield _picture(theme, matrix, _size_of(matrix), f"confusion {plain_name(result.model)}")
        chart = ReliabilityChart(theme)
        chart.show_calibration(result.calibration)
        chart.draw()
        yield _picture(theme, chart, _SQUARE, f"reliability {plain_name(result.model)}")
    if any(curves):
        sheet = QWidget()
        grid = QGridLayout(sheet)
        for place, disturbance in enumerate(Disturbance):
            curve = RobustnessChart(theme, disturbance, sheet)
            curve.show_points(curves)
            curve.draw()
            grid.addWidget(curve, place // 3, place % 3)
        yield _picture(theme, sheet, _WIDE, "robustness")


def export_job(
    folder: Path,
    measured: Measured,
    curves: Sequence[Sequence[RobustnessPoint]],
    pictures: Sequence[Picture],
) -> Iterator[WorkProgress | Exported]:
    """Write tables and pictures into a new folder.

    Parameters
    ----------
    folder
        Parent of the new folder; existing files are not changed.
    measured, curves
        The results.
    pictures
        The pictures of the results, made by `paint_pictures`.

    Yields
    ------
    WorkProgress, Exported
        The progress, and the result at the end.

    Raises
    ------
    DigitpadError
        If the folder cannot be created, or a file cannot be written.
    """
    models = " and ".join(result.model for result in measured.evaluations)
    target = _new_folder(folder, plain_name(f"{models} on {measured.images.name}"))
    count, total = 0, 2 * len(pictures) + 3 * len(measured.evaluations) + any(curves)
    doing = QCoreApplication.translate("EvaluationExport", "Writing {folder}").format(folder=target.name)
    for result in measured.evaluations:
        for name, table in (("images", image_table), ("classes", class_table), ("reliability", reliability_table)):
            yield WorkProgress(doing, count, total)
            write_csv(target / f"{name} {plain_name(result.model)}.csv", *table(result))
            count += 1
    if any(curves):
        named = [
            (result.model, point) for result, each in zip(measured.evaluations, curves, strict=False) for point in each
        ]
        write_csv(target / "robustness.csv", *robustness_table(named))
        count += 1
    for picture in pictures:
        yield WorkProgress(doing, count, total)
        # Compressing a PNG takes longer than painting it, so it is done here, in the background.
        for ending, data in (("png", png_bytes(picture.image)), ("svg", picture.svg)):
            with atomic_write(target / f"{picture.name}.{ending}") as file:
                file.write(data)
            count += 1
    yield Exported(target, count)


def plain_name(text: str) -> str:
    """Return a name that is valid on every file system."""
    kept = "".join(letter if letter.isalnum() or letter in " -_.()" else "_" for letter in text).strip(" .")
    return kept[:80] or "evaluation"


def _new_folder(folder: Path, name: str) -> Path:
    for number in range(1, 1000):
        target = folder / (name if number == 1 else f"{name} {number}")
        try:
            target.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            reason = error.strerror or str(error)
            text = QCoreApplication.translate(
                "EvaluationExport", "The folder {folder} could not be created ({reason}); choose another place."
            )
            raise DigitpadError(text.format(folder=target, reason=reason)) from error
        return target
    text = QCoreApplication.translate(
        "EvaluationExport", "{folder} contains too many exports named {name}; choose another place."
    )
    raise DigitpadError(text.format(folder=folder, name=name))


def _size_of(matrix: ConfusionMatrix) -> QSize:
    """Return the size of the picture of a matrix: larger for many classes, as far as pictures go."""
    return matrix.minimumSizeHint().expandedTo(_SQUARE).boundedTo(QSize(_MOST_SIDE, _MOST_SIDE))


def _picture(theme: Theme, widget: QWidget, size: QSize, name: str) -> Picture:
    """Paint a widget that is not shown, and delete it."""
    widget.resize(size)
    # Forces the layout of a widget that was never shown.
    widget.grab()
    image = QImage(size * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(theme.colour("surface"))
    painter = QPainter(image)
    _render(widget, painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(name)
    painter = QPainter(generator)
    painter.fillRect(QRect(0, 0, size.width(), size.height()), theme.colour("surface"))
    _render(widget, painter)
    painter.end()
    svg = bytes(buffer.data().data())
    widget.deleteLater()
    return Picture(name, image, svg)


def _render(widget: QWidget, painter: QPainter) -> None:
    widget.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
