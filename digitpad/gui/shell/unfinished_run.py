"""Reports, when the program starts, a run that was interrupted."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workers.function_worker import FunctionWorker

if TYPE_CHECKING:
    from digitpad.training.runs import Run


class UnfinishedRun(QObject):
    """Looks for an unfinished run in the background. The Train tab offers to resume it.

    Parameters
    ----------
    runs_folder
        The folder of the runs; None uses the user's folder.

    Signals
    -------
    message
        A `Message` that names the run, if there is one.
    finished
        The search is over.
    """

    message = Signal(object)
    finished = Signal()

    def __init__(self, runs_folder: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = runs_folder
        # A folder that cannot be read is reported where runs are shown.
        self._worker = FunctionWorker(self._find, self)
        self._worker.done.connect(self._tell)
        self._worker.finished.connect(self.finished)

    def look(self) -> None:
        """Start the search."""
        self._worker.start()

    def finish(self) -> None:
        """Wait for the end of the search."""
        self._worker.shut_down()

    def _find(self) -> "Run | None":
        # The training code is imported after the window is visible and ready to read.
        from digitpad.training.runs import RunStore

        return RunStore(self._folder).interrupted()

    @Slot(object)
    def _tell(self, run: "Run | None") -> None:
        if run is not None:
            text = self.tr(
                "The program ended in the middle of the run {name}. Its progress was saved; resume it in the Train tab."
            )
            self.message.emit(Message(text.format(name=run.display_name()), "info"))
