"""The explanation of one number for the panel: a title, a sentence, grids, and the lines that add up.

Everything here is text and arrays; the panel only paints it. Each text with a rounded number has its counterpart with
all digits, for tooltips and for copying.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from digitpad.copying.document import Block, Document, Heading, Sentence, Table
from digitpad.copying.document import Grid as Matrix
from digitpad.gui.features.maps.cell_numbers import full
from digitpad.gui.features.maps.colours import ColourScale
from digitpad.gui.features.maps.marks import Patch


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Numbers in cells.

    Attributes
    ----------
    numbers
        (H, W).
    inside
        bool (H, W): False for padding.
    name
        The map or the layer that the numbers belong to.
    scale
        Which numbers have which colours; the same wherever these numbers are shown.
    weights
        Whether these are weights of the network instead of activations.
    winner
        Row and column to frame; None for none.
    origin
        Row and column of the first number on its map; None if the numbers are not neighbours there.
    """

    numbers: NDArray[np.float32]
    inside: NDArray[np.bool_]
    name: str
    scale: ColourScale
    weights: bool = False
    winner: tuple[int, int] | None = None
    origin: tuple[int, int] | None = (0, 0)

    def at(self, row: int, column: int) -> str:
        """Return the place of a number and the number with all its digits."""
        number = full(self.numbers[row, column])
        if not self.inside[row, column]:
            return QCoreApplication.translate("Explanation", "padding: {number}").format(number=number)
        if self.origin is None:
            return f"{self.name}: {number}"
        text = QCoreApplication.translate("Explanation", "{name}, row {row}, column {column}: {number}")
        return text.format(name=self.name, row=self.origin[0] + row, column=self.origin[1] + column, number=number)


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A grid, or a patch times a kernel, with its name and its result, rounded and with all digits."""

    grids: tuple[Grid, ...]
    name: str
    result: str
    full: str


@dataclass(frozen=True, slots=True)
class Line:
    """A name and a number, rounded and with all digits; `strong` for the result of the other lines."""

    name: str
    number: str
    full: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: a name, a calculation and its result, and both with all digits."""

    name: str
    calculation: str
    result: str
    full: str
    strong: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """All that the panel shows about one number.

    Attributes
    ----------
    title, sentence
        Which number it is, and how it is computed, in words.
    value, full
        The number, rounded and with all digits.
    figures, rows
        What it is computed from: grids, or a table; one of them is empty.
    lines
        The remaining terms, and the result.
    note
        What the next layer makes of the number; may be empty.
    remark
        Why white paper is not 0; empty for numbers that do not come from pixels.
    patches
        What it is computed from, to be framed on the maps.
    """

    title: str
    sentence: str
    value: str
    full: str
    figures: tuple[Figure, ...] = ()
    rows: tuple[Row, ...] = ()
    lines: tuple[Line, ...] = ()
    note: str = ""
    remark: str = ""
    patches: tuple[Patch, ...] = ()


def in_words(explanation: Explanation) -> str:
    """Return an explanation as one paragraph, for screen readers."""
    parts = [
        QCoreApplication.translate("Explanation", "{title} is {value}: {sentence}.").format(
            title=explanation.title, value=explanation.value, sentence=explanation.sentence
        )
    ]
    parts += [f"{figure.name}: {figure.result}." for figure in explanation.figures]
    parts += [f"{row.name} {row.calculation}: {row.result}." for row in explanation.rows]
    parts += [f"{line.name}: {line.number}." for line in explanation.lines]
    return " ".join([*parts, explanation.note, explanation.remark]).strip()


def in_full(explanation: Explanation) -> str:
    """Return an explanation as lines of text with all digits, to be copied into a notebook or a spreadsheet."""
    lines = [f"{explanation.title} = {explanation.full}", explanation.sentence]
    for figure in explanation.figures:
        lines += ["", figure.name, *_products(figure), f"= {figure.full}"]
    lines += ["", *(f"{row.name}: {row.full}" for row in explanation.rows)] if explanation.rows else []
    lines += ["", *(f"{line.name}: {line.full}" for line in explanation.lines)] if explanation.lines else []
    lines += [text for text in (explanation.note, explanation.remark) if text]
    lines.append(QCoreApplication.translate("Explanation", "Maps, units, rows and columns are counted from 0."))
    return "\n".join(lines)


def as_document(explanation: Explanation) -> Document:
    """Return an explanation as a document, with the numbers as they are shown."""
    blocks: list[Block] = [Sentence(explanation.sentence)]
    for figure in explanation.figures:
        blocks.append(Heading(figure.name))
        blocks += [Matrix(grid.name, grid.numbers.astype(np.float64)) for grid in figure.grids]
        blocks.append(Sentence(f"= {figure.result}"))
    titles = (
        QCoreApplication.translate("Explanation", "number"),
        QCoreApplication.translate("Explanation", "calculation"),
        QCoreApplication.translate("Explanation", "result"),
    )
    if explanation.rows:
        rows = tuple((row.name, row.calculation, row.result) for row in explanation.rows)
        blocks.append(Table(titles, rows, left=2))
    if explanation.lines:
        blocks.append(Table(titles[::2], tuple((line.name, line.number) for line in explanation.lines)))
    blocks += [Sentence(text) for text in (explanation.note, explanation.remark) if text]
    blocks.append(
        Sentence(QCoreApplication.translate("Explanation", "Maps, units, rows and columns are counted from 0."))
    )
    return Document(f"{explanation.title} = {explanation.value}", tuple(blocks))


def _products(figure: Figure) -> list[str]:
    """Return the numbers of a figure, row by row: "patch × kernel" of each place, tabs between them."""
    first = figure.grids[0].numbers
    rows = []
    for row in range(first.shape[0]):
        cells = [
            " × ".join(full(grid.numbers[row, column]) for grid in figure.grids) for column in range(first.shape[1])
        ]
        rows.append("\t".join(cells))
    return rows
