"""Replay in the window: its actions from the start, its strip when a run is first replayed."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMainWindow, QVBoxLayout

from digitpad.errors import DigitpadError
from digitpad.gui.replay.actions import ReplayActions
from digitpad.gui.widgets.focus_order import order_by_layout
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.models import run_of
from digitpad.gui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from digitpad.gui.replay.strip import ReplayStrip


class Replay(QObject):
    """Opens and closes the strip.

    Parameters
    ----------
    window, column
        The window, and the column in which the strip is placed at the bottom.
    theme, workspace
        The colours, and what shows the moments of a run.

    Signals
    -------
    message
        A `Message` for the message bar.
    """

    message = Signal(object)

    def __init__(self, window: QMainWindow, theme: Theme, workspace: Workspace, column: QVBoxLayout) -> None:
        super().__init__(window)
        self._window, self._theme, self._workspace, self._column = window, theme, workspace, column
        self._strip: ReplayStrip | None = None
        self.actions = ReplayActions(window)
        self.actions.open_asked.connect(self._open_or_close)
        workspace.replay_asked.connect(self.open_run)

    @property
    def strip(self) -> "ReplayStrip | None":
        """The strip; None before a run was replayed."""
        return self._strip

    @Slot(object)
    def open_run(self, folder: Path) -> None:
        """Replay a run."""
        strip = self._strip
        if strip is None:
            from digitpad.gui.replay.strip import ReplayStrip

            strip = self._strip = ReplayStrip(self._theme, self._workspace, self.actions, self._window)
            self._column.addWidget(strip)
            order_by_layout(strip)
            adopt(strip)
            strip.message.connect(self.message)
        strip.open_run(folder)

    def shut_down(self) -> None:
        """Stop all work, because the window is closing."""
        if self._strip is not None:
            self._strip.shut_down()

    @Slot()
    def _open_or_close(self) -> None:
        if self._strip is not None and self._strip.is_open:
            self._strip.close_run()
            return
        try:
            folder = self._usual_run()
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return
        if folder is None:
            text = self.tr("There is no run with a film yet; train a network in the Train tab, then replay it.")
            self.message.emit(Message(text, "info"))
        else:
            self.open_run(folder)

    def _usual_run(self) -> Path | None:
        """Return the run that is in training, the one that is shown, or the newest one with a film."""
        from digitpad.training.film.reader import Film
        from digitpad.training.run import Run
        from digitpad.training.runs import RunStore

        for network in (self._workspace.in_training, self._workspace.looked_at):
            folder = None if network is None else run_of(network.path)
            if folder is not None and Film.exists(Run(folder)):
                return folder
        runs = RunStore(self._workspace.runs_folder).all()
        return next((run.folder for run in runs if isinstance(run, Run) and Film.exists(run)), None)
