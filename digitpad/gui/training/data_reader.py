"""Reads the facts about the data of a plan in the background, so that they can be shown before the training starts."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext

if TYPE_CHECKING:
    from digitpad.training.data_facts import DataFacts
    from digitpad.training.plan import RunPlan

_KIND = "facts"

Stamp = tuple[int, int]
"""The number of files and folders of some data, and the time of their last change, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class _Found:
    stamp: Stamp
    facts: "DataFacts"


class DataReader(QObject):
    """Opens data in a thread; only the newest request counts.

    Signals
    -------
    known
        The `DataFacts`.
    error
        Why the data cannot be opened, in a sentence.
    """

    known = Signal(object)
    error = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stamp: Stamp | None = None
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)

    def read(self, plan: "RunPlan") -> None:
        """Read the facts about the data of a plan; an earlier request is dropped."""
        self._stamp = None
        self._worker.ask(_KIND, partial(_read, plan, None))

    def read_again(self, plan: "RunPlan") -> None:
        """Read the facts about the same data again if their files have changed, as those of a collection do."""
        self._worker.ask(_KIND, partial(_read, plan, self._stamp))

    def forget(self) -> None:
        """Drop the request."""
        self._worker.forget(_KIND)

    def shut_down(self) -> None:
        """Wait for the end of the thread."""
        self._worker.shut_down()

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if outcome.trouble:
            self.error.emit(outcome.trouble)
        elif isinstance(outcome.result, _Found):
            self._stamp = outcome.result.stamp
            self.known.emit(outcome.result.facts)


def _read(plan: "RunPlan", known: Stamp | None, _context: WorkContext) -> _Found | None:
    from digitpad.data.sources import open_samples
    from digitpad.training.data_facts import facts_of
    from digitpad.training.network_fit import input_for_pictures
    from digitpad.training.preparation import limit_classes

    stamp = _stamp(plan.dataset)
    if stamp == known:
        return None
    samples = open_samples(plan.dataset, split="train", shape=input_for_pictures(plan.architecture))
    return _Found(stamp, facts_of(limit_classes(samples, plan.limit_per_class, plan.settings.seed)))


def _stamp(dataset: str) -> Stamp:
    """Return how many files and folders the data have, and when the last of them changed."""
    from digitpad.data.collections.store import find_collection
    from digitpad.data.orientation import split_turns

    count = newest = 0
    for part in {dataset, *dataset.split("+")}:
        name = split_turns(part)[0]
        path = find_collection(name) or Path(name)
        for entry in (path, *path.rglob("*")):
            count, newest = count + 1, max(newest, _changed(entry))
    return count, newest


def _changed(path: Path) -> int:
    """Return the time of a file's last change in nanoseconds; 0 if there is none, which is said when it is opened."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
