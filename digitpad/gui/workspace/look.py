"""What all views show: one frozen, numbered value, published by the workspace after every change."""

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
    from digitpad.reading.numbers import NumberReading
    from digitpad.reading.recognizer import Prediction


class Depth(IntEnum):
    """How far a view looks into the network."""

    READING = 0
    ACTIVATIONS = 1
    GRADIENTS = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """Which character of a number is looked at: the last one while it is being written, or the one that was chosen.

    Attributes
    ----------
    place
        The one that was chosen; None for the last.
    count
        How many characters the number had when that was chosen. When there are fewer, the choice has lapsed.
    """

    place: int | None = None
    count: int = 0

    def has_lapsed(self, reading: "NumberReading | None") -> bool:
        """Return whether there is nothing left to choose in: no reading, or one of fewer characters."""
        return reading is None or len(reading.segments) < self.count

    def place_in(self, reading: "NumberReading") -> int:
        """Return the place in a reading."""
        last = len(reading.segments) - 1
        return last if self.place is None or self.has_lapsed(reading) else min(self.place, last)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One look at a page by one network.

    Attributes
    ----------
    number
        Counts the looks; a later one replaces an earlier one.
    page
        What is looked at.
    network
        The network that looks; None when there is none.
    reading
        What it reads: one digit, or a number. None for a blank page, without a network, while `is_reading`, and where
        the page could not be read.
    place
        Which character of the reading is chosen, from 0.
    prediction
        The reading of the chosen character; None where there is none, and for a sign.
    pixels
        float32 (28, 28) in [0, 1]: the chosen character as the network received it; None where there is none.
    verdict
        What headlines and bars say of the prediction; None where there is none, or nothing in the picture.
    frame
        Everything that the network makes of these pixels, or of a blank picture where there are none. None while no
        view asks for it, and for a network that cannot be looked into.
    is_reading
        Whether the page is still being read in the background; all that comes of it is missing so far.
    error
        Why the page could not be read, in a sentence for a person; empty if it was.
    not_finite
        Whether the network has no answer because it computes numbers that are not finite.
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
