"""Images with one amount of a disturbance, and how a network reads them: at once if they are small, or in a worker."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitpad.data.dataset import Dataset, Images
from digitpad.evaluation import Disturbance, measured_images
from digitpad.evaluation.robustness import disturb
from digitpad.gui.evaluation.job import Measured
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext

_FEWEST, _IMAGES = 12, 60
_NUMBERS = 2_000_000  # of all images together: about a second of work
_AT_ONCE = _IMAGES * 28 * 28  # numbers that are read within a frame or two
_DISTURB = "disturb"


@dataclass(frozen=True, slots=True, eq=False)
class Disturbed:
    """Some images with one amount of a disturbance.

    Attributes
    ----------
    disturbance, amount
        The disturbance, and its amount.
    model
        Index of the model that read the images.
    images
        The changed images, with their labels.
    log_probabilities
        float32 (N, classes), of the model.
    """

    disturbance: Disturbance
    amount: float
    model: int
    images: Dataset
    log_probabilities: NDArray[np.float32]


class Disturber(QObject):
    """Disturbs the first images of an evaluation, and reads them.

    Signals
    -------
    ready
        A `Disturbed`.
    message
        A `Message`: the images could not be read.
    """

    ready = Signal(object)
    message = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)

    def ask(self, measured: Measured, model: int, disturbance: Disturbance, amount: float) -> None:
        """Disturb and read the images; the newest request wins."""
        self.forget()
        images = measured.data[model].images
        if _count(images) * math.prod(images.shape[1:]) <= _AT_ONCE:
            self.ready.emit(_disturbed(measured, model, disturbance, amount))
            return

        def work(_context: WorkContext) -> object:
            return _disturbed(measured, model, disturbance, amount)

        self._worker.ask(_DISTURB, work)

    def forget(self) -> None:
        """Discard what was asked for."""
        self._worker.forget(_DISTURB)

    def shut_down(self) -> None:
        """Stop the worker, and wait for its end."""
        self._worker.shut_down()

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if isinstance(outcome.result, Disturbed):
            self.ready.emit(outcome.result)
        elif outcome.trouble:
            self.message.emit(Message(outcome.trouble))


def _disturbed(measured: Measured, model: int, disturbance: Disturbance, amount: float) -> Disturbed:
    some = measured_images(measured.data[model])
    count = _count(some.images)
    pixels = disturb(np.asarray(some.images[:count]), disturbance, amount)
    images = Dataset.of(some.name, pixels, some.labels[:count], some.classes, fit=some.fit)
    return Disturbed(disturbance, amount, model, images, measured.readers[model].log_probabilities(pixels))


def _count(images: Images) -> int:
    """Return how many images are shown: fewer large ones."""
    return min(_IMAGES, max(_FEWEST, _NUMBERS // math.prod(images.shape[1:])))
