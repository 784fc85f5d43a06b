"""The background work of Look: loading, statistics and analyses, and their results."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.data.dataset_state import DatasetState
from digitpad.data.picture_fit import DEFAULT_FIT
from digitpad.gui.data.look.arrangement import Filters, Findings, Order, in_splits
from digitpad.gui.data.look.jobs import (
    ReadImages,
    following,
    loading,
    looking_at_files,
    pairs_job,
    reading_job,
    statistics_job,
)
from digitpad.gui.workers.latest import LatestWorker, Outcome, Work
from digitpad.gui.workers.progress import WorkProgress
from digitpad.inspection import ClassStatistics, NearestPairs, SplitDataset
from digitpad.models.model_file import Model

_LOAD, _ANALYSE, _STATISTICS, _STATE = "load", "analyse", "statistics", "state"


class LookWork(QObject):
    """Loads a dataset and analyses it.

    Signals
    -------
    loaded
        A dataset was loaded.
    changed
        The files of the dataset have changed since it was loaded.
    found
        An analysis has ended.
    progressed
        A `WorkProgress` of loading or of an analysis.
    summarized
        The `ClassStatistics` of one class.
    failed
        Why a dataset could not be loaded, or not be analysed.
    not_summarized
        Why there are no statistics.
    """

    loaded = Signal()
    changed = Signal()
    found = Signal()
    progressed = Signal(object)
    summarized = Signal(object)
    failed = Signal(str)
    not_summarized = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.images: SplitDataset | None = None
        self.findings = Findings()
        self._doing = ""
        self._state: DatasetState | None = None  # of the files of the dataset, before it was loaded
        # A long analysis must not hold up the mean images, nor the other way round.
        self._main, self._beside = LatestWorker(self), LatestWorker(self)
        self._main.result_ready.connect(self._take)
        self._beside.result_ready.connect(self._take_beside)

    @property
    def is_busy(self) -> bool:
        """Whether a dataset is being loaded or analysed."""
        return bool(self._doing)

    @property
    def is_loading(self) -> bool:
        """Whether a dataset is being loaded."""
        return self._doing == _LOAD

    def load(self, source: str, shape: tuple[int, ...] | None = None, fit: str = DEFAULT_FIT) -> None:
        """Load a dataset; all results of the one before are dropped.

        Parameters
        ----------
        source, shape, fit
            See `digitpad.inspection.open_splits`.
        """
        self.stop()
        self._beside.forget(_STATISTICS)
        self._beside.forget(_STATE)
        self.images, self.findings = None, Findings()
        self._start(_LOAD, looking_at_files(source, loading(source, shape, fit)))

    def look_again(self, source: str) -> None:
        """Find out whether the files of the dataset that is loaded have changed."""
        self._beside.ask(_STATE, looking_at_files(source))

    def analyse(self, order: Order, model: Model | None) -> None:
        """Compute what an order needs.

        Parameters
        ----------
        order
            The order.
        model
            The model that reads the images; the pairs need none.
        """
        images = self.images
        if images is None:
            return
        self.stop()
        if order is Order.DUPLICATES:
            self._start(_ANALYSE, following(partial(pairs_job, images)))
        elif model is not None:
            self._start(_ANALYSE, following(partial(reading_job, images, model)))

    def forget_readings(self) -> None:
        """Drop the answers of a model that is no longer in use."""
        self.findings = replace(self.findings, readings=None, suspects=None, hardest=None)

    def summarize(self, filters: Filters) -> None:
        """Compute the statistics of the classes in the splits that are shown."""
        if self.images is not None:
            chosen = in_splits(self.images, filters)
            self._beside.ask(_STATISTICS, following(partial(statistics_job, self.images, chosen)))

    def stop(self) -> None:
        """Stop loading, or the analysis."""
        if self._doing:
            self._main.forget(self._doing)
            self._doing = ""

    def shut_down(self) -> None:
        """Stop everything and wait for its end."""
        self._main.shut_down()
        self._beside.shut_down()

    def _start(self, kind: str, work: Work) -> None:
        self._doing = kind
        self._main.ask(kind, work)

    @Slot(object)
    def _take(self, outcome: Outcome) -> None:
        result = outcome.result
        if isinstance(result, WorkProgress):
            self.progressed.emit(result)
        elif isinstance(result, DatasetState):
            self._state = result
        elif isinstance(result, SplitDataset):
            self.images = result
        elif isinstance(result, ReadImages):
            self.findings = replace(
                self.findings, readings=result.readings, suspects=result.suspects, hardest=result.hardest
            )
        elif isinstance(result, NearestPairs):
            self.findings = replace(self.findings, pairs=result)
        if not outcome.final:
            return
        kind, self._doing = self._doing, ""
        if outcome.trouble:
            self.failed.emit(outcome.trouble)
        elif kind == _LOAD:
            self.loaded.emit()
        else:
            self.found.emit()

    @Slot(object)
    def _take_beside(self, outcome: Outcome) -> None:
        if isinstance(outcome.result, ClassStatistics):
            self.summarized.emit(outcome.result)
        elif isinstance(outcome.result, DatasetState):
            if outcome.result != self._state:
                self.changed.emit()
        elif outcome.trouble:
            self.not_summarized.emit(outcome.trouble)
