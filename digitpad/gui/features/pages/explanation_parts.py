"""What all explanations of a number have in common: their title and value, and marks on the maps."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Frame
from digitpad.explain.map_names import map_name
from digitpad.gui.features.maps.colours import ColourScale, activation_scale
from digitpad.gui.features.maps.marks import Patch
from digitpad.gui.features.pages.explanation import Explanation, Figure, Line, Row


@dataclass(frozen=True, slots=True)
class Words:
    """The words of every explanation.

    Attributes
    ----------
    frame
        The frame with the number.
    title
        Which number it is.
    value, full
        The number as it is shown, and with all its digits.
    note
        What the next layer makes of it; "" for nothing.
    remark
        What white paper is in the input; "" if the number is not computed from pixels.
    """

    frame: Frame
    title: str
    value: str
    full: str
    note: str
    remark: str

    def explain(
        self,
        sentence: str,
        *,
        figures: tuple[Figure, ...] = (),
        rows: tuple[Row, ...] = (),
        lines: tuple[Line, ...] = (),
        patches: tuple[Patch, ...] = (),
    ) -> Explanation:
        """Return the explanation: a sentence, what it adds up, and where that is on the maps."""
        return Explanation(
            self.title, sentence, self.value, self.full, figures, rows, lines, self.note, self.remark, patches
        )


def one_cell(cell: Cell) -> Patch:
    """Return the mark of a single cell."""
    return Patch(cell.layer, cell.channel, cell.row, cell.column, cell.row + 1, cell.column + 1)


def scale_of(frame: Frame, source: Cell) -> ColourScale:
    """Return the colours of the map of a cell."""
    picture = frame.preprocessing.is_picture
    return activation_scale(frame.structure, frame.activations, source.layer, source.channel, picture=picture)


def map_of(frame: Frame, source: Cell) -> str:
    """Return the name of the map of a cell, with its layer."""
    name = map_name(frame.structure, source.layer, source.channel)
    return QCoreApplication.translate("Explanation", "{layer} {map}").format(layer=source.layer, map=name)
