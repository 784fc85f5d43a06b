"""The curves as files: a picture (PNG), a drawing (SVG), or the numbers themselves (CSV)."""

import csv
import io
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRect, QSize
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.gui.training.run_view import LAYER_FIGURES, RunView
from digitpad.gui.training.series import Series
from digitpad.gui.widgets.files import write_png

FILTERS = {".png": "Picture (*.png)", ".svg": "Drawing (*.svg)", ".csv": "Numbers (*.csv)"}


def export_curves(path: Path, panel: QWidget, record: RunView | None) -> None:
    """Write what a panel shows, or the numbers behind it, in the format that the file's ending asks for.

    Parameters
    ----------
    path
        The file; it is replaced if it exists.
    panel
        The curves as they are to be seen now.
    record
        The run whose numbers are written as CSV.

    Raises
    ------
    DigitpadError
        If the ending is none of `FILTERS`, there are no numbers, or the file cannot be written.
    """
    match path.suffix.lower():
        case ".png":
            write_png(path, panel.grab().toImage())
        case ".svg":
            with atomic_write(path) as file:
                file.write(_svg(panel))
        case ".csv":
            if record is None or not len(record.loss):
                raise DigitpadError("There are no numbers to export yet; train first.")
            with atomic_write(path) as file:
                file.write(_csv(record).encode())
        case other:
            raise DigitpadError(f"{path.name} ends with {other or 'nothing'}; use one of {', '.join(FILTERS)}.")


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


def _svg(panel: QWidget) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(panel.size()))
    generator.setViewBox(QRect(0, 0, panel.width(), panel.height()))
    generator.setTitle("Curves of a training with digitpad")
    panel.render(generator)
    return bytes(buffer.data().data())
