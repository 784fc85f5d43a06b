"""Texts about the receptive field of a cell, and the initial cell."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from digitpad.explain.dependencies import Cell, receptive_field
from digitpad.explain.frame import Frame
from digitpad.explain.structure import INPUT
from digitpad.gui.features.maps.shown import PROBABILITIES

Box = tuple[int, int, int, int]


def field_of(frame: Frame, cell: Cell) -> tuple[Box, str]:
    """Return the receptive field of a cell - top, left, bottom, right, ends excluded - and a description."""
    known = Cell(frame.structure.output, 0) if cell.layer == PROBABILITIES else cell
    seen = receptive_field(frame.structure, known).get(INPUT)
    if seen is None:
        # A pixel of the picture itself.
        box = (cell.row, cell.column, cell.row + 1, cell.column + 1)
        words = QCoreApplication.translate("Looking", "row {row}, column {column} of the image, counted from 0")
        return box, words.format(row=cell.row, column=cell.column)
    return (seen.top, seen.left, seen.bottom, seen.right), _words(
        seen.size, frame.pixels.shape[1:], picture=frame.preprocessing.is_picture
    )


def strongest(frame: Frame) -> Cell:
    """Return the initial cell: the largest number of the last convolution, or of the picture."""
    convolutions = [node.name for node in frame.structure.shown() if node.kind == "convolution"]
    name = convolutions[-1] if convolutions else INPUT
    channel, row, column = np.unravel_index(int(frame[name].argmax()), frame[name].shape)
    return Cell(name, int(channel), int(row), int(column))


def _words(size: tuple[int, int], whole: Sequence[int], *, picture: bool) -> str:
    height, width = size
    if picture:
        return _words_of_picture(height, width, whole)
    if (height, width) == tuple(whole):
        return QCoreApplication.translate("Looking", "sees all of your drawing")
    if height * width == 0:
        return QCoreApplication.translate("Looking", "sees none of your drawing")
    if height * width == 1:
        return QCoreApplication.translate("Looking", "sees one pixel of your drawing")
    return QCoreApplication.translate("Looking", "sees {height} × {width} pixels of your drawing").format(
        height=height, width=width
    )


def _words_of_picture(height: int, width: int, whole: Sequence[int]) -> str:
    if (height, width) == tuple(whole):
        return QCoreApplication.translate("Looking", "sees all of the picture")
    if height * width == 0:
        return QCoreApplication.translate("Looking", "sees none of the picture")
    if height * width == 1:
        return QCoreApplication.translate("Looking", "sees one pixel of the picture")
    return QCoreApplication.translate("Looking", "sees {height} × {width} pixels of the picture").format(
        height=height, width=width
    )
