"""The selected image: its pixels and its reading, fetched in the background, the newest selection only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitpad.errors import DigitpadError
from digitpad.evaluation import evaluate
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.data.look.sketching import page_of, page_of_file
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.inspection import SplitDataset
from digitpad.models.model_file import Model
from digitpad.reading.recognizer import Recognizer


@dataclass(frozen=True, slots=True, eq=False)
class SelectedReading:
    """The reading of an image.

    Attributes
    ----------
    model
        Name of the model.
    labels, probabilities
        The classes, and float32 (classes,): the probability of each.
    trouble
        Why there is no reading; empty if there is one.
    """

    model: str = ""
    labels: tuple[str, ...] = ()
    probabilities: NDArray[np.float32] | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Selected:
    """The images of a cell.

    Attributes
    ----------
    cell
        Indices of the images.
    pixels
        uint8 (C, H, W) of each.
    reading
        What the model reads in the first of them; None without a model, or while it is being copied.
    is_complete
        Whether nothing more follows.
    """

    cell: tuple[int, ...]
    pixels: tuple[NDArray[np.uint8], ...]
    reading: SelectedReading | None
    is_complete: bool


class SelectedImage(QObject):
    """Fetches the selected image, and what a model reads in it.

    Signals
    -------
    fetched
        A `Selected` of the newest request; two if the model is to be copied first.
    page_ready
        The name and the `Page` of an image for Draw.
    failed
        Why there is no page.
    """

    fetched = Signal(object)
    page_ready = Signal(str, object)
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)
        self._recognizer: tuple[Model, Recognizer] | None = None  # used by the worker's thread alone

    def fetch(self, images: SplitDataset, cell: tuple[int, ...], model: Model | None) -> None:
        """Fetch images and, with a model, the reading of the first of them."""

        def work(context: WorkContext) -> None:
            try:
                pixels = tuple(images.images(cell))
            except DigitpadError as error:
                context.show(Selected(cell, (), SelectedReading(trouble=str(error)), is_complete=True))
                return
            if model is None:
                context.show(Selected(cell, pixels, None, is_complete=True))
                return
            if self._recognizer is None or self._recognizer[0] is not model:
                context.show(Selected(cell, pixels, None, is_complete=False))
            if not context.stopped():
                context.show(Selected(cell, pixels, self._read(images, cell[0], model), is_complete=True))

        self._worker.ask("selected", work)

    def make_page(self, images: SplitDataset, index: int, name: str) -> None:
        """Make a page for Draw: from the file of an image if it has one, otherwise from its pixels."""

        def work(_context: WorkContext) -> tuple[str, Page]:
            path = images.path(index)
            return name, page_of(images.images([index])[0], name) if path is None else page_of_file(path)

        self._worker.ask("page", work)

    def forget(self) -> None:
        """Drop the request."""
        self._worker.forget("selected")

    def shut_down(self) -> None:
        """Stop the worker and wait for its end."""
        self._worker.shut_down()

    def _read(self, images: SplitDataset, index: int, model: Model) -> SelectedReading:
        try:
            if self._recognizer is None or self._recognizer[0] is not model:
                self._recognizer = (model, Recognizer(model))
            number, inside = images.locate(index)
            result = evaluate(self._recognizer[1], images.parts[number].subset([inside]))
        except DigitpadError as error:
            return SelectedReading(trouble=str(error))
        return SelectedReading(result.model, result.labels, result.probabilities[0])

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if outcome.kind == "page":
            if isinstance(outcome.result, tuple):
                self.page_ready.emit(*outcome.result)
            elif outcome.trouble:
                self.failed.emit(outcome.trouble)
        elif not outcome.final:
            self.fetched.emit(outcome.result)
