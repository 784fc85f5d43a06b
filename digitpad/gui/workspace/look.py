"""The value that all views show: frozen and numbered, published by the workspace after every change."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitpad.gui.canvas.sketch import Page
from digitpad.gui.workspace.models import LoadedModel

if TYPE_CHECKING:
    from digitpad.explain.frame import Frame
    from digitpad.gui.workspace.verdict import Verdict
    from digitpad.reading.number_reading import NumberReading
    from digitpad.reading.recognizer import Prediction


class Depth(IntEnum):
    """How much of the network a view needs."""

    READING = 0
    ACTIVATIONS = 1
    GRADIENTS = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """The character of a number that is shown: the last one while the number is being written, or a chosen one.

    Attributes
    ----------
    place
        The chosen position; None for the last one.
    count
        Number of characters when it was chosen. If there are fewer later, the choice is void.
    """

    place: int | None = None
    count: int = 0

    def has_lapsed(self, reading: "NumberReading | None") -> bool:
        """Return whether the choice no longer applies: there is no reading, or it has fewer characters."""
        return reading is None or len(reading.segments) < self.count

    def place_in(self, reading: "NumberReading") -> int:
        """Return the position in a reading."""
        last = len(reading.segments) - 1
        return last if self.place is None or self.has_lapsed(reading) else min(self.place, last)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """The result of reading a page with a network.

    Attributes
    ----------
    number
        Sequence number; a later look replaces an earlier one.
    page
        The page.
    network
        The network; None if there is none.
    reading
        The reading: one digit, or a number. None for a blank page, without a network, while `is_reading`, and if the
        page could not be read.
    place
        Position of the chosen character in the reading, from 0.
    prediction
        The prediction for the chosen character; None if there is none, and for a sign.
    pixels
        float32 in [0, 1], (28, 28) for ink and (C, H, W) for a picture: the chosen character, or the picture, as the
        network received it; None if there is none.
    verdict
        Headline and bars for the prediction; None if there is none, or the picture is blank.
    frame
        All activations for these pixels, or for a blank picture without pixels. None if no view asks for it, and for a
        network without activations.
    is_reading
        Whether the page is still being read in the background; the results are missing so far.
    error
        Why the page could not be read, as a sentence for users; empty if it was.
    not_finite
        Whether there is no prediction because the outputs of the network are not finite.
    """

    number: int
    page: Page
    network: LoadedModel | None = None
    reading: "NumberReading | None" = None
    place: int = 0
    prediction: "Prediction | None" = None
    pixels: NDArray[np.float32] | None = None
    verdict: "Verdict | None" = None
    frame: "Frame | None" = None
    is_reading: bool = False
    error: str = ""
    not_finite: bool = False

    @property
    def number_read(self) -> "NumberReading | None":
        """The reading, if it is a number of several characters."""
        return self.reading if self.reading is not None and self.reading.is_number else None
