"""Evaluations as files: tables for other programs, and pictures for slides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QSize
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
from digitpad.gui.workers.progress import Progress

_SQUARE, _WIDE = QSize(720, 680), QSize(1200, 720)
_SCALE = 2  # device pixels for each one, in PNGs


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, painted but not written.

    Attributes
    ----------
    name
        Of its files, without the ending.
    image
        Its pixels.
    svg
        Its shapes, as an SVG file holds them.
    """

    name: str
    image: QImage
    svg: bytes


@dataclass(frozen=True, slots=True)
class Exported:
    """Everything is written.

    Attributes
    ----------
    folder
        Where to.
    count
        How many files there are.
    """

    folder: Path
    count: int


def paint_pictures(
    theme: Theme, evaluations: Sequence[Evaluation], curves: Sequence[Sequence[RobustnessPoint]]
) -> Iterator[Picture]:
    """Paint everything that can be seen of evaluations, in the colours in force.

    Between two pictures the window may do other things.

    Parameters
    ----------
    theme
        The colours.
    evaluations
        Of one or two models.
    curves
        The points that were measured of each model's robustness; none leave the picture out.

    Yields
    ------
    Picture
        Of each model, and of the curves.
    """
    for result in evaluations:
        matrix = ConfusionMatrix(theme)
        matrix.show_counts(result.labels, result.confusion)
        yield _picture(theme, matrix, _SQUARE, f"confusion {plain_name(result.model)}")
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
) -> Iterator[Progress | Exported]:
    """Write tables and pictures into a new folder.

    Parameters
    ----------
    folder
        In which the new folder is made; nothing that is there is touched.
    measured, curves
        What was measured.
    pictures
        What `paint_pictures` made of it.

    Yields
    ------
    Progress, Exported
        On the way, and at the end.

    Raises
    ------
    DigitpadError
        If the folder cannot be made, or a file cannot be written.
    """
    models = " and ".join(result.model for result in measured.evaluations)
    target = _new_folder(folder, plain_name(f"{models} on {measured.images.name}"))
    count, total = 0, 2 * len(pictures) + 3 * len(measured.evaluations) + any(curves)
    doing = f"Writing {target.name}"
    for result in measured.evaluations:
        for name, table in (("images", image_table), ("classes", class_table), ("reliability", reliability_table)):
            yield Progress(doing, count, total)
            write_csv(target / f"{name} {plain_name(result.model)}.csv", *table(result))
            count += 1
    if any(curves):
        named = [
            (result.model, point) for result, each in zip(measured.evaluations, curves, strict=False) for point in each
        ]
        write_csv(target / "robustness.csv", *robustness_table(named))
        count += 1
    for picture in pictures:
        yield Progress(doing, count, total)
        # Packing a PNG takes longer than painting it, and so is done here, in the background.
        for ending, data in (("png", png_bytes(picture.image)), ("svg", picture.svg)):
            with atomic_write(target / f"{picture.name}.{ending}") as file:
                file.write(data)
            count += 1
    yield Exported(target, count)


def plain_name(text: str) -> str:
    """Return a name that every file system takes."""
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
            raise DigitpadError(f"{target} cannot be made a folder ({reason}); choose another place.") from error
        return target
    raise DigitpadError(f"{folder} holds too many exports called {name}; choose another place.")


def _picture(theme: Theme, widget: QWidget, size: QSize, name: str) -> Picture:
    """Paint a widget that is not shown, and let it go."""
    widget.resize(size)
    # Lays out what was never shown.
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
