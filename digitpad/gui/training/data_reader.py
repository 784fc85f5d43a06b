"""Opens the data of a plan in the background, so that what follows them can be shown before the training starts."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from digitpad.gui.training.preset_sizes import learn_sizes
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workers.progress import ProgressReporter, WorkProgress
from digitpad.training.opened import OpenedData, open_data

if TYPE_CHECKING:
    from digitpad.training.plan import RunPlan

_KIND = "data"


class DataReader(QObject):
    """Opens data in a thread; only the newest request counts.

    Signals
    -------
    progressed
        A `WorkProgress` of the opening.
    opened
        The `OpenedData`, if they are not those that were opened before.
    error
        Why the data cannot be opened, in a sentence.
    """

    progressed = Signal(object)
    opened = Signal(object)
    error = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        #: The data that were opened last; None if another dataset was chosen since.
        self.data: OpenedData | None = None
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)

    def read(self, plan: "RunPlan") -> None:
        """Open the data of a plan; an earlier request is dropped, and so are data opened before."""
        self.data = None
        self._worker.ask(_KIND, partial(_open, plan, None))

    def read_again(self, plan: "RunPlan") -> None:
        """Open the same data again if their files have changed, as those of a collection do."""
        self._worker.ask(_KIND, partial(_open, plan, self.data))

    def forget(self) -> None:
        """Drop the request and the data."""
        self.data = None
        self._worker.forget(_KIND)

    def shut_down(self) -> None:
        """Wait for the end of the thread."""
        self._worker.shut_down()

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if isinstance(outcome.result, WorkProgress):
            self.progressed.emit(outcome.result)
        elif outcome.trouble:
            self.error.emit(outcome.trouble)
        elif isinstance(outcome.result, OpenedData) and outcome.result is not self.data:
            self.data = outcome.result
            self.opened.emit(self.data)


def _open(plan: "RunPlan", before: OpenedData | None, context: WorkContext) -> OpenedData:
    doing = QCoreApplication.translate("DataReader", "Reading the data")
    opened = open_data(plan, before, on_progress=ProgressReporter(doing, context.show, context.stopped))
    learn_sizes(opened.facts)
    return opened
