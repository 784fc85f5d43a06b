"""What reads for the server: a network that may change from one drawing to the next."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from digitpad.data.ink import Stroke
from digitpad.reading.numbers import Reader
from digitpad.reading.recognizer import Prediction


class DrawingReader(Reader, Protocol):
    """Prepares drawings and pictures and reads them; `digitpad.reading.recognizer.Recognizer` is one.

    The server's reading thread calls it, while other threads may read with it as well.
    """

    @property
    def reads_digits(self) -> bool:
        """Whether all classes are digits, which may form numbers."""
        ...

    def prepare_drawings(self, drawings: Sequence[tuple[Sequence[Stroke], float]]) -> NDArray[np.float32]:
        """Return drawings, each with the long side of its canvas, as `recognize_all` takes them."""
        ...

    def recognize_picture(self, picture: bytes) -> Prediction:
        """Read the contents of a picture file as one character."""
        ...


ReaderSource: TypeAlias = Callable[[], DrawingReader | None]
"""Returns what reads now; None before there is a network.

The reading threads call it for every batch, so the server follows the choice of the window: the model in use, the one
in training or the moment of a run. It returns at once a reference that another thread assigns.
"""
