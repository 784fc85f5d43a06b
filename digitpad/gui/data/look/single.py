"""The selected image: its pixels and its reading, fetched in the background, the newest selection only."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitpad.errors import DigitpadError
from digitpad.evaluation import evaluate
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workspace.models import read_model
from digitpad.inspection import SplitDataset
from digitpad.reading.recognizer import Recognizer


@dataclass(frozen=True, slots=True, eq=False)
class SelectedImages:
    """The pixels of the images of a cell.

    Attributes
    ----------
    cell
        Indices of the images.
    pixels
        uint8 (C, H, W) of each.
    """

    cell: tuple[int, ...]
    pixels: tuple[NDArray[np.uint8], ...]


@dataclass(frozen=True, slots=True, eq=False)
class SelectedReading:
    """The reading of an image.

    Attributes
    ----------
    cell
        Indices of the images of the cell; the first was read.
    model
        Name of the model.
    labels, probabilities
        The classes, and float32 (classes,): the probability of each.
    trouble
        Why there is no reading; empty if there is one.
    """

    cell: tuple[int, ...]
    model: str = ""
    labels: tuple[str, ...] = ()
    probabilities: NDArray[np.float32] | None = None
    trouble: str = ""


class SelectedImage(QObject):
    """Fetches the selected image, and what a model reads in it.

    Signals
    -------
    fetched
        `SelectedImages`, then a `SelectedReading`, of the newest request.
    """

    fetched = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)
        self._recognizer: tuple[Path, Recognizer] | None = None  # used by the worker's thread alone

    def fetch(self, images: SplitDataset, cell: tuple[int, ...], model: Path | None) -> None:
        """Fetch images and, with a model, the reading of the first of them."""

        def work(context: WorkContext) -> None:
            context.show(SelectedImages(cell, tuple(images.images(cell))))
            if model is not None and not context.stopped():
                context.show(self._read(images, cell, model))

        self._worker.ask("selected", work)

    def forget(self) -> None:
        """Drop the request."""
        self._worker.forget("selected")

    def shut_down(self) -> None:
        """Stop the worker and wait for its end."""
        self._worker.shut_down()

    def _read(self, images: SplitDataset, cell: tuple[int, ...], path: Path) -> SelectedReading:
        try:
            if self._recognizer is None or self._recognizer[0] != path:
                self._recognizer = (path, Recognizer(read_model(path)[0]))
            number, inside = images.locate(cell[0])
            result = evaluate(self._recognizer[1], images.parts[number].subset([inside]))
        except DigitpadError as error:
            return SelectedReading(cell, trouble=str(error))
        return SelectedReading(cell, result.model, result.labels, result.probabilities[0])

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if not outcome.final:
            self.fetched.emit(outcome.result)
