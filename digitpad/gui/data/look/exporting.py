"""Exports what the grid shows: a table, or a picture of the images."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QRect
from PySide6.QtGui import QImage, QPainter

from digitpad.evaluation.report import write_csv
from digitpad.gui.data.look.arrangement import Findings, Order
from digitpad.gui.widgets.files import write_png
from digitpad.gui.widgets.picture_image import fitted, image_of_colours
from digitpad.gui.workers.progress import WorkProgress
from digitpad.gui.workspace.tiles import Palette, reduced
from digitpad.inspection import SplitDataset
from digitpad.inspection.tables import Record, image_records, pair_records, suspect_records

MOST_ON_SHEET = 1000
_SIDE, _GAP, _COLUMNS = 56, 8, 20  # pixels, pixels, cells


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export.

    Attributes
    ----------
    path
        The file.
    count, total
        Number of cells of the grid in it, and in the grid.
    """

    path: Path
    count: int
    total: int


def table_job(
    path: Path, images: SplitDataset, cells: NDArray[np.int64], order: Order, findings: Findings
) -> Iterator[WorkProgress | Exported]:
    """Write a CSV file with a row for each cell, in the order of the grid.

    Raises
    ------
    DigitpadError
        If the file cannot be written.
    """
    doing = QCoreApplication.translate("LookExport", "Writing {file}").format(file=path.name)
    rows: list[Record] = []
    for record in _records(images, cells, order, findings):
        rows.append(record)
        if len(rows) % 500 == 0:
            yield WorkProgress(doing, len(rows), len(cells))
    header = list(dict.fromkeys(name for row in rows[:1] for name in row))
    write_csv(path, header, ([row[name] for name in header] for row in rows))
    yield Exported(path, len(rows), len(cells))


def sheet_job(
    path: Path, images: SplitDataset, cells: NDArray[np.int64], palette: Palette, *, ink: bool
) -> Iterator[WorkProgress | Exported]:
    """Write a PNG file with the first images, at most `MOST_ON_SHEET` cells.

    Raises
    ------
    DigitpadError
        If the file cannot be written.
    """
    doing = QCoreApplication.translate("LookExport", "Writing {file}").format(file=path.name)
    shown = cells[:MOST_ON_SHEET]
    pair = shown.shape[1]
    columns = min(_COLUMNS // pair, max(1, len(shown)))
    width, rows = pair * _SIDE + _GAP, -(-len(shown) // columns)
    sheet = QImage(columns * width + _GAP, rows * (_SIDE + _GAP) + _GAP, QImage.Format.Format_RGB32)
    sheet.fill(palette.background)
    painter = QPainter(sheet)
    try:
        for place, cell in enumerate(shown):
            row, column = divmod(place, columns)
            for number, pixels in enumerate(images.images(cell)):
                colours = palette.colours(reduced(pixels), ink=ink)
                left = _GAP + column * width + number * _SIDE
                room = QRect(left, _GAP + row * (_SIDE + _GAP), _SIDE, _SIDE)
                smooth = colours.shape[1] > _SIDE
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
                painter.drawImage(fitted(room, colours.shape[1], colours.shape[0]), image_of_colours(colours))
            yield WorkProgress(doing, place + 1, len(shown))
    finally:
        painter.end()
    write_png(path, sheet)
    yield Exported(path, len(shown), len(cells))


def _records(images: SplitDataset, cells: NDArray[np.int64], order: Order, findings: Findings) -> Iterator[Record]:
    """Return the records of the cells that are shown; they are a part of those that were found, in the same order."""
    shown = cells[:, 0]
    if order is Order.DUPLICATES and findings.pairs is not None:
        return pair_records(images, findings.pairs.of(shown))
    if order is Order.MISLABELLED and findings.readings is not None and findings.suspects is not None:
        return suspect_records(images, findings.readings, findings.suspects.of(shown))
    return image_records(images, shown, findings.readings)
