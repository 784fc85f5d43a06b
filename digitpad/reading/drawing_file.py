"""One drawing from a file, prepared for a network."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.data.ink import read_ink
from digitpad.errors import DigitpadError
from digitpad.reading.recognizer import Recognizer
from digitpad.translation import gettext as _
from digitpad.translation import ngettext


def prepared_drawing(path: Path, index: int, recognizer: Recognizer) -> NDArray[np.float32]:
    """Return an image file, or a drawing of an ink file, as the recognizer prepares it.

    Parameters
    ----------
    path
        An image file or a `.jsonl` ink file.
    index
        Index of the drawing in an ink file, from 0.
    recognizer
        Prepares the drawing.

    Raises
    ------
    DigitpadError
        If the file cannot be read, or it has fewer drawings.
    """
    if path.suffix.lower() != ".jsonl":
        if index:
            raise DigitpadError(
                _("{path} is a single image; --index selects a drawing of a .jsonl file, so omit it here.").format(
                    path=path
                )
            )
        return recognizer.prepare_picture(path)
    drawings = read_ink(path)
    if index >= len(drawings):
        count = len(drawings)
        raise DigitpadError(
            ngettext(
                "{path} has {count} drawing; its index is {last}.",
                "{path} has {count} drawings; choose an index from 0 to {last}.",
                count,
            ).format(path=path, count=count, last=count - 1)
        )
    drawing = drawings[index]
    return recognizer.prepare_ink(drawing.strokes, canvas=drawing.long_side)
